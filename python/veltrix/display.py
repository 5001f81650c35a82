"""How a snapshot and a view show themselves: at most a screenful, and never a secret.

Written once over what both implementations offer in public.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from veltrix._text import printable
from veltrix.types import REDACTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from veltrix import Snapshot, View

_LINES = 20
_ITEMS = 4
_TEXT = 60


def display(reader: Snapshot | View) -> str:
    """The text of `repr`."""
    layers = printable(", ".join(map(repr, reader.layer_names))) or "none"
    lines = [f"<veltrix.{type(reader).__name__}, generation {reader.generation}, layers: {layers}"]
    for path, value in _leaves(reader, ()):
        if len(lines) > _LINES:
            lines.append("  …")
            break
        explanation = reader.explain(path)
        shown = REDACTED if explanation.secret else brief(value)
        lines.append(f"  {printable(explanation.path)} = {shown}")
    return "\n".join(lines) + ">"


def brief(value: Any, nested: bool = False) -> str:
    """A value in a few words; an opaque object is never asked for its own text."""
    if isinstance(value, Mapping):
        return (
            "{…}"
            if nested and value
            else f"{{{_listed(value, lambda key: f'{brief(key)}: {brief(value[key], True)}')}}}"
        )
    if type(value) is tuple:
        return "[…]" if nested and value else f"[{_listed(value, lambda item: brief(item, True))}]"
    if isinstance(value, (str, bytes)):
        return f"{value[:_TEXT]!r}{'…' if len(value) > _TEXT else ''}"
    if (
        value is None
        or type(value) in (bool, float)
        or (type(value) is int and value.bit_length() < _TEXT * 3)
    ):
        return repr(value)
    if type(value).__module__ == "datetime" and hasattr(value, "isoformat"):
        return str(value.isoformat())
    return f"<{type(value).__name__}>"


def _listed(items: Iterable[Any], show: Callable[[Any], str]) -> str:
    """The first few of the items."""
    shown = [show(item) for item in islice(items, _ITEMS + 1)]
    if len(shown) > _ITEMS:
        shown[_ITEMS] = "…"
    return ", ".join(shown)


def _leaves(reader: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in reader.items():
        below = (*path, str(name))
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, below)
        else:
            yield below, value
