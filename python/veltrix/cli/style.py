"""Colours, for a terminal that wants them."""

from __future__ import annotations

import os

from veltrix.cli.text import VALUE_WIDTH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

_RESET = "\x1b[0m"
_SHORTEST = 24
_USUAL_COLUMNS = 80
_LAYERS = ("\x1b[36m", "\x1b[32m", "\x1b[35m", "\x1b[34m", "\x1b[33m", "\x1b[31m")


class Style:
    """Puts colour round a text, or nothing, and knows how wide a terminal is."""

    def __init__(self, coloured: bool, columns: int | None = None) -> None:
        self.coloured = coloured
        self._columns = columns

    @classmethod
    def of(cls, stream: TextIO) -> Style:
        """Colour on a terminal, unless NO_COLOR or a dumb terminal says no."""
        wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        if not stream.isatty():
            return cls(False)
        return cls(wanted, columns(stream))

    def room(self, taken: int) -> int:
        """How long a value may be beside so many columns, for its line to fit the terminal."""
        if self._columns is None:
            return VALUE_WIDTH
        return max(_SHORTEST, min(VALUE_WIDTH, self._columns - taken))

    def strong(self, text: str) -> str:
        """Bold: a name or a heading that a reader looks for."""
        return self._in("\x1b[1m", text)

    def quiet(self, text: str) -> str:
        """Dim: what is shown and matters less."""
        return self._in("\x1b[2m", text)

    def secret(self, text: str) -> str:
        """Dim and slanted: the word that stands for a secret."""
        return self._in("\x1b[2;3m", text)

    def better(self, text: str) -> str:
        """Green: what is good, better or new."""
        return self._in("\x1b[32m", text)

    def worse(self, text: str) -> str:
        """Yellow: what is wrong, worse or gone."""
        return self._in("\x1b[33m", text)

    def layer(self, text: str, number: int) -> str:
        """The name of a layer, every layer in a colour of its own as far as they go."""
        return self._in(_LAYERS[number % len(_LAYERS)], text)

    def _in(self, code: str, text: str) -> str:
        return f"{code}{text}{_RESET}" if self.coloured and text else text


def columns(stream: TextIO | None) -> int:
    """How wide the terminal behind a stream is; the usual width where there is none."""
    try:
        return (stream and os.get_terminal_size(stream.fileno()).columns) or _USUAL_COLUMNS
    except (OSError, ValueError):  # the latter of a stream that is closed
        return _USUAL_COLUMNS
