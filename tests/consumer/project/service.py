"""The shop as it uses a live configuration: every expression has the type that a reader expects."""

import signal
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, assert_type

from settings import Cache, Database, Limits, Server, Settings, Texts

import veltrix
from veltrix.errors import ConfigError, MissingKeyError, ValidationError

HERE = Path(__file__).parent
OPEN = veltrix.Allowed({("server", "port"): int, ("texts", "languages"): list[str]})


class Vault(veltrix.Source):
    """A source of one's own."""

    def __init__(self, name: str) -> None:
        self.name = name

    def fetch(self, previous: veltrix.Fetched | None, deadline: float) -> veltrix.Fetched:
        return previous or veltrix.Fetched("1", {"token": "from the vault"})

    def parse(self, fetched: veltrix.Fetched, lower: veltrix.Snapshot | None) -> veltrix.Layer:
        return veltrix.Layer(self.name, fetched.payload, secret=["token"])


def judged(candidate: veltrix.Snapshot[Settings]) -> None:
    if candidate.settings.server.port < 1024:
        raise ValueError("ports below 1024 belong to the system")


def configured() -> veltrix.Config[Settings]:
    return veltrix.Config(
        HERE / "shop.toml",
        Vault("vault"),
        veltrix.Env("SHOP"),
        dimensions={"region": {"fr": {"texts": {"greeting": "bonjour"}}}},
        schema=Settings,
        validate=[judged],
        max_removed=0.5,
    )


config = configured()


class Pool(veltrix.Subscriber):
    """Follows the configuration with a veto."""

    def __init__(self, size: veltrix.Key[int]) -> None:
        self._size = size
        self.resized: list[int] = []

    def prepare(self, change: veltrix.Change) -> None:
        if not isinstance(change.snapshot["cache.size"], int):
            raise TypeError

    async def commit(self, change: veltrix.Change) -> None:
        self.resized.append(self._size.value)


def reads(config: veltrix.Config[Settings]) -> None:
    assert_type(config, veltrix.Config[Settings])
    assert_type(config.settings, Settings)
    assert_type(config.settings.server, Server)
    assert_type(config.settings.server.port, int)
    assert_type(config.settings.database, Database)
    assert_type(config.settings.database.password.get_secret_value(), str)
    assert_type(config.settings.cache, Cache)
    assert_type(config.settings.limits.pause, float)
    assert_type(config.settings.texts["languages"], list[str])
    assert_type(config.snapshot, veltrix.Snapshot[Settings])
    assert_type(config.snapshot.settings.texts, Texts)
    assert_type(config.current().settings, Settings)
    assert_type(config.bind(Server, "server"), Server)
    assert_type(config.snapshot.bind(Limits, "limits"), Limits)
    assert_type(config.bind(dict[str, str], "texts.by_language"), dict[str, str])
    assert_type(config.bind(int, ("server", "port")), int)
    maybe: int | None = config.bind(int | None, "server.backlog")
    assert_type(maybe, int | None)
    assert_type(config["server.port"], Any)
    assert_type(config.get("server.port"), Any)
    assert_type(config.to_dict(), dict[str, Any])
    assert_type(config.explain("server.port").origin, veltrix.Origin | None)
    as_mapping: Mapping[str, Any] = config
    of_snapshot: Mapping[str, Any] = config.snapshot
    assert len(as_mapping) == len(of_snapshot)


def keys(config: veltrix.Config[Settings]) -> Pool:
    port = config.key("server.port", int)
    assert_type(port.value, int)
    assert_type(port.path, str)
    assert_type(port.generation, int)
    handle: veltrix.Key[int] = port
    assert_type(handle.value, int)
    assert_type(config.key("server", Server).value.host, str)
    assert_type(config.key("server.backlog", int, default=None).value, int | None)
    assert_type(config.key("server.port").value, Any)
    assert_type(config.snapshot.key("server.port", int), veltrix.Key[int])
    return Pool(config.key("cache.size", int, default=100))


def pins(config: veltrix.Config[Settings], region: str | None) -> str:
    with config.pin(scope={"region": region}, override={("server", "port"): 9000}, allowed=OPEN) as pinned:
        assert_type(pinned, veltrix.Snapshot[Settings])
        assert_type(pinned.settings, Settings)
        assert_type(pinned.override({"server.port": 1}).settings.server.port, int)
        return pinned.settings.texts["greeting"]


async def pinned(config: veltrix.Config[Settings]) -> AsyncIterator[Settings]:
    async with config.pin(max_age=60) as snapshot:
        yield snapshot.settings


def derived(snapshot: veltrix.Snapshot[Settings]) -> Iterator[veltrix.Snapshot[Settings]]:
    yield snapshot.scope(region="fr")
    yield snapshot.scope({"region": None})
    yield snapshot.set("server.port", 1)
    yield snapshot.delete("cache")
    yield snapshot.overlay({"server": veltrix.replace({"port": 1})})
    yield snapshot.override({"texts.languages": veltrix.append(["nl"])}, allowed=OPEN)
    yield snapshot.with_layers(veltrix.Layer("top", {}), without=["vault"])


def once() -> Settings:
    found = veltrix.load(HERE / "shop.toml", {"token": "x"}, veltrix.Env("SHOP"), schema=Settings)
    assert_type(found, veltrix.Snapshot[Settings])
    return found.settings


def lives(config: veltrix.Config[Settings]) -> None:
    def notified(change: veltrix.Change) -> None:
        settings: Settings = change.snapshot.settings
        print(change.generation, change.reason, settings.server.port, sorted(change.difference.changed))

    with config.subscribe(notified, "server"), config.watch(poll=1.0) as watch:
        assert_type(config.reload(), veltrix.Change | None)
        assert_type(config.history, tuple[veltrix.Change, ...])
        status = config.status()
        sources: Sequence[veltrix.SourceStatus] = status.sources
        assert_type([source.name for source in sources], list[str])
        watch.stop()

    def asked(signum: int, frame: FrameType | None) -> None:
        config.request_reload()

    signal.signal(signal.SIGHUP, asked)


def complains(path: str) -> list[str]:
    try:
        veltrix.load(path, schema=Settings)
    except MissingKeyError:
        return []
    except ConfigError as error:
        assert_type(error.problems, tuple[ConfigError, ...])
        return [problem.reason for problem in error.problems if isinstance(problem, ValidationError)]
    return []


def untyped(config: veltrix.Config) -> object:
    """A bare `Config`, as code has it that knows no schema."""
    assert_type(config.snapshot, veltrix.Snapshot)
    assert_type(veltrix.load(HERE / "shop.toml").settings, Any)
    return config.settings
