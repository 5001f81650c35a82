"""Veltrix: what the request pins, which knows the choices, and the overrides of the request."""

from __future__ import annotations

from typing import Any

from resolvers.documents import Documents
from resolvers.resolver import Readers
from server.choice import Choice, Overrides


class Resolver:
    """The implementation is the one that the process has chosen."""

    name = ""
    readers = Readers()

    def __init__(self, documents: Documents) -> None:
        self._current = documents.config.current

    def settings_of(self, choice: Choice, overrides: Overrides) -> Any:
        region, season, hunt, segment, clue_experiment, spawn_experiment = choice
        chosen = self._current().scope(
            {
                "region": region,
                "season": season,
                "hunt": hunt,
                "segment": segment,
                "clue_experiment": clue_experiment,
                "spawn_experiment": spawn_experiment,
            }
        )
        return chosen.override(overrides, name="request")
