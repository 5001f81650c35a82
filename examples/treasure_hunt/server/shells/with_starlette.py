"""The game with Starlette."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as StarletteRoute

from server.body import read
from server.errors import RequestError
from server.game import Game
from server.messages import Asked, Route


def application(game: Game) -> Starlette:
    """The game as an ASGI application."""
    return Starlette(
        routes=[StarletteRoute(one.path, _endpoint(one), methods=[one.method]) for one in game.routes()],
        exception_handlers={RequestError: refused, HTTPException: unknown},
    )


def _endpoint(route: Route) -> Callable[[Request], Awaitable[Response]]:
    answer, has_body = route.answer, route.body

    async def endpoint(request: Request) -> Response:
        body = await read(request.stream()) if has_body else b""
        content, status = answer(Asked(request.headers, request.url.query, body))
        return JSONResponse(content, status)

    return endpoint


async def refused(_request: Request, error: Exception) -> Response:
    """The answer to a request that the game refuses."""
    assert isinstance(error, RequestError)
    content, status = error.answer
    return JSONResponse(content, status)


async def unknown(_request: Request, error: Exception) -> Response:
    """The answer where there is no such route."""
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail.lower()}, status_code=error.status_code, headers=error.headers)
