"""A resolved configuration as a tree, with the layer that won beside each value."""

from __future__ import annotations

from veltrix.cli.leaves import Redacted, ShownNode, nodes
from veltrix.cli.text import literal, one_line, shortened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from veltrix import Snapshot
    from veltrix.cli.leaves import Path
    from veltrix.cli.style import Style

_INDENT = "  "
_GAP = 2  # between a value and its layer
_WIDEST = 64


class _Line:
    __slots__ = ("layer", "name", "secret", "value")

    def __init__(self, name: str, value: str, secret: bool, layer: str) -> None:
        self.name = name
        self.value = value
        self.secret = secret
        self.layer = layer

    def width(self) -> int:
        return len(self.name) + len(self.value)


def tree(snapshot: Snapshot, style: Style, path: Path = (), depth: int | None = None) -> Iterator[str]:
    """The lines of the tree below a path; mappings deeper than `depth` only say how much is in them."""
    shown = list(_shown(snapshot, path, depth))
    beside = max((len(one_line(node.origin.layer)) for node in shown if node.origin), default=0) + _GAP
    lines = [_line(node, len(path), beside, style) for node in shown]
    column = max((line.width() for line in lines if line.layer and line.width() <= _WIDEST), default=0)
    numbers = {name: number for number, name in enumerate(snapshot.layer_names)}
    if not lines:
        yield "(empty)"
    for line in lines:
        yield _painted(line, column, numbers, style)


def _shown(snapshot: Snapshot, path: Path, depth: int | None) -> Iterator[ShownNode]:
    """The nodes; one that stands for more than is shown holds the number of its leaves as value."""
    folded: Path | None = None
    count = 0
    for node in nodes(snapshot, path):
        if folded is not None:
            if node.path[: len(folded)] == folded:
                count += not node.is_mapping
                continue
            yield ShownNode(folded, True, count, None)
            folded = None
        if node.is_mapping and depth is not None and len(node.path) - len(path) >= depth:
            folded, count = node.path, 0
        else:
            yield node
    if folded is not None:
        yield ShownNode(folded, True, count, None)


def _line(node: ShownNode, base: int, beside: int, style: Style) -> _Line:
    """A line whose value leaves room for the layers beside all values."""
    indent = _INDENT * (len(node.path) - base - 1)
    name = indent + one_line(str(node.path[-1]))
    if node.is_mapping:
        return _Line(
            name,
            "" if node.value is None else f"  … {node.value} {'value' if node.value == 1 else 'values'}",
            False,
            "",
        )
    secret = type(node.value) is Redacted
    name += " = "
    room = style.room(len(name) + beside)
    value = str(node.value) if secret else shortened(literal(node.value), room)
    return _Line(name, value, secret, "" if node.origin is None else node.origin.layer)


def _painted(line: _Line, column: int, numbers: dict[str, int], style: Style) -> str:
    if not line.layer:
        return style.strong(line.name) + style.quiet(line.value)
    value = style.secret(line.value) if line.secret else line.value
    gap = " " * max(_GAP, column + _GAP - line.width())
    layer = style.layer(one_line(line.layer), numbers.get(line.layer, 0))
    return f"{line.name}{value}{gap}{layer}"
