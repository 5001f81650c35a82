"""The paths that `secret=` marks where nothing is: at the first load, and where a change takes it away."""

from __future__ import annotations

from itertools import chain

from veltrix.sources._kernel import Snapshot, resolve
from veltrix.sources.marks import Marks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from veltrix.loading.given import MarksGiven
    from veltrix.loading.steps import Seen
    from veltrix.sources.marks import UnmatchedMark
    from veltrix.types import Dimension


def unmatched_marks(
    given: MarksGiven, snapshot: Snapshot, dimensions: Iterable[Dimension]
) -> Iterator[UnmatchedMark]:
    """A warning for each `secret=` that marks a path where nothing is."""
    marks = Marks(given)
    choices = (layer for dimension in dimensions for layer in dimension.layers.values())
    return marks.unmatched(marks.paths(), chain((snapshot,), (resolve([layer]) for layer in choices)))


def lost_marks(
    given: MarksGiven,
    published: Snapshot,
    snapshot: Snapshot,
    choices_before: Sequence[Seen],
    choices: Sequence[Seen],
) -> Iterator[UnmatchedMark]:
    """The same for a change, of paths where something was before it: a key that is renamed is not secret.

    What this costs is a look at each path that is marked; choices are resolved only where one has gone.
    """
    marks = Marks(given)
    gone = marks.gone(published, snapshot)
    for old, new in zip(choices_before, choices, strict=True):
        if old.outcome is not new.outcome:
            gone |= marks.gone(_resolved(old), _resolved(new))
    return marks.unmatched(gone, chain((snapshot,), map(_resolved, choices)))


def _resolved(seen: Seen) -> Snapshot:
    assert isinstance(seen.outcome, tuple)
    return resolve(seen.outcome)
