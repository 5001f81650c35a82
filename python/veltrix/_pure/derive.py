"""Deriving: the value of a path from what it was, and from the definitions that came and went.

finish(before)  ──►  old      `derive(old, before, after)` is `finish(after)`, and judges only names that a
                      ╎       definition came to or went from. What the same definitions make is the same
finish(after)   ──►  new      value: every other name keeps the very object that `old` has.
"""

from __future__ import annotations

from itertools import takewhile

from veltrix._pure.path import needs_quotes
from veltrix._pure.resolve import ABSENT, children, combine, counting, finish, named
from veltrix.types import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from veltrix._pure.layer import Node
    from veltrix._pure.path import Segments
    from veltrix._pure.resolve import Run


NOTHING: dict[str, Node] = {}


def derive(old: Any, before: Run, after: Run, path: Segments, conflicts: str) -> Any:
    """The value of a run, where that of the run before is known.

    It raises a ConflictError where `finish(after)` does; of several conflicts it may name another one.
    """
    counted = counting(after, path, conflicts)
    if not counted or not counted[0].is_mapping:
        return finish(after, path, conflicts)
    known, came, top = before, counted[: len(counted) - len(before)], NOTHING
    if came + before == counted:  # as most often: what came lies on top of all that was
        names, in_place = named(came), True
        if len(came) == 1:
            top = came[0].value
    else:
        known = counting(before, path, conflicts)
        names, in_place = _touched(known, counted)
    values = dict(old)
    for name in names:
        was, node = old.get(name, ABSENT), top.get(name)
        if type(was) is dict:
            first = children(known, name)
            then = children(counted, name) if node is None else combine((node,), first)
            value = derive(was, first, then, (*path, name), conflicts)
        elif node is not None and node.operator is None and not node.is_mapping:
            value = node.value  # on top of all, a value wins over what is no mapping
        else:
            value = finish(children(counted, name), (*path, name), conflicts)
        if value is ABSENT:
            values.pop(name, None)
        elif was is ABSENT:
            values[Name(name) if needs_quotes(name) else name] = value
            in_place = in_place and not children(known, name)
        else:
            values[name] = value
    return values if in_place else _in_order(values, counted)


def _touched(known: Run, counted: Run) -> tuple[Iterable[str], bool]:
    """The names that a definition came to or went from; and whether no other name changes its place."""
    low = _alike(reversed(known), reversed(counted))
    went, came = known[: len(known) - low], counted[: len(counted) - low]
    top = _alike(went, came)
    went, came = went[top:], came[top:]
    if len(went) != len(came):
        return named(came + went), False
    pairs = [(old.value, new.value) for old, new in zip(went, came, strict=True) if old is not new]
    touched = {
        name: None for old, new in pairs for name in (*old, *new) if old.get(name) is not new.get(name)
    }
    return touched, all([*old] == [*new] for old, new in pairs)


def _alike(one: Iterable[Node], other: Iterable[Node]) -> int:
    """How many definitions are the same from the beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(one, other, strict=False)))


def _in_order(values: dict[str, Any], counted: Run) -> dict[str, Any]:
    """The values in the order of their first definition."""
    kept = {name: name for name in values}
    return {kept[name]: values[name] for name in named(counted) if name in values}
