"""An open-loop generator of requests over HTTP/1.1.

    scheduled   ──┬────┬─┬───────┬───►     Poisson arrivals, drawn before the first request is sent
    sent          ──┬────┬──┬────┬───►     at once where a connection is free, else as soon as one is
    answered      ─────┬────┬──┬────┬►     latency = answered − scheduled

A server that is late does not slow the arrivals down, and a request that has to wait for a connection has
been waiting since it was scheduled: no wait is left out.
"""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import fmean, quantiles

HOST = "127.0.0.1"
CONNECTIONS = 64


@dataclass
class Found:
    """What became of the requests of one load; times in seconds.

    `latencies` are in the order of the arrivals. `drained` is how long after the last arrival the last answer
    came, `most_waiting` how many requests were without an answer at once.
    """

    latencies: list[float]
    statuses: dict[int, int] = field(default_factory=dict)
    drained: float = 0.0
    most_waiting: int = 0

    @property
    def mean(self) -> float:
        return fmean(self.latencies)

    def percentile(self, percent: int) -> float:
        """What so many of a hundred requests did not exceed."""
        return quantiles(self.latencies, n=100, method="inclusive")[percent - 1]

    @property
    def failed(self) -> int:
        """How many answers were none of 200 to 299."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)


def poisson(rate: float, seconds: float, seed: int) -> list[float]:
    """Arrivals in seconds from the start: so many a second on average, each independent of the others."""
    chance = Random(seed)
    arrivals = []
    at = chance.expovariate(rate)
    while at < seconds:
        arrivals.append(at)
        at += chance.expovariate(rate)
    return arrivals


def load(
    port: int, requests: Sequence[bytes], arrivals: Sequence[float], connections: int = CONNECTIONS
) -> Found:
    """Sends a request at each arrival, one of `requests` after the other, to a server on this machine."""
    return _run(_Load(port, requests, arrivals, connections).run())


def capacity(port: int, requests: Sequence[bytes], count: int, connections: int = 4) -> float:
    """Requests a second that a server answers when it always has some to answer."""
    found = _run(_Load(port, requests, [0.0] * count, connections).run())
    return count / found.drained


def _run(measuring: object) -> Found:
    # The selector that waits for fractions of a millisecond; epoll and libuv round to whole ones.
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())) as runner:
        found: Found = runner.run(measuring)  # type: ignore[arg-type]
        return found


class _Load:
    def __init__(
        self, port: int, requests: Sequence[bytes], arrivals: Sequence[float], connections: int
    ) -> None:
        self._port = port
        self._requests = requests
        self._arrivals = arrivals
        self._connections = connections
        self._free: deque[_Connection] = deque()
        self._waiting: deque[int] = deque()
        self._found = Found([0.0] * len(arrivals))
        self._answered = 0
        self._arrived = 0

    async def run(self) -> Found:
        self._loop = asyncio.get_running_loop()
        self._done = self._loop.create_future()
        opened = []
        try:
            for _ in range(self._connections):
                _, connection = await self._loop.create_connection(
                    lambda: _Connection(self), HOST, self._port
                )
                opened.append(connection)
            self._free.extend(opened)
            self._started = self._loop.time()
            if self._arrivals:
                self._next()
                await self._done
        finally:
            for connection in opened:
                connection.close()
        return self._found

    def _next(self) -> None:
        """Takes in what has arrived by now, and comes back for the next one."""
        now = self._loop.time() - self._started
        while self._arrived < len(self._arrivals) and self._arrivals[self._arrived] <= now:
            self._waiting.append(self._arrived)
            self._arrived += 1
        self._found.most_waiting = max(self._found.most_waiting, self._arrived - self._answered)
        self._send()
        if self._arrived < len(self._arrivals):
            self._loop.call_at(self._started + self._arrivals[self._arrived], self._next)

    def _send(self) -> None:
        while self._waiting and self._free:
            number = self._waiting.popleft()
            self._free.popleft().ask(number, self._requests[number % len(self._requests)])

    def answered(self, connection: _Connection, number: int, status: int) -> None:
        now = self._loop.time() - self._started
        self._found.latencies[number] = now - self._arrivals[number]
        self._found.statuses[status] = self._found.statuses.get(status, 0) + 1
        self._answered += 1
        self._free.append(connection)
        self._send()
        if self._answered == len(self._arrivals) and not self._done.done():
            self._found.drained = now - self._arrivals[-1]
            self._done.set_result(None)

    def lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(ConnectionError(f"the server closed a connection ({error})"))


class _Connection(asyncio.Protocol):
    """One connection, which has at most one request on its way."""

    def __init__(self, owner: _Load) -> None:
        self._owner = owner
        self._buffer = b""
        self._number = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def ask(self, number: int, request: bytes) -> None:
        self._number = number
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        status, *lines = head.split(b"\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in lines)
        if len(body) >= int(headers[b"content-length"]):
            self._buffer = b""
            self._owner.answered(self, self._number, int(status.split(b" ")[1]))

    def connection_lost(self, exc: Exception | None) -> None:
        self._owner.lost(exc)

    def close(self) -> None:
        self._transport.abort()
