"""A shop's tasks on Celery: `celery -A celery_app worker`."""

import logging.config
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import celery

import veltrix


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
config.watch()  # each process that the worker forks goes on with a watch of its own


def configure_logging(change: veltrix.Change | None = None) -> None:
    logging.config.dictConfig(config.snapshot["logging"].to_dict())


configure_logging()
config.subscribe(configure_logging, "logging")
log = logging.getLogger("shop")

app = celery.Celery("shop", broker=os.environ["REDIS_URL"], backend=os.environ["REDIS_URL"])
app.conf.worker_hijack_root_logger = False


@app.task
def search(region: str | None = None) -> dict[str, Any]:
    with config.pin(scope={"region": region}):  # a task is what a request is
        log.debug("searched")
        found = config.settings
        return {"greeting": found.greeting, "page_size": found.search.page_size, "fuzzy": found.search.fuzzy}


@app.task
def status() -> dict[str, Any]:
    return config.status()._asdict()
