"""The requests that are measured: the same ones for every resolver, by the number of tunables they read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from random import Random

from tests.examples.hunt import stack

READS = (8, 15, 60, 150)
SETTINGS = {"clues.hint.cost_growth": 1.5, "chat.enabled": False, "accessibility.large_text": True}
"""What a request overrides: two values that there are, and a new one."""

VISITOR = 1_000_000
"""The player whose sessions nobody plays on."""

SENT = {
    8: ("GET", "/session", ""),
    15: ("POST", "/sessions", ""),
    60: ("POST", "/guesses", json.dumps({"latitude": 12.5, "longitude": -3.25, "accuracy_metres": 20})),
    150: ("GET", "/spawns", ""),
}
"""Method, path and body by the number of tunables; the body of 15 is the session's own."""


@dataclass(frozen=True)
class Sent:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Answer:
    """What a request was answered with."""

    status: int
    content: bytes


Ask = Callable[[Sent], Answer]


def every_choice(count: int) -> list[dict[str, str]]:
    """So many different choices, the same ones each time; the first are among those of a larger number."""
    every = list(product(*stack.DIMENSIONS.values()))
    Random(1883).shuffle(every)
    return [dict(zip(stack.DIMENSIONS, names, strict=True)) for names in islice(every, count)]


FIRST = every_choice(1)[0]


def joining(number: int, choice: Mapping[str, str]) -> Sent:
    """The request that opens a session, for a player of its own."""
    body = {"player": f"player {number}", "party": 2, **choice}
    return Sent("POST", "/sessions", {"hunt-settings": json.dumps(SETTINGS)}, json.dumps(body))


def opened(ask: Ask, choices: int) -> Iterator[str]:
    """The tokens of sessions that were opened, one for each of so many choices."""
    for number, choice in enumerate(every_choice(choices)):
        answer = ask(joining(number, choice))
        if answer.status != 201:
            raise AssertionError(f"a session was answered with {answer.status}: {answer.content!r}")
        yield json.loads(answer.content)["token"]


def playing(reads: int, token: str) -> Sent:
    """The request that reads so many tunables, of the session of a token."""
    if reads == 15:
        return joining(VISITOR, FIRST)
    method, path, body = SENT[reads]
    headers = {"authorization": f"Bearer {token}", "hunt-settings": json.dumps(SETTINGS)}
    return Sent(method, path, headers, body)


def as_bytes(sent: Sent) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{sent.method} {sent.path} HTTP/1.1", "host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in sent.headers.items()]
    lines += [f"content-length: {len(sent.body)}"] if sent.body else []
    return ("\r\n".join(lines) + "\r\n\r\n" + sent.body).encode()
