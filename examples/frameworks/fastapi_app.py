"""A shop on FastAPI: `uvicorn fastapi_app:app`."""

import logging.config
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI

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
async def lifespan(app: FastAPI):
    with config.watch():
        yield


app = FastAPI(lifespan=lifespan)
app.add_middleware(ASGIMiddleware, config=config, pin=pin)
app.mount("/-", make_asgi_app(config))


@app.get("/search")
def search() -> dict[str, Any]:  # in a thread of FastAPI's, which inherits the pin
    log.debug("searched")
    found = config.settings
    return {"greeting": found.greeting, "page_size": found.search.page_size, "fuzzy": found.search.fuzzy}
