"""The standard library's way: a `ChainMap` over flat dicts, one for each layer."""

from __future__ import annotations

from collections import ChainMap
from typing import Any

from resolvers.documents import Documents, flattened
from resolvers.resolver import Readers
from server.choice import Choice, Overrides


class Resolver:
    name = ""
    readers = Readers()

    def __init__(self, documents: Documents) -> None:
        self._shared = [flattened(tree) for tree in reversed(documents.layers)]
        self._choices = [
            {name: flattened(tree) for name, tree in table.items()}
            for table in list(documents.choices.values())[::-1]
        ]

    def settings_of(self, choice: Choice, overrides: Overrides) -> Any:
        chosen = [table[name] for table, name in zip(self._choices, reversed(choice), strict=True)]
        return ChainMap(dict(overrides), *chosen, *self._shared)
