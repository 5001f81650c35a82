"""How sources and the live object are used, for mypy --strict and pyright."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import veltrix
from veltrix import (
    Arguments,
    Config,
    ConfigWarning,
    DotEnv,
    Env,
    File,
    Layer,
    Secrets,
    Snapshot,
    Source,
    Values,
)


class Clock(Source):
    """A source of one's own."""

    reads_lower = True

    def __init__(self) -> None:
        self.name = "clock"

    def load(self, lower: Snapshot | None) -> Layer | None:
        return None if lower is None else Layer(self.name, {"seen": len(lower)})


def sources() -> list[Source]:
    return [
        Values({"a": 1}, name="defaults", secret=["a"]),
        File("app.toml"),
        File(Path("app.conf"), "toml", optional=True, allow_empty=True, secret="a.b"),
        DotEnv(prefix="APP"),
        Env("APP", secret=True),
        Secrets("/run/secrets", binary=["tls.key"]),
        Arguments(["a=1"]),
        Clock(),
    ]


def configuration() -> Snapshot:
    config = Config({"a": 1}, "app.toml", Path("more.json"), Layer("made", {}), *sources(), secret=["a"])
    assert_type(config.sources, tuple[Source, ...])
    assert_type(config.snapshot, Snapshot)
    tables = Config({}, conflicts="replace", dimensions={"region": {"eu": "eu.toml", "us": {"a": 2}}})
    dimension = veltrix.Dimension("region", {"eu": Layer("eu", {})})
    return Config(tables.sources[0], dimensions=[dimension]).snapshot.scope(region="eu")


def loading(source: Source) -> str:
    layer = source.load(None)
    assert_type(layer, Layer | None)
    assert_type(Env("APP").load(None), Layer)
    assert issubclass(ConfigWarning, UserWarning)
    return source.name if layer is None else layer.name
