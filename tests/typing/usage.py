"""How the public surface is used, for mypy --strict and pyright: `assert_type` fails where a type drifts."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from dataclasses import dataclass
from typing import Any, assert_type

import veltrix
from veltrix import (
    DELETE,
    Definition,
    Difference,
    Dimension,
    Explanation,
    Key,
    Layer,
    Origin,
    Snapshot,
    View,
    append,
    prepend,
    replace,
    resolve,
)
from veltrix.errors import ConfigError, MissingKeyError


def layers() -> list[Layer]:
    defaults = Layer(
        "defaults", {"server": {"port": 80, "hosts": ["a"]}, "debug": False}, secret=["server.token"]
    )
    document = Layer.parse("site", b"[server]\nport = 8080\n", "toml", file="site.toml")
    operators = Layer(
        "top", {"server": replace({}), "debug": DELETE, "tags": append(["x"]), "names": prepend(("y",))}
    )
    return [defaults, document, operators]


def reading(snapshot: Snapshot) -> None:
    assert_type(snapshot["server.port"], Any)
    assert_type(snapshot["server", "hosts", 0], Any)
    assert_type(snapshot.get("server.port"), Any)
    port: int = snapshot.get("server.port", 80)
    mapping: Mapping[str, Any] = snapshot
    assert_type(list(snapshot), list[str])
    assert_type(iter(snapshot), Iterator[str])
    keys: KeysView[str] = snapshot.keys()
    values: ValuesView[Any] = snapshot.values()
    items: ItemsView[str, Any] = snapshot.items()
    assert_type((list(keys), list(values), list(items)), tuple[list[str], list[Any], list[tuple[str, Any]]])
    assert_type(list(reversed(snapshot.keys())), list[str])
    assert_type(list(reversed(snapshot.values())), list[Any])
    assert_type(list(reversed(snapshot.items())), list[tuple[str, Any]])
    assert_type(snapshot.flatten(), dict[str, Any])
    assert_type(snapshot.to_dict(), dict[str, Any])
    assert_type("server.port" in snapshot, bool)
    assert_type(len(mapping) + port, int)
    view = snapshot["server"]
    if isinstance(view, View):
        assert_type(view["port"], Any)
        assert_type(view.to_dict(), dict[str, Any])


def handles(snapshot: Snapshot) -> None:
    key = snapshot.key("server.port")
    assert_type(key, Key[Any])
    assert_type(key.value, Any)
    assert_type(snapshot.key("server.port", int), Key[int])
    assert_type(snapshot.key("server.port", int).value, int)
    assert_type(snapshot.key("server.hosts", list[str]).value, list[str])
    assert_type(snapshot.key("server.port", int, default=None), Key[int | None])
    assert_type(snapshot.key("server.port", default=None).value, Any)
    bare: Key = key
    assert_type(bare.value, Any)
    assert_type(key.path, str)


@dataclass
class Server:
    """A model."""

    port: int


def objects(snapshot: Snapshot, view: View) -> None:
    assert_type(snapshot.bind(Server, "server"), Server)
    assert_type(snapshot.bind(Server), Server)
    assert_type(view.bind(Server), Server)
    assert_type(snapshot.bind(int, ("server", "port")), int)
    assert_type(snapshot.bind(dict[str, Server]), dict[str, Server])
    assert_type(snapshot["server"].bind(Server), Any)
    optional: int | None = snapshot.bind(int | None, "server.port")
    assert optional is None or optional > 0


def whole(path: str) -> None:
    snapshot = veltrix.load(path, schema=Server)
    assert_type(snapshot, Snapshot[Server])
    assert_type(snapshot.settings, Server)
    assert_type(snapshot.override({"port": 1}).settings, Server)
    assert_type(snapshot.scope(region="eu").set("port", 1).settings.port, int)
    assert_type(veltrix.load(path).settings, Any)
    config = veltrix.Config(path, schema=Server, extra="warn")
    assert_type(config, veltrix.Config[Server])
    assert_type(config.settings, Server)
    assert_type(config.current(), Snapshot[Server])
    assert_type(config.snapshot, Snapshot[Server])
    with config.pin(override={"port": 1}) as pinned:
        assert_type(pinned, Snapshot[Server])
        assert_type(pinned.settings.port, int)
    assert_type(config.bind(Server, "server"), Server)
    assert_type(config.key("port", int).value, int)
    assert_type(config.key("port", int, default=None).value, int | None)
    untyped: veltrix.Config = veltrix.Config(path)
    assert_type(untyped.settings, Any)
    assert_type(untyped.current(), Snapshot)


async def request(config: veltrix.Config[Server]) -> int:
    async with config.pin() as pinned:
        assert_type(pinned, Snapshot[Server])
        return pinned.settings.port


def provenance(snapshot: Snapshot) -> None:
    found = snapshot.explain("server.port")
    assert_type(found, Explanation)
    assert_type(found.origin, Origin | None)
    assert_type(found.definitions, tuple[Definition, ...])
    assert_type(found.definitions[0].origin.line, int | None)
    assert_type(snapshot.layer_names, tuple[str, ...])
    assert_type(snapshot.generation, int)
    assert_type(snapshot.digest, str)


def deriving(snapshot: Snapshot, layer: Layer) -> None:
    assert_type(snapshot.overlay({"server": {"port": 1}}, name="request"), Snapshot)
    assert_type(snapshot.set("server.port", 1, layer="defaults"), Snapshot)
    assert_type(snapshot.delete(("server", "port")), Snapshot)
    assert_type(snapshot.with_layers(layer), Snapshot)
    assert_type(snapshot.with_layers(layer, layer, without=["defaults"], generation=3), Snapshot)
    assert_type(snapshot.with_layers(dimensions=(Dimension("region", {"eu": layer}),)), Snapshot)
    assert_type(snapshot.scope(region="eu", hunt=None), Snapshot)
    changes = veltrix.diff(snapshot, snapshot)
    assert_type(changes, Difference)
    assert_type(changes.added, dict[str, Any])
    assert_type(changes.changed, dict[str, tuple[Any, Any]])


def resolving() -> Snapshot:
    region = Dimension("region", {"eu": Layer("eu", {"tax": 0.21})}, strict=True)
    return resolve(layers(), conflicts="replace", dimensions=[region])


def failing(snapshot: Snapshot) -> None:
    try:
        snapshot["nowhere"]
    except MissingKeyError as error:
        assert_type(error.path, str)
    except ConfigError:
        raise


def choosing() -> None:
    assert_type(veltrix.implementation, str)
    assert_type(veltrix.__version__, str)
