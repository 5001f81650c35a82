"""Where everything of a document stands: a second, slow reading, for whoever has a problem to place.

The reference reads without positions, since most documents have no problem. The careful readers know them,
and say them with each event.
"""

from __future__ import annotations

from importlib import import_module

from veltrix._pure.formats import STEMS, decode
from veltrix._pure.formats.document import DocumentBuilder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from veltrix._pure.formats.position import Position

    Path = tuple[str | int, ...]


def places(format: str, data: bytes) -> tuple[dict[str, Any], dict[Path, Position]]:
    """The data of a document, and the line and column of every path in it whose place is sure.

    Raises what reading it raises.
    """
    document, text = _Places(), decode(data)
    import_module(f"veltrix._pure.formats.{STEMS[format]}").parse(text, document)
    lines = text.split("\n")
    # An item after its anchor or tag begins there for one reader and before it for another: it has no place.
    doubtful = [
        path
        for path, (line, column) in document.found.items()
        if isinstance(path[-1], int) and lines[line - 1][column - 1 : column] in ("&", "!")
    ]
    for path in doubtful:
        del document.found[path]
    return document.finish(), document.found


class _Places(DocumentBuilder):
    """Notes where each child begins."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[Path, Position] = {}

    def _check_child(self, value: Any, position: Position) -> None:
        super()._check_child(value, position)
        if self._frames:
            frame = self._frames[-1]
            path = self._path()
            if frame.kind == "mapping":
                path, position = (*path, frame.key), frame.positions[frame.key]
            elif frame.kind == "list":
                path += (len(frame.data),)
            # What an operator holds stands where the operator does, which came first.
            self.found.setdefault(path, position)
