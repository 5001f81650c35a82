"""A shop on Flask: `gunicorn flask_app:app`."""

import logging.config
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

import veltrix
from veltrix.web import Request, WSGIMiddleware, make_wsgi_app


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
config.watch()  # each process that gunicorn forks goes on with a watch of its own
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

app = Flask(__name__)
pinned = WSGIMiddleware(app.wsgi_app, config, pin)
app.wsgi_app = DispatcherMiddleware(pinned, {"/-": make_wsgi_app(config)})


@app.get("/search")
def search() -> dict[str, Any]:
    log.debug("searched")
    found = config.settings
    return {"greeting": found.greeting, "page_size": found.search.page_size, "fuzzy": found.search.fuzzy}
