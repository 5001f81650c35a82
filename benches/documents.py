"""Writing documents: TOML, which the standard library only reads, and one tree in each format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benches.data import Tree


def as_texts(tree: Tree) -> dict[str, str]:
    """A tree as a document of each format, by the format's name."""
    import yaml

    return {
        "json": json.dumps(tree, indent=2),
        "toml": as_toml(tree),
        "yaml": yaml.safe_dump(tree, sort_keys=False),
    }


def as_toml(tree: Tree) -> str:
    """A tree of plain names as a TOML document, a table a mapping."""
    return "\n".join(_table(tree, ())) + "\n"


def _table(tree: Tree, path: tuple[str, ...]) -> Iterator[str]:
    leaves = {name: value for name, value in tree.items() if not isinstance(value, dict)}
    if leaves and path:
        yield f"[{'.'.join(path)}]"
    for name, value in leaves.items():
        yield f"{name} = {_value(value)}"
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _table(value, (*path, name))


def _value(value: Any) -> str:
    """Numbers, truth values, plain strings and lists of them are written in TOML as in JSON."""
    if value is None:
        raise ValueError("TOML has no null")
    return json.dumps(value, ensure_ascii=False)
