"""As public servers do it: a registry with the type of each setting, and a memo whose answers expire."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any, NamedTuple

from resolvers.documents import Documents
from resolvers.resolver import Readers
from resolvers.walk import Resolver as Walking
from server.choice import Choice, Overrides

SECONDS = 300.0
"""How long an answer counts; a change of a layer is seen by then, path by path."""

TYPES = (bool, int, float, str)
"""What a setting is declared as; others are taken as they come."""
ANSWERS = 131_072
"""How many answers are kept at most; all go where there would be more."""


class Answer(NamedTuple):
    """A value, and the time from which it is asked for again."""

    value: Any
    expires: float


class Resolver:
    name = ""
    readers = Readers()

    def __init__(self, documents: Documents) -> None:
        self._walking = Walking(documents)
        self._types = {
            path: type(value) for path, value in documents.flat.items() if isinstance(value, TYPES)
        }
        self._answers: dict[tuple[Choice, str], Answer] = {}

    def settings_of(self, choice: Choice, overrides: Overrides) -> Any:
        return Registered(self, choice, overrides)

    def of_choice(self, choice: Choice, path: str) -> Any:
        """What the layers say of a path, for a choice."""
        answer = self._answers.get((choice, path))
        if answer is None or answer.expires <= monotonic():
            if len(self._answers) >= ANSWERS:
                self._answers.clear()
            value = self.coerced(path, self._walking.settings_of(choice, {})[path])
            answer = self._answers[choice, path] = Answer(value, monotonic() + SECONDS)
        return answer.value

    def coerced(self, path: str, value: Any) -> Any:
        """A value as the registry declares it; null, and what only a choice has, as it is."""
        declared = self._types.get(path)
        return value if value is None or declared is None or isinstance(value, declared) else declared(value)


class Registered:
    """The settings of one request: its overrides, or else what the registry says."""

    def __init__(self, registry: Resolver, choice: Choice, overrides: Mapping[str, Any]) -> None:
        self._registry = registry
        self._choice = choice
        self._overrides = overrides

    def __getitem__(self, path: str) -> Any:
        if path in self._overrides:
            return self._registry.coerced(path, self._overrides[path])
        return self._registry.of_choice(self._choice, path)
