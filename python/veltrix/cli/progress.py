"""What is being done, on one line of a terminal, which is gone when there is something to print."""

from __future__ import annotations

import os
import sys
from time import monotonic

from veltrix.cli.style import columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

_CLEARED = "\r\x1b[K"
_BAR = 20
_PAUSE = 0.1  # seconds between two looks of one line


class Progress:
    """Shows a line, if there is a terminal to show it on."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._wanted = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._text = ""
        self._shown_at = 0.0

    def show(self, text: str, share: float | None = None) -> None:
        """Put a text in the place of the line, with a bar for the share that is done."""
        if not self._wanted or (text == self._text and monotonic() - self._shown_at < _PAUSE):
            return
        self._text, self._shown_at = text, monotonic()
        bar = "" if share is None else f"{'━' * round(share * _BAR):─<{_BAR}}  "
        self._write(f"{_CLEARED}{f'{bar}{text} …'[: columns(self._stream) - 1]}")

    def clear(self) -> None:
        """Take the line away."""
        if self._text:
            self._text = ""
            self._write(_CLEARED)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
