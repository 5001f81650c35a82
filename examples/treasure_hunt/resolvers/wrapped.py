"""Hand-tuned, and wrapped: the dict of the choice and the request's overrides behind a class."""

from __future__ import annotations

from typing import Any

from resolvers.by_choice import ByChoice
from resolvers.documents import Documents, Tree
from resolvers.resolver import Readers
from server.choice import Choice, Overrides


class Resolver:
    name = ""
    readers = Readers()

    def __init__(self, documents: Documents) -> None:
        self._by_choice = ByChoice(documents)

    def settings_of(self, choice: Choice, overrides: Overrides) -> Any:
        return Wrapped(self._by_choice[choice], dict(overrides))


class Wrapped:
    """Two dicts as one."""

    __slots__ = ("_flat", "_overrides")

    def __init__(self, flat: Tree, overrides: Tree) -> None:
        self._flat = flat
        self._overrides = overrides

    def __getitem__(self, path: str) -> Any:
        overrides = self._overrides
        return overrides[path] if path in overrides else self._flat[path]
