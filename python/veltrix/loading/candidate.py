"""What a pass gives: a candidate that may be published, and how each source is."""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from veltrix.errors import ConfigError
    from veltrix.sources._kernel import Difference, Snapshot

    class _SourceStatus(NamedTuple):
        name: str
        state: str
        problem: str | None
        at: float
        failures: int

else:
    # Importing `typing` costs more than the rest of this package.
    _SourceStatus = namedtuple("_SourceStatus", "name state problem at failures")


class Candidate:
    """A snapshot that was derived from the published one, and is not published yet."""

    __slots__ = ("difference", "moved_only", "problems", "reason", "snapshot")

    def __init__(self, snapshot: Snapshot, difference: Difference, reason: str, moved_only: bool) -> None:
        self.snapshot = snapshot
        self.difference = difference
        self.reason = reason
        self.moved_only = moved_only
        self.problems: tuple[ConfigError, ...] = ()


class SourceStatus(_SourceStatus):
    """How a source was at the last pass. It holds no value."""

    __slots__ = ()
