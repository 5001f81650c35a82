"""TOML 1.0.

    text ──► statements, keys, values (here)  ──► tables (toml_tables) ──► DocumentBuilder
                └── strings, numbers, dates (toml_scalar)

What is usual is read by tomllib. Whatever is not (an error, an operator, a number out of range, too many
levels) is read again here, to say exactly what and where. tomllib never sees the dotted keys of thousands
of parts that would cost it seconds and gigabytes. From CPython 3.15 on it reads TOML 1.1, and is not asked.
"""

from __future__ import annotations

import re
import sys

from veltrix._limits import MAX_DEPTH
from veltrix._pure.formats import toml_scalar
from veltrix._pure.formats.cursor import Cursor
from veltrix._pure.formats.document import word
from veltrix._pure.formats.toml_scalar import BARE, BLANKS, LINE_BREAK
from veltrix._pure.formats.toml_tables import Name, Tables, TomlNode
from veltrix._pure.formats.usual import is_usual

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from veltrix._pure.formats.document import DocumentBuilder

DOLLAR = "a key with '$' stands in quotes"
_COMMENT = re.compile(r"#[^\x00-\x08\x0a-\x1f\x7f]*+")
_KEY_START = re.compile(r"[A-Za-z0-9_\"'-]")


def shortcut(text: str) -> dict[str, Any] | None:
    """The data of a document in which nothing is unusual."""
    if sys.version_info >= (3, 15) or any(line.count(".") > MAX_DEPTH for line in text.split("\n")):
        return None
    import tomllib

    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if is_usual(data) else None


def parse(text: str, document: DocumentBuilder) -> None:
    """Reads a TOML document."""
    reader = _TomlReader(text)
    reader.statements()
    reader.tables.build(document)


class _TomlReader:
    def __init__(self, text: str) -> None:
        self.cursor = Cursor(text)
        self.tables = Tables()

    def statements(self) -> None:
        cursor = self.cursor
        table = self.tables.root
        while True:
            cursor.skip(BLANKS)
            if cursor.at_end:
                return
            if cursor.peek() == "[":
                table = self.header()
            elif _KEY_START.match(cursor.text, cursor.offset):
                self.assignment(table)
            elif cursor.peek() not in "#\n\r":
                raise cursor.error(DOLLAR if cursor.peek() == "$" else "expected a key or a table header")
            cursor.skip(BLANKS)
            self.skip_comment()
            if not cursor.skip(LINE_BREAK) and not cursor.at_end:
                raise cursor.error("expected the end of the line")

    def header(self) -> TomlNode:
        """`[table]` or `[[array of tables]]`; the table that is meant from here on."""
        cursor = self.cursor
        cursor.offset += 1
        is_array = cursor.take("[")
        cursor.skip(BLANKS)
        table = self.tables.header(self.key(), is_array)
        closing = "]]" if is_array else "]"
        if not cursor.take(closing):
            raise cursor.error(f"expected '{closing}' after the key")
        return table

    def assignment(self, table: TomlNode) -> None:
        self.value(*self.key_of_value(table))

    def key_of_value(self, table: TomlNode) -> tuple[TomlNode, Name]:
        """Reads `a.b.c =` up to the value; the table that `a.b` means, and `c`."""
        *outer, name = self.key()
        table = self.tables.dotted(table, outer)
        if not self.cursor.take("="):
            raise self.cursor.error("expected '=' after the key")
        self.cursor.skip(BLANKS)
        return table, name

    def key(self) -> list[Name]:
        """Reads a dotted key and the blanks after it.

        It reads no more parts than the tables need to refuse the key.
        """
        cursor = self.cursor
        key: list[Name] = []
        depth = 0
        while True:
            position = cursor.position()
            found = cursor.peek()
            if found == '"':
                text = toml_scalar.basic_string(cursor)
            elif found == "'":
                text = toml_scalar.literal_string(cursor)
            else:
                text = cursor.skip(BARE)
                if not text:
                    raise cursor.error(DOLLAR if cursor.peek() == "$" else "expected a key")
            key.append(Name(text, position))
            depth += word(text) is None
            cursor.skip(BLANKS)
            if depth > MAX_DEPTH + 1 or not cursor.take("."):
                return key
            cursor.skip(BLANKS)

    def value(self, parent: TomlNode, name: Name) -> None:
        """Reads a value with all that stands in it."""
        cursor, tables = self.cursor, self.tables
        still_open: list[TomlNode] = []
        while True:
            first = False
            if cursor.peek() in ("[", "{"):
                still_open.append(tables.add(parent, name, "array" if cursor.peek() == "[" else "inline"))
                cursor.offset += 1
                first = True
            else:
                value = toml_scalar.scalar(cursor)
                tables.add(parent, name, "scalar", value)
            while True:
                if not still_open:
                    return
                parent = still_open[-1]
                is_array = parent.is_list
                after_comma = self.between(is_array, first)
                closing = "]" if is_array else "}"
                if cursor.peek() == closing and (is_array or not after_comma):
                    cursor.offset += 1
                    still_open.pop()
                    first = False
                    continue
                if is_array:
                    name = Name(name.text, cursor.position())
                else:
                    parent, name = self.key_of_value(parent)
                break

    def between(self, is_array: bool, first: bool) -> bool:
        """Moves to the next item or the closing bracket; whether over a comma."""
        self.skip_filling(is_array)
        if first:
            return False
        if self.cursor.take(","):
            self.skip_filling(is_array)
            return True
        closing = "]" if is_array else "}"
        if self.cursor.peek() == closing:
            return False
        raise self.cursor.error(f"expected ',' or '{closing}'")

    def skip_filling(self, is_array: bool) -> None:
        """Arrays go over lines and hold comments, inline tables do not."""
        self.cursor.skip(BLANKS)
        if not is_array:
            return
        self.skip_comment()
        while self.cursor.skip(LINE_BREAK):
            self.cursor.skip(BLANKS)
            self.skip_comment()

    def skip_comment(self) -> None:
        cursor = self.cursor
        if cursor.skip(_COMMENT) and not cursor.at_end and not LINE_BREAK.match(cursor.text, cursor.offset):
            raise cursor.error("control character in a comment")
