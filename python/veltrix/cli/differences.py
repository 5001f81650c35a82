"""What changed from one snapshot to another: a line for each path, with both values and where they stand."""

from __future__ import annotations

from veltrix.cli.leaves import leaf
from veltrix.cli.text import literal, one_line, shortened
from veltrix.sources._kernel import diff, parse_path
from veltrix.types import REDACTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from veltrix import Snapshot
    from veltrix.cli.style import Style

    Side = tuple[str, str]


def differences(old: Snapshot, new: Snapshot, style: Style) -> Iterator[str]:
    """A line for each path, in the order of their names: `+` is new, `-` is gone, `~` has another value."""
    found = diff(old, new)
    paths = sorted({*found.added, *found.removed, *found.changed})
    sides = [(_side(old, path, found.removed), _side(new, path, found.added)) for path in paths]
    for at, path in enumerate(paths):
        if path in found.changed:
            before, after = found.changed[path]
            sides[at] = _hidden_together(_said(old, path, before), _said(new, path, after))
    width = max((len(one_line(path)) for path in paths), default=0)
    places = [_places(before, after) for before, after in sides]
    room = style.room(width + 6 + max(map(len, places), default=0))
    values = [_values(before, after, room) for before, after in sides]
    most = max(map(len, values), default=0)
    for path, (before, after), value, place in zip(paths, sides, values, places, strict=True):
        text = f"{_sign(before, after)} {one_line(path):{width}}  {value:{most}}"
        coloured = style.better(text) if before is None else style.worse(text) if after is None else text
        yield f"{coloured}  {style.quiet(place)}"


def _side(snapshot: Snapshot, path: str, values: dict[str, Any]) -> Side | None:
    return _said(snapshot, path, values[path]) if path in values else None


def _said(snapshot: Snapshot, path: str, value: Any) -> Side:
    """A value as text, a secret as what stands for one, and its place."""
    node = leaf(snapshot, parse_path(path), value)
    shown = REDACTED if node.value is not value and node.value == REDACTED else literal(value)
    return shown, "" if node.origin is None else one_line(str(node.origin))


def _hidden_together(before: Side, after: Side) -> tuple[Side, Side]:
    """What is secret on one side is shown on neither."""
    if REDACTED in (before[0], after[0]):
        return (REDACTED, before[1]), (REDACTED, after[1])
    return before, after


def _sign(before: Side | None, after: Side | None) -> str:
    return "+" if before is None else "-" if after is None else "~"


def _values(before: Side | None, after: Side | None, room: int) -> str:
    if before is not None and after is not None:
        return f"{shortened(before[0], room // 2)} → {shortened(after[0], room // 2)}"
    return "".join(shortened(side[0], room) for side in (before, after) if side is not None)


def _places(before: Side | None, after: Side | None) -> str:
    """Where both values stand, in one word if that is the same place."""
    return " → ".join(dict.fromkeys(side[1] for side in (before, after) if side is not None))
