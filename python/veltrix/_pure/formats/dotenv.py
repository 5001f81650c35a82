"""`.env`: lines of `NAME=value`, read as data.

A name is `[A-Za-z_][A-Za-z0-9_]*`, perhaps after `export`. A value in single or double quotes may go over
lines, and has a line feed for each of their ends; a value without quotes ends with its line, or where white
space and `#` begin a comment: `NAME= # text` is empty, `NAME=#text` is `#text`. Nothing is ever expanded:
`${NAME}`, `$(command)` and back-ticks are text. A line that is neither is an error.
"""

from __future__ import annotations

import re

from veltrix._pure.formats.cursor import Cursor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from veltrix._pure.formats.document import DocumentBuilder
    from veltrix._pure.formats.position import Position

_SPACE = re.compile(r"[^\S\r\n]*+")
_COMMENT = re.compile(r"#[^\r\n]*+")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*+")
_LINE = re.compile(r"[^\r\n]*+")
_PLAIN = {"'": re.compile(r"[^'\\]*+"), '"': re.compile(r'[^"\\]*+')}
_ESCAPES = {
    "'": {"\\": "\\", "'": "'"},
    '"': {
        "\\": "\\", "'": "'", '"': '"',
        "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    },
}  # fmt: skip


def parse(text: str, document: DocumentBuilder) -> None:
    """Reads a `.env` document."""
    cursor = Cursor(text)
    if "\0" in text:
        raise cursor.error("NUL character", text.index("\0"))
    document.open_mapping((1, 1))
    while _skip_to_statement(cursor):
        name, position = _name(cursor)
        document.key(name, position)
        space = cursor.skip(_SPACE)
        document.scalar(
            _quoted(cursor) if cursor.peek() in ("'", '"') else _unquoted(cursor, space), position
        )
    document.close()


def _skip_to_statement(cursor: Cursor) -> bool:
    """Moves over empty lines and comments; whether anything follows."""
    while True:
        cursor.skip(_SPACE)
        cursor.skip(_COMMENT)
        if not cursor.skip(_LINE_BREAK):
            return not cursor.at_end


def _name(cursor: Cursor) -> tuple[str, Position]:
    """Reads `NAME =`."""
    position = cursor.position()
    name = cursor.skip(_NAME)
    if name == "export" and cursor.skip(_SPACE) and cursor.peek() not in ("", "="):
        position = cursor.position()
        name = cursor.skip(_NAME)
    if not name:
        raise cursor.error("expected a name")
    cursor.skip(_SPACE)
    if not cursor.take("="):
        raise cursor.error("expected '=' after the name")
    return name, position


def _unquoted(cursor: Cursor, space: str) -> str:
    """Reads a value without quotes; the white space before it may already begin a comment."""
    line = space + cursor.skip(_LINE)
    comment = line.find("#", 1)
    while comment > 0 and not line[comment - 1].isspace():
        comment = line.find("#", comment + 1)
    return (line[:comment] if comment > 0 else line).strip()


def _quoted(cursor: Cursor) -> str:
    """Reads a value in quotes and what may follow it on its line."""
    opening = cursor.offset
    quote = cursor.peek()
    cursor.offset += 1
    pieces: list[str] = []
    while True:
        pieces.append(_LINE_BREAK.sub("\n", cursor.skip(_PLAIN[quote])))
        if cursor.take(quote):
            break
        if not cursor.take("\\"):
            raise cursor.error("unterminated quote", opening)
        # An unknown pair stands for itself.
        found = _ESCAPES[quote].get(cursor.peek())
        pieces.append(found or "\\")
        cursor.offset += found is not None
    cursor.skip(_SPACE)
    cursor.skip(_COMMENT)
    if cursor.peek() not in ("", "\r", "\n"):
        raise cursor.error("expected the end of the line")
    return "".join(pieces)
