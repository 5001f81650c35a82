"""What probes, people and Prometheus ask of a process: its answers, by path."""

from __future__ import annotations

from veltrix.config import Config
from veltrix.web.answer import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

METHODS = ("GET", "HEAD")
JSON = "application/json"
METRICS = "text/plain; version=0.0.4; charset=utf-8"


def with_status(config: Config) -> Config:
    """The configuration, if it is one that has a status."""
    if not isinstance(config, Config):
        raise TypeError(f"health and metrics are those of a veltrix.Config, not {type(config).__name__}")
    return config


def page(config: Config, path: str, method: str) -> Answer:
    """The answer for a path below the place where this is mounted."""
    found = _PAGES.get(path)
    if found is None:
        return Answer(404, f"not one of {', '.join(_PAGES)}\n".encode("ascii"))
    if method not in METHODS:
        return Answer(405, b"only GET and HEAD\n", allow=", ".join(METHODS))
    return found(config)


def _alive(_config: Config) -> Answer:
    return Answer(200, b"ok\n")


def _ready(config: Config) -> Answer:
    status = config.status()
    if status.watching.mode == "dead":
        return Answer(503, b"the thread that watches is dead\n")
    if status.stale:
        return Answer(503, b"stale: the sources say something that could not be published\n")
    return Answer(200, b"ready\n")


def _status(config: Config) -> Answer:
    import json

    status = config.status()
    sources = [source._asdict() for source in status.sources]
    shown = {**status._asdict(), "watching": status.watching._asdict(), "sources": sources}
    return Answer(200, json.dumps(shown).encode("ascii") + b"\n", JSON)


def _metrics(config: Config) -> Answer:
    from veltrix.contrib.prometheus import generate_latest

    return Answer(200, generate_latest(config), METRICS)


_PAGES: dict[str, Callable[[Config], Answer]] = {
    "/healthz": _alive,
    "/readyz": _ready,
    "/status": _status,
    "/metrics": _metrics,
}
