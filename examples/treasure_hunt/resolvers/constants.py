"""No configuration at all: the rules of one choice as constants. The floor that the others stand on."""

from __future__ import annotations

import stack
from resolvers.documents import Documents
from resolvers.resolver import Readers
from resolvers.walk import Resolver as Walking
from server.choice import Choice, Overrides
from server.paths import CLUES, HUNT, ZONES_OF
from server.rules import guess_rules, join_rules, spawn_rules, status_rules


class Resolver:
    """Answers to every request what the first choice of each dimension would get."""

    name = ""

    def __init__(self, documents: Documents) -> None:
        first = Choice(*(next(iter(table)) for table in stack.DIMENSIONS.values()))
        settings = Walking(documents).settings_of(first, {})
        status = status_rules(settings)
        join = join_rules(settings, HUNT[first.hunt])
        guess = guess_rules(settings, CLUES[first.hunt][0])
        spawns = spawn_rules(settings, ZONES_OF[first.hunt])
        self.readers = Readers(
            lambda _: status, lambda _, _hunt: join, lambda _, _clue: guess, lambda _, _zones: spawns
        )

    def settings_of(self, _choice: Choice, _overrides: Overrides) -> None:
        return None
