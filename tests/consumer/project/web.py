"""The shop on FastAPI and on Flask, each request with a pin."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header
from flask import Flask
from service import OPEN, config
from settings import Settings

from veltrix.errors import ValidationError
from veltrix.web import ASGIMiddleware, Request, WSGIMiddleware, make_asgi_app, make_wsgi_app


def pin(request: Request) -> dict[str, Any]:
    port = request.headers.get("x-port")
    if port is not None and not port.isdecimal():
        raise ValidationError("expected a number", "x-port")
    override = None if port is None else {"server.port": int(port)}
    return {"scope": {"region": request.headers.get("x-region")}, "override": override, "allowed": OPEN}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
    async with config.watch():
        yield


api = FastAPI(lifespan=lifespan)
api.add_middleware(ASGIMiddleware, config=config, pin=pin)
api.mount("/-", make_asgi_app(config))
around = ASGIMiddleware(api, config, pin)


async def tuned(region: Annotated[str | None, Header()] = None) -> AsyncGenerator[Settings, None]:
    with config.pin(scope={"region": region}) as pinned:
        yield pinned.settings


@api.get("/")
async def root(settings: Annotated[Settings, Depends(tuned)]) -> dict[str, Any]:
    return {"greeting": settings.texts["greeting"], "port": settings.server.port}


site = Flask(__name__)
pinned = WSGIMiddleware(site.wsgi_app, config, pin)
health = make_wsgi_app(config)


@site.get("/")
def page() -> str:
    return config.settings.texts["greeting"]
