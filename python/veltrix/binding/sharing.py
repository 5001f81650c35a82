"""Which snapshots have bound a section already, so that an unchanged one keeps its object.

Only weak references to them are kept: the object is in the memo of its snapshot, and goes with the last
one that has it. Beside one base a kernel knows at the price of the changes whether a section is the same;
where it does not, the section is bound, and what is the same in every value gives way to the object that was
there.
"""

from __future__ import annotations

import weakref

from veltrix.binding.run import INVALID
from veltrix.binding.same import same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from veltrix import Snapshot
    from veltrix.binding.compiled import Compiled
    from veltrix.binding.run import Segments

    Known = weakref.ref[Snapshot]

_SNAPSHOTS = 16
"""So many snapshots are known of one section and type."""
_SECTIONS = 256
"""Of so many sections of one type."""


def known_of(of_type: Compiled, key: tuple[Any, ...]) -> Sequence[Known]:
    """The snapshots that have bound a section as a type."""
    known: Sequence[Known] = of_type.recent.get((key[0], key[2]), ())
    return known


def shared(others: Sequence[Known], snapshot: Snapshot, segments: Segments, key: tuple[Any, ...]) -> Any:
    """The object that the same section has in another snapshot; INVALID if none is known."""
    for reference in others:
        other = reference()
        if other is not None and type(other) is type(snapshot) and snapshot._shares(other, segments):
            found = other._memo.get(key, INVALID)
            if found is not INVALID:
                return found
    return INVALID


def unchanged(others: Sequence[Known], key: tuple[Any, ...], found: Any) -> Any:
    """An object that another snapshot has, if it is the same in every value; else the new one."""
    for reference in others:
        other = reference()
        if other is not None:
            old = other._memo.get(key, INVALID)
            if old is not INVALID and same(old, found):
                return old
    return found


def keep(of_type: Compiled, others: Sequence[Known], snapshot: Snapshot, key: tuple[Any, ...]) -> None:
    """Note that a snapshot has bound a section.

    Of too many the newest generations stay, and of one generation those of the fewest layers: overlays go
    with their request, and what they lie over stays.
    """
    known = [weakref.ref(snapshot)]
    if others:
        known = [one for one in others if one() is not None] + known
        if len(known) > _SNAPSHOTS:
            known = sorted(known, key=_age)[:_SNAPSHOTS]
    if len(of_type.recent) >= _SECTIONS:
        of_type.recent.clear()
    of_type.recent[key[0], key[2]] = known


def _age(known: Known) -> tuple[int, int]:
    snapshot = known()
    return (1, 0) if snapshot is None else (-snapshot.generation, len(snapshot.layers))
