"""What a way to resolve a request's tunables has to offer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from server import rules
from server.choice import Choice, Overrides


class Readers(NamedTuple):
    """The functions that read the rules of a request from its settings; the functions of `server.rules`."""

    status: Callable[..., rules.StatusRules] = rules.status_rules
    join: Callable[..., rules.JoinRules] = rules.join_rules
    guess: Callable[..., rules.GuessRules] = rules.guess_rules
    spawns: Callable[..., rules.SpawnRules] = rules.spawn_rules


class Resolver(Protocol):
    """One way. Its `readers` take what `settings_of` gives."""

    name: str
    readers: Readers

    def settings_of(self, choice: Choice, overrides: Overrides, /) -> Any:
        """The settings of a request that made these choices and brings these overrides."""
