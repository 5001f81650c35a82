"""Lines and columns, both from 1, columns counted in code points; a line ends with a line feed."""

from __future__ import annotations

Position = tuple[int, int]


class Locator:
    """Turns offsets that only grow into positions, in time linear in the document."""

    __slots__ = ("_line", "_line_start", "_offset", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._offset = 0
        self._line = 1
        self._line_start = 0

    def at(self, offset: int) -> Position:
        """The position of the character at `offset`."""
        lines = self._text.count("\n", self._offset, offset)
        if lines:
            self._line += lines
            self._line_start = self._text.rfind("\n", self._offset, offset) + 1
        self._offset = offset
        return self._line, offset - self._line_start + 1


def position_of(text: str, offset: int) -> Position:
    """The position of the character at `offset`, counted from the start."""
    return Locator(text).at(offset)
