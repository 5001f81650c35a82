"""Text in messages."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SHOWN_CHARACTERS = 300


def printable(text: str) -> str:
    """The text with control characters escaped and, if it is very long, its middle left out."""
    if len(text) > _SHOWN_CHARACTERS:
        text = f"{text[: _SHOWN_CHARACTERS // 2]}…{text[-_SHOWN_CHARACTERS // 2 :]}"
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text
    )


def place_in_file(file: str, line: int | None = None, column: int | None = None) -> str:
    """`app.toml:3:5`, as far as it is known."""
    return ":".join([printable(file), *(str(number) for number in (line, column) if number is not None)])


def quoted(text: str) -> str:
    """The `repr` of a text, made printable; of a very long one only the ends are looked at."""
    if len(text) > 2 * _SHOWN_CHARACTERS:
        text = text[:_SHOWN_CHARACTERS] + text[-_SHOWN_CHARACTERS:]
    return printable(repr(text))


def shown_record(record: Any) -> str:
    """The `repr` of a named tuple, by the names of its class and its fields."""
    fields = zip(record._fields, record, strict=True)
    return f"{type(record).__name__}({', '.join(f'{name}={_shown(value)}' for name, value in fields)})"


def _shown(value: Any) -> str:
    """The value's `repr`; of one that holds an int of more digits than Python writes, its type."""
    try:
        return repr(value)
    except ValueError:
        return f"<{type(value).__name__}>"
