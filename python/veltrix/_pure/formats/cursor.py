"""A position in the text of a document that moves forwards."""

from __future__ import annotations

from veltrix._pure.formats.position import Locator, Position, position_of
from veltrix.errors import LimitError, ParseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re


class Cursor:
    """Reads text piece by piece; the readers of JSON, TOML and `.env` stand on it."""

    __slots__ = ("_locator", "offset", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.offset = 0
        self._locator = Locator(text)

    def peek(self, length: int = 1) -> str:
        """The next characters; fewer at the end."""
        return self.text[self.offset : self.offset + length]

    def starts_with(self, text: str) -> bool:
        """Whether this text comes next."""
        return self.text.startswith(text, self.offset)

    def take(self, text: str) -> bool:
        """Moves over this text if it comes next."""
        found = self.text.startswith(text, self.offset)
        if found:
            self.offset += len(text)
        return found

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Moves over what a pattern matches here."""
        found = pattern.match(self.text, self.offset)
        if found is not None:
            self.offset = found.end()
        return found

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Moves over what a pattern matches here, and gives it."""
        found = self.match(pattern)
        return "" if found is None else found[0]

    def since(self, start: int) -> str:
        """The text from `start` up to here."""
        return self.text[start : self.offset]

    @property
    def at_end(self) -> bool:
        """Whether nothing is left to read."""
        return self.offset >= len(self.text)

    def position(self) -> Position:
        """The position of the next character."""
        return self._locator.at(self.offset)

    def error(self, reason: str, offset: int | None = None) -> ParseError:
        """A broken rule at an offset, or at the next character."""
        return ParseError(reason, None, *self._position_of(offset))

    def limit(self, reason: str, offset: int | None = None) -> LimitError:
        """A limit that is passed at an offset, or at the next character."""
        return LimitError(reason, None, *self._position_of(offset))

    def _position_of(self, offset: int | None) -> Position:
        return position_of(self.text, min(self.offset if offset is None else offset, len(self.text)))
