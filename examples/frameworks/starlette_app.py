"""A shop on Starlette: `uvicorn starlette_app:app`."""

import logging.config
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

import veltrix
from veltrix.web import ASGIMiddleware, Request, make_asgi_app


@dataclass(frozen=True)
class Search:
    page_size: int
    fuzzy: bool


@dataclass(frozen=True)
class Settings:
    greeting: str
    search: Search
    logging: dict[str, Any]


config = veltrix.Config(
    Path(__file__).with_name("shop.toml"),
    veltrix.Env("SHOP"),
    dimensions={"region": {"fr": {"greeting": "bonjour"}}},
    schema=Settings,
)
OPEN = veltrix.Allowed({"search.fuzzy": bool})
SWITCH = {"on": True, "off": False}


def pin(request: Request) -> dict[str, Any]:
    switch = request.headers.get("x-fuzzy")
    if switch is not None and switch not in SWITCH:
        raise veltrix.errors.ValidationError("expected on or off", "x-fuzzy")
    override = None if switch is None else {"search.fuzzy": SWITCH[switch]}
    return {"scope": {"region": request.headers.get("x-region")}, "override": override, "allowed": OPEN}


def configure_logging(change: veltrix.Change | None = None) -> None:
    logging.config.dictConfig(config.snapshot["logging"].to_dict())


configure_logging()
config.subscribe(configure_logging, "logging")
log = logging.getLogger("shop")


@asynccontextmanager
async def lifespan(app: Starlette):
    with config.watch():
        yield


async def search(request) -> JSONResponse:
    log.debug("searched")
    found = config.settings
    return JSONResponse(
        {"greeting": found.greeting, "page_size": found.search.page_size, "fuzzy": found.search.fuzzy}
    )


app = Starlette(
    routes=[Route("/search", search), Mount("/-", make_asgi_app(config))],
    middleware=[Middleware(ASGIMiddleware, config=config, pin=pin)],
    lifespan=lifespan,
)
