"""What a shell has to offer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGIApplication = Callable[[Scope, Receive, Send], Awaitable[None]]


class Shell(Protocol):
    """An ASGI application that has the routes of the game, and others below a path of their own."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send, /) -> None:
        """Answers one request."""

    def mount(self, path: str, app: ASGIApplication) -> None:
        """Gives all that begins with this path to another application."""
