"""How sources and the live object are used, for mypy --strict and pyright."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import assert_type

import veltrix
from veltrix import (
    Arguments,
    Config,
    ConfigWarning,
    DotEnv,
    Env,
    Fetched,
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


class Store(Source):
    """Another one, in two steps."""

    def __init__(self) -> None:
        self.name = "store"

    def fetch(self, previous: Fetched | None, deadline: float) -> Fetched:
        return previous or Fetched("W/1", b"{}")

    def parse(self, fetched: Fetched, lower: Snapshot | None) -> list[Layer]:
        return [Layer.parse(self.name, fetched.payload, "json")]


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
        Store(),
    ]


def configuration() -> Snapshot:
    config = Config({"a": 1}, "app.toml", Path("more.json"), Layer("made", {}), *sources(), secret=["a"])
    assert_type(config.sources, tuple[Source, ...])
    assert_type(config.snapshot, Snapshot)
    tables = Config({}, conflicts="replace", dimensions={"region": {"eu": "eu.toml", "us": {"a": 2}}})
    dimension = veltrix.Dimension("region", {"eu": Layer("eu", {})})
    return veltrix.load(tables.sources[0], dimensions=[dimension]).scope(region="eu")


def loading(source: Source) -> str:
    assert_type(source.load(None), Layer | Sequence[Layer] | None)
    layer = Env("APP").load(None)
    assert_type(layer, Layer | None)
    fetched = source.fetch(None, 0.0)
    assert_type(fetched, Fetched)
    assert_type(source.parse(source.fetch(fetched, 0.0), None), Layer | Sequence[Layer] | None)
    assert_type(source.watch_paths(), Sequence[str])
    assert issubclass(ConfigWarning, UserWarning)
    return source.name if layer is None else layer.name
