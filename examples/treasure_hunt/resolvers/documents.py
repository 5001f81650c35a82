"""The documents that all resolvers start from, as Veltrix reads them: as a snapshot, and as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import stack
import veltrix

Tree = dict[str, Any]


@dataclass(frozen=True)
class Documents:
    """What is on disk.

    Attributes:
        config: all of it, resolved, with the choices as dimensions; it can be watched.
        layers: the data of each layer that all requests share, lowest first, read once.
        choices: the data of each choice, by dimension and name.

    """

    config: veltrix.Config
    layers: tuple[Tree, ...]
    choices: Mapping[str, Mapping[str, Tree]]

    @classmethod
    def read(cls) -> Documents:
        """Reads the files of the treasure hunt."""
        files = [veltrix.File(stack.CONFIG / file, name=name) for name, file in stack.SHARED]
        deployment = veltrix.DotEnv(
            stack.CONFIG / stack.VARIABLES, prefix="HUNT", name="deployment", secret=stack.SECRETS
        )
        tables = {
            dimension: {
                choice: veltrix.File(stack.CONFIG / file, name=f"{dimension} {choice}")
                for choice, file in table.items()
            }
            for dimension, table in stack.DIMENSIONS.items()
        }
        config = veltrix.Config(*files, deployment, dimensions=tables)
        lower = [_loaded(source, None) for source in files]
        variables = _loaded(deployment, veltrix.resolve(lower))
        return cls(
            config,
            tuple(_data(layer) for layer in (*lower, variables)),
            {
                dimension: {choice: _data(_loaded(source, None)) for choice, source in table.items()}
                for dimension, table in tables.items()
            },
        )

    @property
    def snapshot(self) -> veltrix.Snapshot:
        """What is on disk as it was published last."""
        return self.config.snapshot

    @cached_property
    def shared(self) -> Tree:
        """What all requests share, merged."""
        return self.snapshot.to_dict()

    @cached_property
    def flat(self) -> Tree:
        """The same by path."""
        return flattened(self.shared)


def merged(below: Tree, above: Tree) -> Tree:
    """Both, key by key, where `above` wins; what it does not touch is shared with `below`."""
    result = dict(below)
    for name, value in above.items():
        under = result.get(name)
        result[name] = merged(under, value) if isinstance(value, dict) and isinstance(under, dict) else value
    return result


def flattened(tree: Tree, prefix: str = "") -> Tree:
    """The leaves of a tree by path."""
    flat: Tree = {}
    for name, value in tree.items():
        if isinstance(value, dict) and value:
            flat.update(flattened(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = value
    return flat


def nested(values: Mapping[str, Any]) -> Tree:
    """Paths and values as a tree."""
    tree: Tree = {}
    for path, value in values.items():
        *parents, last = path.split(".")
        at = tree
        for parent in parents:
            at = at.setdefault(parent, {})
        at[last] = value
    return tree


def _loaded(source: veltrix.File | veltrix.DotEnv, lower: veltrix.Snapshot | None) -> veltrix.Layer:
    layer = source.load(lower)
    assert layer is not None, source.name
    return layer


def _data(layer: veltrix.Layer) -> Tree:
    """What a layer says by itself. No path that a request reads has an operator in any layer."""
    return veltrix.resolve([layer]).to_dict()
