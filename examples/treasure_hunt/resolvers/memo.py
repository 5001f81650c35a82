"""The naive way with a memory: what a read finds for a choice is kept, as many answers as fit."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from resolvers.documents import Documents
from resolvers.resolver import Readers
from resolvers.walk import Resolver as Walking
from server.choice import Choice, Overrides

ANSWERS = 131_072


class Resolver:
    name = ""
    readers = Readers()

    def __init__(self, documents: Documents) -> None:
        walking = Walking(documents)

        @lru_cache(maxsize=ANSWERS)
        def found(choice: Choice, path: str) -> Any:
            return walking.settings_of(choice, {})[path]

        self._found = found

    def settings_of(self, choice: Choice, overrides: Overrides) -> Any:
        return Remembered(self._found, choice, overrides)


class Remembered:
    """What is known of one choice, with a request's overrides in front."""

    def __init__(self, found: Any, choice: Choice, overrides: Overrides) -> None:
        self._found = found
        self._choice = choice
        self._overrides = overrides

    def __getitem__(self, path: str) -> Any:
        if path in self._overrides:
            return self._overrides[path]
        return self._found(self._choice, path)
