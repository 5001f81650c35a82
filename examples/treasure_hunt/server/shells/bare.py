"""The game on ASGI alone, without a web framework: routes in a dict, messages as the specification says."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Iterator

from server.body import read
from server.errors import RequestError
from server.game import Game
from server.messages import Answer, Asked, Route
from server.shells.shell import ASGIApplication, Receive, Scope, Send


class _DisconnectedError(Exception):
    """Nobody waits for the answer any more."""


class Bare:
    """An ASGI application that finds routes in a dict."""

    def __init__(self, game: Game) -> None:
        self._routes: dict[str, dict[str, Route]] = {}
        for route in game.routes():
            self._routes.setdefault(route.path, {})[route.method] = route
        self._mounted: dict[str, ASGIApplication] = {}

    def mount(self, path: str, app: ASGIApplication) -> None:
        """Gives all that begins with this path to another application."""
        self._mounted[path] = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        methods = self._routes.get(scope["path"])
        if methods is None:
            for place, app in self._mounted.items():
                if scope["path"].startswith(f"{place}/"):
                    await app({**scope, "root_path": scope.get("root_path", "") + place}, receive, send)
                    return
            await _send(send, Answer({"error": "not found"}, 404))
            return
        method = scope["method"]
        route = methods.get("GET" if method == "HEAD" else method)
        if route is None:
            allowed = ", ".join(methods).encode()
            await _send(send, Answer({"error": "method not allowed"}, 405), (b"allow", allowed))
            return
        try:
            body = await read(_chunks(receive)) if route.body else b""
            headers = dict(_texts(scope["headers"]))
            answer = route.answer(Asked(headers, scope["query_string"].decode("latin-1"), body))
        except RequestError as error:
            answer = error.answer
        except _DisconnectedError:
            return
        await _send(send, answer)


def application(game: Game) -> Bare:
    """The game as an ASGI application."""
    return Bare(game)


def _texts(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    """Headers as text, the last first, so that in a dict the first of two with one name counts."""
    for name, value in reversed([*headers]):
        yield name.decode("latin-1"), value.decode("latin-1")


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _DisconnectedError
        more = message.get("more_body", False)
        yield message.get("body", b"")


async def _send(send: Send, answer: Answer, *more: tuple[bytes, bytes]) -> None:
    content = json.dumps(answer.content, ensure_ascii=False, separators=(",", ":")).encode()
    headers = [
        (b"content-length", str(len(content)).encode()),
        (b"content-type", b"application/json"),
        *more,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
