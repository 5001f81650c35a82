"""dynamic-config-py with a schema: nested dataclasses, as the data has it; attributes read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import make_dataclass
from typing import Any

from benches.data import Tree
from benches.peers.adapter import attributes
from benches.peers.dynamic_config_values import Peer as Untyped
from benches.peers.shape import by_name, leaf_type
from benches.peers.stack import Stack


class Peer(Untyped):
    given = "seven files and nested dataclasses; attributes"
    remarks: Mapping[str, str] = {
        "change": "the file is written, then `reload()`, which validates",
        "files": "validates as well; the classes are made before",
    }

    def schema(self, stack: Stack) -> Any:
        return _declared("Settings", stack.trees)

    def read(self, subject: str, path: str) -> str:
        return attributes(subject, path)

    def miss(self, subject: str, path: str, default: str) -> str:
        above, _, last = path.rpartition(".")
        return f"getattr({attributes(subject, above)}, {last!r}, {default})"


def _declared(name: str, trees: list[Tree]) -> Any:
    """The dataclass for what these mappings hold at one place."""
    fields = []
    for key, found in by_name(trees).items():
        kind = _declared(f"{name}_{key}", found) if isinstance(found[0], dict) else leaf_type(found)
        fields.append((key, kind))
    return make_dataclass(name, fields)
