"""Deriving: a value from what it was, and from the definitions that came and went.

    before ── finish ──► old        The same definitions make the same value. So `derive(old, before, after)`
                          ╎         is `finish(after)`, but judges only names that a definition came to or
    after ─── finish ──► new        went from. All the others keep the very values that `old` has.
"""

from __future__ import annotations

from veltrix._pure.path import needs_quotes
from veltrix._pure.resolve import ABSENT, children, counting, finish
from veltrix.types import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from veltrix._pure.layer import Node
    from veltrix._pure.path import Segments
    from veltrix._pure.resolve import Run


def derive(old: Any, before: Run, after: Run, path: Segments, conflicts: str) -> Any:
    """The value of a run, where that of the run before is known.

    It raises a ConflictError where `finish(after)` does; of several conflicts it may name another one.
    """
    if type(old) is not dict:
        return finish(after, path, conflicts)
    counted = counting(after, path, conflicts)
    if not counted or not counted[0].is_mapping:
        return finish(after, path, conflicts)
    return _derive_mapping(old, counting(before, path, conflicts), counted, path, conflicts)


def _derive_mapping(
    old: dict[str, Any], known: Run, counted: Run, path: Segments, conflicts: str
) -> dict[str, Any]:
    went, came = _apart(known, counted)
    on_top = counted == came + known
    in_place = on_top or (_is_pair(went, came) and [*went[0].value] == [*came[0].value])
    values = dict(old)
    for name in _touched(went, came):
        was = old.get(name, ABSENT)
        before, after = children(known, name), children(counted, name)
        value = derive(was, before, after, (*path, name), conflicts)
        if value is ABSENT:
            values.pop(name, None)
        elif was is ABSENT:
            values[Name(name) if needs_quotes(name) else name] = value
            in_place = in_place and on_top and not before
        else:
            values[name] = value
    return values if in_place else _in_order(values, counted)


def _apart(known: Run, counted: Run) -> tuple[Run, Run]:
    """The definitions that went and those that came: what is left without a common end and beginning."""
    low = _alike(known[::-1], counted[::-1])
    went, came = known[: len(known) - low], counted[: len(counted) - low]
    top = _alike(went, came)
    return went[top:], came[top:]


def _alike(one: Run, other: Run) -> int:
    """How many definitions two runs have in common from their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left is not right), min(len(one), len(other)))


def _is_pair(went: Run, came: Run) -> bool:
    """Whether one mapping has taken the place of one other."""
    return len(went) == len(came) == 1


def _touched(went: Run, came: Run) -> Iterable[str]:
    """The names that a definition came to or went from, in the order in which layers name them."""
    if not _is_pair(went, came):
        return dict.fromkeys(name for node in reversed(came + went) for name in node.value)
    old, new = went[0].value, came[0].value
    return [name for name in {**old, **new} if old.get(name) is not new.get(name)]


def _in_order(values: dict[str, Any], counted: Run) -> dict[str, Any]:
    """The values in the order of their first definition."""
    kept = {name: name for name in values}
    names = dict.fromkeys(name for node in reversed(counted) for name in node.value)
    return {kept[name]: values[name] for name in names if name in values}
