"""The game with FastAPI, which finds the headers that it declares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from server.body import read
from server.errors import RequestError
from server.game import Game
from server.messages import Asked, Route
from server.shells.with_starlette import refused, unknown

Optional = Annotated[str | None, Header()]


def application(game: Game) -> FastAPI:
    """The game as an ASGI application."""
    app = FastAPI(
        title="The treasure hunt",
        openapi_url=None,
        exception_handlers={RequestError: refused, HTTPException: unknown},
    )
    for route in game.routes():
        app.add_api_route(route.path, _endpoint(route), methods=[route.method])
    return app


def _endpoint(route: Route) -> Callable[..., Awaitable[Response]]:
    answer, has_body = route.answer, route.body

    async def endpoint(
        request: Request, authorization: Optional = None, hunt_settings: Optional = None
    ) -> Response:
        body = await read(request.stream()) if has_body else b""
        headers = {"authorization": authorization, "hunt-settings": hunt_settings}
        content, status = answer(Asked(headers, request.url.query, body))
        return JSONResponse(content, status)

    return endpoint
