"""Text in messages."""

from __future__ import annotations

from itertools import islice

from veltrix._limits import LONGEST_SIBLING, SIBLINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_SHOWN_CHARACTERS = 300
_SHOWN_PROBLEMS = 20

FOR_PROGRAMS = {
    "acknowledge": "reload(acknowledge=True) takes it as it is",
    "allow-empty": "say allow_empty=True if that is meant",
    "binary": "say binary= if that is meant",
    "conflicts": 'say replace() or conflicts="replace" if that is meant',
    "format": "name it .toml, .json, .yaml or .env, or say format=",
}
"""`veltrix.errors.ADVICE`: what a program can do about a problem, by the `advice` of the error."""


def writable(path: str | tuple[str | int, ...]) -> str | tuple[str | int, ...]:
    """The path without an index of so many digits that Python does not write it."""
    if isinstance(path, str):
        return path
    return tuple("…" if isinstance(one, int) and abs(one) >> 2000 else one for one in path)


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


def position_in(file: str | None, line: int | None, column: int | None) -> str:
    """The place in a file, or in a document that has no name; "" for none."""
    if file is not None:
        return place_in_file(file, line, column)
    if line is None:
        return ""
    return f"line {line}" if column is None else f"line {line}, column {column}"


def beside(names: Iterable[str]) -> tuple[str, ...]:
    """What the error of a missing name keeps of the others."""
    return tuple(str(name) for name in islice(iter(names), SIBLINGS) if len(name) <= LONGEST_SIBLING)


def listed(texts: Iterable[str], count: int) -> str:
    """The texts of so many problems: of one its own, of several the first."""
    if count == 1:
        return next(iter(texts))
    lines = [f"{count} problems", *(f"  {text}" for text in islice(texts, _SHOWN_PROBLEMS))]
    if count > _SHOWN_PROBLEMS:
        lines.append(f"  and {count - _SHOWN_PROBLEMS} more")
    return "\n".join(lines)


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
