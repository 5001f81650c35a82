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
    from collections.abc import Iterator
    from typing import Any

    from veltrix import Snapshot
    from veltrix.binding.compiled import Compiled
    from veltrix.binding.run import Segments

    Known = tuple[int, int, weakref.ref[Snapshot]]

_SNAPSHOTS = 16
"""So many snapshots are known of one section and type."""
_SECTIONS = 256
"""Of so many sections of one type."""


def shared(
    of_type: Compiled, place: tuple[Any, ...], snapshot: Snapshot, segments: Segments, key: tuple[Any, ...]
) -> Any:
    """The object that the same section has in another snapshot; INVALID if none is known."""
    for other in _alive(of_type, place):
        if type(other) is type(snapshot) and snapshot._shares(other, segments):
            found = other._memo.get(key, INVALID)
            if found is not INVALID:
                return found
    return INVALID


def unchanged(of_type: Compiled, place: tuple[Any, ...], key: tuple[Any, ...], found: Any) -> Any:
    """An object that another snapshot has, if it is the same in every value; else the new one."""
    for other in _alive(of_type, place):
        old = other._memo.get(key, INVALID)
        if old is not INVALID and same(old, found):
            return old
    return found


def keep(of_type: Compiled, place: tuple[Any, ...], snapshot: Snapshot) -> None:
    """Note that a snapshot has bound a section.

    Of too many the newest generations stay, and of one generation those of the fewest layers: overlays go
    with their request, and what they lie over stays.
    """
    known: list[Known] = [one for one in of_type.recent.get(place, ()) if one[2]() is not None]
    known.append((-snapshot.generation, len(snapshot.layers), weakref.ref(snapshot)))
    if len(known) > _SNAPSHOTS:
        known.sort(key=lambda one: one[:2])
        del known[_SNAPSHOTS:]
    if len(of_type.recent) >= _SECTIONS:
        of_type.recent.clear()
    of_type.recent[place] = known


def _alive(of_type: Compiled, place: tuple[Any, ...]) -> Iterator[Snapshot]:
    for _, _, reference in of_type.recent.get(place, ()):
        snapshot = reference()
        if snapshot is not None:
            yield snapshot
