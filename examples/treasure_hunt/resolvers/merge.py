"""The layers of a request's choices are merged for each request."""

from __future__ import annotations

from typing import Any

from resolvers.documents import Documents, Tree, merged, nested
from resolvers.resolver import Readers
from server.choice import Choice, Overrides


class Resolver:
    name = ""
    readers = Readers()

    def __init__(self, documents: Documents) -> None:
        self._shared = documents.shared
        self._choices = list(documents.choices.values())

    def settings_of(self, choice: Choice, overrides: Overrides) -> Any:
        tree = self._shared
        for table, name in zip(self._choices, choice, strict=True):
            tree = merged(tree, table[name])
        return Nested(merged(tree, nested(overrides)))


class Nested:
    """A tree that is read by path."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def __getitem__(self, path: str) -> Any:
        value: Any = self._tree
        for name in path.split("."):
            value = value[name]
        return value
