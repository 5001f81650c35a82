"""A shop on Django, all of it in one file: `gunicorn django_app:application`."""

import logging.config
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from wsgiref.util import shift_path_info

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

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


# What Django reads when it starts; it does not follow.
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], LOGGING_CONFIG=None)
configure_logging()
config.subscribe(configure_logging, "logging")
log = logging.getLogger("shop")


def search(request: HttpRequest) -> JsonResponse:
    log.debug("searched")
    found = config.settings
    return JsonResponse(
        {"greeting": found.greeting, "page_size": found.search.page_size, "fuzzy": found.search.fuzzy}
    )


urlpatterns = [path("search", search)]
shop, health = WSGIMiddleware(get_wsgi_application(), config, pin), make_wsgi_app(config)


def application(environ, start_response):
    if environ["PATH_INFO"].startswith("/-/"):
        shift_path_info(environ)
        return health(environ, start_response)
    return shop(environ, start_response)
