"""What a peer has to say to be measured: how it is made, read, laid over, merged and loaded.

An adapter answers with code, which the harness times without a call of the adapter around it: an expression
reads a leaf of the variable that it is given, and a `Step` leaves a configuration in the variable `o`. An
adapter imports its peer only where it is used, so that a table can name a peer that is not installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from benches.data import Tree
from benches.peers.stack import Stack

# Each peer and the module of this package that holds its adapter, a class `Peer`.
PEERS = {
    "veltrix native": "veltrix_native",
    "veltrix pure": "veltrix_pure",
    "dict": "plain_dict",
    "dict of dicts": "nested_dict",
    "MappingProxyType": "mapping_proxy",
    "ChainMap": "chain_map",
    "immutables.Map": "immutables_map",
    "rpds.HashTrieMap": "rpds_map",
    "python-box": "python_box",
    "python-configuration": "python_configuration",
    "lib_layered_config": "lib_layered",
    "dynamic-config-py": "dynamic_config_typed",
    "dynamic-config-py Values": "dynamic_config_values",
    "pydantic-settings": "pydantic_settings",
    "OmegaConf": "omega_conf",
    "dynaconf": "dyna_conf",
    "confuse": "confuse_views",
}


class CannotError(Exception):
    """A peer has no way of its own to do a workload; the text says why, in one line."""


@dataclass(frozen=True)
class Step:
    """Code that leaves a configuration in `o`, and the names it uses; `c` is the configuration below."""

    body: str
    names: Mapping[str, Any] = field(default_factory=dict)


class Adapter:
    """One peer, read by `c[path]` unless it says otherwise. What it has no way for raises `CannotError`."""

    distribution: str | None = None
    """What the version is asked of; None for the standard library."""
    module = "builtins"
    """What a program imports to use the peer."""
    implementation = ""
    """The implementation of veltrix to force in the peer's process, or nothing."""
    given: str
    """What the peer is handed for the workloads of reading, and how it is read."""
    remarks: Mapping[str, str] = {}
    """By workload, what a reader of the figure should know."""

    def resolved(self, stack: Stack) -> Any:
        """The configuration of a stack, ready to be read."""
        step = self.merge(stack)
        names = dict(step.names)
        exec(step.body, names)
        return names["o"]

    def names(self) -> Mapping[str, Any]:
        """What the expressions of `read` and `miss` name beside their arguments."""
        return {}

    def read(self, subject: str, path: str) -> str:
        """An expression for the leaf at a path."""
        return f"{subject}[{path!r}]"

    def miss(self, subject: str, path: str, default: str) -> str:
        """An expression for the leaf at a path, or else the value of the variable `default`."""
        return f"{subject}.get({path!r}, {default})"

    def overlay(self, overrides: Tree) -> Step:
        """A request's configuration on top of `c`, which stays what it is."""
        raise NotImplementedError

    def merge(self, stack: Stack) -> Step:
        """From the layers as dicts to a configuration."""
        raise NotImplementedError

    def change(self, stack: Stack, path: str, value: Any) -> Step:
        """The configuration after one leaf of the middle layer changed; by itself, all is merged again."""
        return self.merge(stack.changed(path, value))

    def files(self, stack: Stack) -> Step:
        """From the layers as JSON files to a configuration."""
        raise NotImplementedError


def adapter_of(peer: str) -> Adapter:
    """The adapter of a peer in `PEERS`; does not import the peer."""
    made: Adapter = import_module(f"benches.peers.{PEERS[peer]}").Peer()
    return made


def attributes(subject: str, path: str) -> str:
    """`subject.a.b.c`"""
    return f"{subject}.{path}"


def subscripts(subject: str, path: str) -> str:
    """`subject['a']['b']['c']`"""
    return subject + "".join(f"[{name!r}]" for name in path.split("."))
