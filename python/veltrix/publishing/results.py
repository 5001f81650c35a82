"""How passes ended, and when what was refused is offered again."""

from __future__ import annotations

from math import inf
from time import monotonic, time

from veltrix.loading.notes import pause_after


class Results:
    """How many passes ended well, and how many not, beside those that found nothing and nobody asked for."""

    __slots__ = ("failures", "succeeded_at", "successes")

    def __init__(self) -> None:
        self.successes = 0
        self.failures = 0
        self.succeeded_at = time()
        """When the last one found that what is published is what the sources say, in seconds since 1970."""


class Vetoes:
    """When a look offers again what a subscriber refused.

    A subscriber says what it cannot do now, and may be able to do later. All others who refuse judge the
    content, and would refuse the same content again.
    """

    __slots__ = ("_count", "_until")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Nothing is refused any more."""
        self._count, self._until = 0, inf

    def note(self) -> None:
        """A subscriber refused what the sources say."""
        self._count += 1
        self._until = monotonic() + pause_after(self._count)

    def are_due(self) -> bool:
        """Whether it is time to offer it."""
        return monotonic() >= self._until

    def take(self) -> None:
        """What the sources say is being offered: unless it is refused again, nothing is due."""
        self._until = inf
