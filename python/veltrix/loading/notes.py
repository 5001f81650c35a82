"""What one pass notes for the next one: who is held back, who is absent, who is not to be asked yet."""

from __future__ import annotations

import os

from veltrix.loading.guards import GRACE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from veltrix.errors import ConfigError
    from veltrix.loading.renewal import Renewal
    from veltrix.loading.steps import Seen

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 30.0
"""Seconds until a source that could not be reached is asked again, in passes that nobody asked for."""


class Notes:
    """What one pass notes for the next one."""

    def __init__(self) -> None:
        self.now = 0.0
        self.acknowledge = False
        self.let: dict[int, object] = {}
        """What was acknowledged of each source."""
        self.leaving: dict[int, float] = {}
        """Since when optional sources are absent that do not count as removed yet."""
        self.failed: dict[int, ConfigError] = {}
        self.held: set[int] = set()
        self.failures: dict[int, int] = {}
        """How many passes in a row a source failed."""
        self.rests: dict[int, tuple[float, ConfigError]] = {}
        """Until when a source that could not be reached is left out, and what was wrong."""
        self.resting: set[int] = set()
        """The sources that were left out of this pass."""
        self._before: Notes | None = None

    def next(self, now: float, acknowledge: bool) -> Notes:
        """The notes of the next pass, which begins now."""
        notes = Notes()
        notes.now, notes.acknowledge = now, acknowledge
        notes.let = dict(self.let)
        self._before, notes._before = None, self
        return notes

    def too_early(self, at: int) -> ConfigError | None:
        """What was wrong with a source that is not to be asked again yet."""
        assert self._before is not None
        until, error = self._before.rests.get(at, (0.0, None))
        if self.now >= until:
            return None
        self.resting.add(at)
        return error

    def lets(self, at: int, one: Seen) -> bool:
        """Whether what a source gives is acknowledged."""
        if self.acknowledge:
            self.let[at] = content(one)
        return at in self.let and self.let[at] is content(one)

    def has_left(self, at: int) -> bool:
        """Whether an absent source has been absent for long enough, and in two looks."""
        assert self._before is not None
        since = self._before.leaving.get(at)
        if since is not None and self.now - since >= GRACE:
            return True
        self.leaving[at] = self.now if since is None else since
        return False

    def leaves_in(self, now: float) -> float:
        """Seconds until all absent sources count as removed; 0 where they do already."""
        return max((since + GRACE - now for since in self.leaving.values() if since + GRACE > now), default=0)

    def take(self, found: Renewal) -> None:
        """Note who is held back, and until when those that could not be reached are left alone."""
        assert self._before is not None
        self.failed, self.held = found.failed, found.held
        for at, error in found.failed.items():
            before = self._before.failures.get(at, 0)
            if at in self.resting:
                self.failures[at], self.rests[at] = before, self._before.rests[at]
                continue
            self.failures[at] = before + 1
            if at in found.unreached:
                self.rests[at] = (self.now + pause_after(self.failures[at]), error)
        self._before = None

    def differs_from(self, other: Notes) -> bool:
        """Whether others are held back than at another pass, or for something else."""
        return self.held != other.held or self.failed != other.failed


def pause_after(failures: int) -> float:
    """Seconds until one that failed so often in a row is asked: twice as long each time, half by chance."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 32))
    return longest * (0.5 + os.urandom(1)[0] / 510)


def content(one: Seen) -> object:
    """What shows whether a source says the same: the very payload, or the layers of one that is loaded."""
    return one.outcome if one.fetched.payload is None else one.fetched.payload
