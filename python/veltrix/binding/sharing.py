"""Which snapshots have bound a section already, so that an unchanged one keeps its object.

Only weak references to them are kept: the object is in the memo of its snapshot, and goes with the last one
that has it. Between snapshots of one base a kernel tells at a small price whether a section is the same.
Where it cannot, the section is bound, and if that gives the same in every value, the object that was there
before is used.
"""

from __future__ import annotations

import weakref

from veltrix._text import printable
from veltrix.binding.run import INVALID, Run
from veltrix.binding.same import same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from veltrix import Snapshot
    from veltrix.binding.run import Segments, Texts

    Known = weakref.ref[Snapshot]
    Key = tuple[Any, ...]

_SNAPSHOTS = 16
"""So many snapshots are known of one section and type."""
_PROTECTED = _SNAPSHOTS // 2
"""So many of them stay whatever is bound, until others are found more often."""
_SECTIONS = 4096
"""Of so many sections and types."""

RECENT: dict[Key, list[Known]] = {}
"""By path, type and what is done with other keys: the snapshots that have bound it lately."""


def spelled(form: Any) -> Any:
    """What distinguishes a type: unions that differ only in the order of their members are equal.

    Raises a `TypeError` for one that no memo can hold.
    """
    try:
        hash(form)
    except TypeError:
        raise TypeError(f"a type to bind is hashable, and {printable(repr(form))} is unhashable") from None
    return form if isinstance(form, type) else (form, repr(form))


def known_of(key: Key) -> Sequence[Known]:
    """The snapshots that have bound a section as a type."""
    return RECENT.get(key, ())


def shared(
    others: Sequence[Known], snapshot: Snapshot, segments: Segments, key: Key
) -> tuple[Any, Snapshot | None]:
    """The object that the same section has in another snapshot, and which; INVALID if none is known."""
    for at, reference in enumerate(others):
        other = reference()
        if other is not None and type(other) is type(snapshot) and snapshot._shares(other, segments):
            found = other._memo.get(key, INVALID)
            if found is not INVALID and _reads_alike(snapshot, texts_of(other, key)):
                if at >= _PROTECTED:
                    RECENT[key] = [reference, *(one for one in others if one is not reference)]
                return found, other
    return INVALID, None


def texts_of(snapshot: Snapshot, key: Key) -> Texts:
    """The texts of a bound section whose reading depended on where they come from."""
    texts: Texts = snapshot._memo.get((texts_of, key), ())
    return texts


def keep_texts(snapshot: Snapshot, key: Key, texts: Texts) -> None:
    """Note them."""
    if texts:
        snapshot._memo[texts_of, key] = texts


def _reads_alike(snapshot: Snapshot, texts: Texts) -> bool:
    """Whether each text comes from the same kind of source here: documents are read in a different way."""
    run = Run(snapshot, "ignore")
    return all(run.is_flat(path) == was_flat for path, was_flat in texts)


def unchanged(others: Sequence[Known], key: Key, found: Any) -> Any:
    """An object that another snapshot has, if it is the same in every value; else the new one."""
    for reference in others:
        other = reference()
        if other is not None:
            old = other._memo.get(key, INVALID)
            if old is not INVALID and same(old, found):
                return old
    return found


def keep(snapshot: Snapshot, key: Key, is_new: bool) -> None:
    """Note that a snapshot has bound a section; `is_new` where no other one of its generation had it.

    First come the snapshots that others lie over: the first one of each generation, and each in which another
    one has found the section. After them comes what was bound last, so that what requests bind for themselves
    is forgotten before what they lie over.
    """
    known = RECENT.get(key, [])
    if len(known) >= _SNAPSHOTS:
        known = [one for one in known if one() is not None]
    elif not known and len(RECENT) >= _SECTIONS:
        _forget()
    if is_new:
        generation = snapshot.generation
        is_first = all(one is None or one.generation < generation for one in [one() for one in known])
        known = [*known]
        known.insert(0 if is_first else _PROTECTED, weakref.ref(snapshot))
        del known[_SNAPSHOTS:]
    elif len(known) < _SNAPSHOTS:
        known = [*known, weakref.ref(snapshot)]
    RECENT[key] = known


def _forget() -> None:
    """Makes room: what no snapshot has goes first, and all of it where that is too little."""
    alive = {key: known for key, known in [*RECENT.items()] if any(one() is not None for one in known)}
    RECENT.clear()
    if len(alive) <= _SECTIONS // 2:
        RECENT.update(alive)
