"""What a pass does not publish though nothing is wrong in it: what looks like a loss."""

from __future__ import annotations

from veltrix._text import printable
from veltrix.errors import RefusedError
from veltrix.loading.steps import derived
from veltrix.sources._kernel import Layer, Snapshot, diff, resolve
from veltrix.sources.mounted_secrets import Generation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from veltrix.loading.steps import Seen
    from veltrix.sources._kernel import Difference

GRACE = 2.0
"""Seconds for which an optional source has to be absent, in two looks at least, to count as removed."""
_LEAST = 8


def lost(name: str, before: Seen, now: Seen) -> RefusedError | None:
    """Why what a source gives now does not take the place of what it gave before."""
    payload = now.fetched.payload
    if isinstance(payload, (bytes, Generation)) and not payload and before.fetched.payload:
        return _refused(f"{name} is empty, and had content", "the guard of empty sources")
    assert isinstance(before.outcome, tuple)
    assert isinstance(now.outcome, tuple)
    return _shrunk(name, before.outcome, now.outcome)


def _shrunk(name: str, before: Sequence[Layer], now: Sequence[Layer]) -> RefusedError | None:
    """Of at least eight leaves, more than half may not go at once."""
    old = resolve(before, conflicts="replace")
    new = derived(old, before, now)
    found = diff(old, resolve(now, conflicts="replace") if new is None else new)
    gone = len(found.removed) - len(found.added)
    if 2 * gone <= _LEAST:
        return None
    leaves = len(old.flatten())
    if leaves < _LEAST or 2 * gone <= leaves:
        return None
    return _refused(f"{name} had {leaves} values, and has {leaves - gone}", "the guard of shrunk sources")


def checked_bound(max_removed: float | None) -> float | None:
    """`max_removed`, if it is a number of paths or a share of them."""
    if max_removed is None or (type(max_removed) is int and max_removed >= 0):
        return max_removed
    if type(max_removed) is float and 0 <= max_removed <= 1:
        return max_removed
    if type(max_removed) in (int, float):
        raise ValueError("max_removed is a number of paths from 0 on, or a share of them from 0.0 to 1.0")
    raise TypeError(f"max_removed is an int, a float or None, not {type(max_removed).__name__}")


def removes_too_much(
    published: Snapshot, difference: Difference, max_removed: float | None
) -> RefusedError | None:
    """Why a candidate takes away too much of what is published."""
    gone = 0 if max_removed is None else len(difference.removed)
    if max_removed is None or not gone:
        return None
    total = len(published.flatten())
    if gone <= (max_removed * total if isinstance(max_removed, float) else max_removed):
        return None
    return _refused(f"{gone} of {total} paths would be removed", "max_removed")


def _refused(reason: str, by: str) -> RefusedError:
    return RefusedError(reason, by, "acknowledge")


def listed_reason(names: Sequence[str]) -> str:
    """The first few of these names."""
    more = ", …" if len(names) > 5 else ""
    return ", ".join(printable(name) for name in names[:5]) + more
