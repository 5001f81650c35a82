"""What a pass gives: a candidate that may be published, and how each source is."""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NamedTuple

    from veltrix.errors import ConfigError
    from veltrix.loading.steps import Seen
    from veltrix.sources._kernel import Difference, Layer, Snapshot

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

    __slots__ = ("difference", "moved_only", "problems", "reason", "seen", "seen_before", "snapshot", "stack")

    def __init__(
        self,
        snapshot: Snapshot,
        difference: Difference,
        reason: str,
        moved_only: bool,
        problems: Sequence[ConfigError],
        seen_before: tuple[Seen, ...],
        seen: tuple[Seen, ...],
        stack: tuple[Layer, ...],
    ) -> None:
        self.snapshot = snapshot
        self.difference = difference
        """From the published snapshot to this one."""
        self.reason = reason
        """The names of the sources that changed."""
        self.moved_only = moved_only
        """Whether nothing but origins changed: the content, and so the generation, is the published one."""
        self.problems = tuple(problems)
        """What is wrong with sources that keep what they gave before, while others go on."""
        self.seen_before = seen_before
        """What counted of each source in what is published, and in this one."""
        self.seen = seen
        self.stack = stack

    def __repr__(self) -> str:
        return f"<veltrix.loading.Candidate, generation {self.snapshot.generation}>"


class SourceStatus(_SourceStatus):
    """How a source was at the last pass. It holds no value.

    Attributes:
        name: The name of the source.
        state: "good"; "absent", of an optional source; "leaving", of one that has been absent for too short a
            time to count as removed; "failed", of one that keeps what it gave before; "held", of a good one
            whose read set has one that is not; or "stale", of both, where that is from the last-good file.
        problem: What is wrong, or None.
        at: When what counts was fetched, in seconds since 1970.
        failures: How many passes in a row failed.

    Example:
        >>> [(source.name, source.state) for source in config.status().sources]
        [('values', 'good')]
    """

    __slots__ = ()
