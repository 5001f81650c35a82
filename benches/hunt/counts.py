"""Instructions and allocations of a whole request in process, and memory: one resolver each.

The request goes through the whole application, from what uvicorn hands over to what it gets back; no event
loop takes part, since nothing in the game waits for anything, and no socket but that of the resolver `redis`.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import cycle
from random import Random
from typing import Any

from benches import counting
from benches.hunt.game import READS, Answer, Sent, every_choice, opened, playing
from benches.memory import resident

from resolvers.documents import Documents  # isort: skip  (found by tests.examples.hunt)
from resolvers.names import implementation_of  # isort: skip
from server.choice import Choice  # isort: skip
from server.shells.names import DEFAULT  # isort: skip
from server.start import resolver_of, started  # isort: skip

RUNS = "benches.hunt.counts:runs"
SECRET = b"only for the bench"
NOW = 1_800_000_000.0
TURNS = 20
TURNS_OF_CHOICES = 100
"""Where choices take turns: so many that it makes little difference which ones they are."""
SLOW = ("dynaconf",)
"""Resolvers of which a few turns under valgrind take a minute."""
KEEP_NOTHING = ("walk", "merge", "chain-map", "constants")
"""Resolvers that are as fast for a choice that nobody asked for before."""

Runs = dict[str, Callable[[int], object]]


def instructions(
    resolver: str, choices: int = 1, reads: Sequence[int] = READS, shell: str = DEFAULT
) -> dict[str, float]:
    """Instructions of a request, by its name, with sessions of so many choices taking turns."""
    turns = dict.fromkeys(map(name_of, reads), turns_of(resolver, choices))
    with implementation_for(resolver):
        return counting.instructions(RUNS, [[resolver, list(reads), shell], choices], turns)


def allocations(resolver: str, reads: Sequence[int] = READS, shell: str = DEFAULT) -> dict[str, float]:
    """Blocks of memory that a request asks for, by its name."""
    with implementation_for(resolver):
        return counting.allocations(RUNS, [[resolver, list(reads), shell], 1], TURNS)


def turns_of(resolver: str, choices: int) -> int:
    """How often a request is counted."""
    if resolver in SLOW:
        return 2
    return TURNS if choices == 1 else TURNS_OF_CHOICES


def name_of(reads: int) -> str:
    return f"{reads} tunables"


def runs(what: tuple[str, Sequence[int], str], choices: int) -> Runs:
    """A function for each kind of request that sends it so many times; warm, and its answers looked at."""
    resolver, reads, shell = what
    application = started(resolver, SECRET, lambda: NOW, shell)
    tokens = list(opened(lambda sent: asked(application, sent), choices))
    drawn = Random(5).choices(tokens, k=4 * turns_of(resolver, choices))
    made: Runs = {}
    for number in reads:
        requests = [(scope_of(playing(number, token)), playing(number, token)) for token in drawn]
        made[name_of(number)] = _repeated(application, requests)
        for token in dict.fromkeys(drawn) if resolver in KEEP_NOTHING else tokens:
            answer = asked(application, playing(number, token))
            if not 200 <= answer.status < 300:
                raise AssertionError(f"{resolver}: {number} tunables: {answer.status} {answer.content!r}")
        made[name_of(number)](turns_of(resolver, 1) // 2)
    return made


def _repeated(application: Any, requests: Sequence[tuple[dict[str, Any], Sent]]) -> Callable[[int], object]:
    next_request = cycle(requests).__next__

    def run(turns: int) -> None:
        for _ in range(turns):
            scope, sent = next_request()
            _call(application, dict(scope), sent.body.encode(), _ignored)

    return run


def asked(application: Any, sent: Sent) -> Answer:
    """What an application answers."""
    messages: list[Mapping[str, Any]] = []

    async def send(message: Mapping[str, Any]) -> None:
        messages.append(message)

    _call(application, scope_of(sent), sent.body.encode(), send)
    return Answer(messages[0]["status"], b"".join(one.get("body", b"") for one in messages))


async def _ignored(_message: Mapping[str, Any]) -> None:
    pass


def _call(application: Any, scope: dict[str, Any], body: bytes, send: Any) -> None:
    message = {"type": "http.request", "body": body, "more_body": False}

    async def receive() -> Mapping[str, Any]:
        return message

    try:
        application(scope, receive, send).send(None)
    except StopIteration:
        return
    raise AssertionError("the application waits for something")


def scope_of(sent: Sent) -> dict[str, Any]:
    """A request as uvicorn hands it over."""
    path, _, query = sent.path.partition("?")
    headers = {"host": "127.0.0.1", **sent.headers}
    if sent.body:
        headers["content-length"] = str(len(sent.body))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 40_000),
        "scheme": "http",
        "method": sent.method,
        "root_path": "",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "state": {},
    }


def memory(resolver: str, choices: int) -> float:
    """Bytes that a process grows by for each choice that it keeps."""
    with implementation_for(resolver):
        child = [sys.executable, "-m", "benches.hunt.counts", resolver, str(choices)]
        return float(subprocess.check_output(child, text=True))


def _weighed(resolver: str, choices: int) -> float:
    made = resolver_of(resolver, Documents.read())
    every = [Choice(**choice) for choice in every_choice(choices)]
    kept = [made.settings_of(choice, {}) for choice in every[: choices // 10]]
    before = resident()
    kept += [made.settings_of(choice, {}) for choice in every[choices // 10 :]]
    return (resident() - before) / (choices - choices // 10)


@contextmanager
def implementation_for(resolver: str) -> Iterator[None]:
    """The variable that chooses the implementation, while processes are started for a resolver."""
    chosen, before = implementation_of(resolver), os.environ.get("VELTRIX_IMPL")
    try:
        if chosen:
            os.environ["VELTRIX_IMPL"] = chosen
        yield
    finally:
        os.environ.pop("VELTRIX_IMPL", None)
        if before is not None:
            os.environ["VELTRIX_IMPL"] = before


if __name__ == "__main__":
    gc.disable()
    print(_weighed(sys.argv[1], int(sys.argv[2])))
