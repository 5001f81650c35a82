"""Every definition of a path, the winner first."""

from __future__ import annotations

from veltrix.cli.text import literal, one_line, shortened
from veltrix.types import REDACTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from veltrix import Snapshot
    from veltrix.cli.style import Style
    from veltrix.types import Definition, Explanation


def definitions(snapshot: Snapshot, path: str, style: Style) -> Iterator[str]:
    """The value at a path and a line for each definition: role, what it says, where, and its layer."""
    explanation = snapshot.explain(path)
    yield _head(explanation, style)
    beside = max(_width(definition) for definition in explanation.definitions)
    rows = [_row(definition, explanation, style.room(beside)) for definition in explanation.definitions]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    numbers = {name: number for number, name in enumerate(snapshot.layer_names)}
    for row, definition in zip(rows, explanation.definitions, strict=True):
        line = "".join(f"  {cell:{width}}" for cell, width in zip(row, widths, strict=True))
        name = definition.origin.layer
        layer = style.layer(_layer(definition), numbers.get(name, 0))
        shown = f"{line}  {layer}" if layer else line.rstrip()
        yield style.quiet(shown) if definition.role == "overridden" else shown


def _head(explanation: Explanation, style: Style) -> str:
    path = style.strong(one_line(explanation.path))
    if not explanation.present:
        return (
            f"{path} is deleted" if explanation.definitions[0].operator == "delete" else f"{path} is absent"
        )
    if explanation.secret:
        return f"{path} = {style.secret(REDACTED)}"
    if explanation.definitions[0].type == "mapping" and hasattr(explanation.value, "keys"):
        keys = len(explanation.value)
        return f"{path} is a mapping of {keys} {'key' if keys == 1 else 'keys'}"
    return f"{path} = {literal(explanation.value)}"


def _width(definition: Definition) -> int:
    """How much of a line stands beside what a definition says."""
    return sum(2 + len(cell) for cell in ("overridden", "", _place(definition), _layer(definition)))


def _place(definition: Definition) -> str:
    return one_line(str(definition.origin))


def _layer(definition: Definition) -> str:
    """The name of the layer, where its place does not say it."""
    name = one_line(definition.origin.layer)
    return "" if name in _place(definition) else name


def _row(definition: Definition, explanation: Explanation, room: int) -> tuple[str, str, str]:
    said = _said(definition, explanation.secret, room)
    if definition.path != explanation.path:
        said = f"{said} at {one_line(definition.path)}"
    return definition.role, said, _place(definition)


def _said(definition: Definition, secret: bool, room: int) -> str:
    if definition.operator == "delete":
        return "deleted"
    if definition.type == "mapping":
        value = "mapping"
    else:
        value = REDACTED if secret else shortened(literal(definition.value), room)
    return value if definition.operator is None else f"{definition.operator} {value}"
