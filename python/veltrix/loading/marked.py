"""The paths that `secret=` marks where nothing is: at the first load, and where a change takes it away."""

from __future__ import annotations

from veltrix.sources._kernel import Layer, Snapshot, diff, resolve
from veltrix.sources.marks import Marks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from veltrix.loading.candidate import Candidate
    from veltrix.loading.given import MarksGiven, Plan
    from veltrix.loading.steps import Seen
    from veltrix.sources.marks import UnmatchedMark
    from veltrix.types import Dimension


def unmatched_marks(
    given: MarksGiven, snapshot: Snapshot, dimensions: Iterable[Dimension]
) -> Iterator[UnmatchedMark]:
    """A warning for each `secret=` that marks a path where nothing is."""
    marks = Marks(given)
    return marks.unmatched(marks.paths, _stacks(snapshot, dimensions))


def lost_marks(
    plan: Plan, candidate: Candidate, given: MarksGiven, new: MarksGiven
) -> Iterator[UnmatchedMark]:
    """The same of a change: of paths that it takes away, and of marks that are `new` with it.

    A key that is renamed is hidden no longer. Layers are looked at only where a mark may have lost its path.
    """
    marks = Marks(given)
    pending = Marks(new).paths | marks.at_or_above(candidate.difference.removed)
    tables = slice(len(plan.sources), None)
    for old, now in zip(candidate.seen_before[tables], candidate.seen[tables], strict=True):
        if old.outcome is not now.outcome:
            pending |= marks.at_or_above(diff(_resolved(old), _resolved(now)).removed)
    if pending:
        dimensions = plan.dimensions([_layers(one) for one in candidate.seen])
        yield from marks.unmatched(pending, _stacks(candidate.snapshot, dimensions))


def _stacks(snapshot: Snapshot, dimensions: Iterable[Dimension]) -> Iterator[Snapshot]:
    """What may have something at the path of a mark: what all share, then each choice by itself."""
    yield snapshot
    for dimension in dimensions:
        yield from (resolve([layer]) for layer in dimension.layers.values())


def _layers(seen: Seen) -> tuple[Layer, ...]:
    assert isinstance(seen.outcome, tuple)
    return seen.outcome


def _resolved(seen: Seen) -> Snapshot:
    return resolve(_layers(seen))
