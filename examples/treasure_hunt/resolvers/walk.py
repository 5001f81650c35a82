"""The naive way: each read asks the layers, the highest first, and each layer is a tree to go down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from resolvers.documents import Documents, Tree, nested
from resolvers.resolver import Readers
from server.choice import Choice, Overrides

MISSING = object()


class Resolver:
    name = ""
    readers = Readers()

    def __init__(self, documents: Documents) -> None:
        self._shared = documents.layers[::-1]
        self._choices = list(documents.choices.values())[::-1]

    def settings_of(self, choice: Choice, overrides: Overrides) -> Any:
        chosen = [table[name] for table, name in zip(self._choices, reversed(choice), strict=True)]
        return Walk([nested(overrides), *chosen, *self._shared])


class Walk:
    """Layers, the highest first."""

    def __init__(self, layers: Sequence[Tree]) -> None:
        self._layers = layers

    def __getitem__(self, path: str) -> Any:
        names = path.split(".")
        for layer in self._layers:
            value: Any = layer
            for name in names:
                if not isinstance(value, dict) or name not in value:
                    value = MISSING
                    break
                value = value[name]
            if value is not MISSING:
                return value
        raise KeyError(path)
