"""A request as the game sees it, its answer, and a route: all that a shell has to bring and to take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol


class Headers(Protocol):
    """The headers of a request, by their names in small letters."""

    def get(self, name: str, /) -> str | None:
        """The value of a header, or None."""


class Asked(NamedTuple):
    """What a request brings: headers, the query of its URL, and its body."""

    headers: Headers
    query: str = ""
    body: bytes = b""


class Answer(NamedTuple):
    """What it is answered with: the content, which goes out as JSON, and the status."""

    content: Mapping[str, Any]
    status: int = 200


@dataclass(frozen=True)
class Route:
    """A method and a path, and what answers them; `body` says whether a request has one."""

    method: str
    path: str
    answer: Callable[[Asked], Answer]
    body: bool = False
