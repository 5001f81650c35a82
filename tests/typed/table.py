"""Whose rule: what each library makes of each form of a value, by declared type.

It is the page docs/typed-table.md:

python -m tests.typed.table > docs/typed-table.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import make_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import msgspec
import pydantic

import veltrix
from veltrix.errors import ConfigError

HEAD = """# Whose rule counts

What stands in a configuration, and what a field of a declared type makes of it. The first row of each type is
a model of the standard library or of attrs, which [our own rules](typed.md#whose-rule) are for; pydantic and
msgspec have their own, and a text of a document is no number for any of them. `–` is an error that names the
place. This page is made by `python -m tests.typed.table`, and a test compares the two.

"""


class Level(Enum):
    """A class of `enum`."""

    INFO = "info"
    DEBUG = "debug"


DECLARED: list[tuple[str, Any, str]] = [
    ("bool", bool, "yes"),
    ("int", int, "5"),
    ("float", float, "1.5"),
    ("str", str, "5"),
    ("bytes", bytes, "YQ=="),
    ("int | None", int | None, "null"),
    ("int | str", int | str, "5"),
    ('Literal["a", 5]', Literal["a", 5], "5"),
    ("Level (an Enum)", Level, "INFO"),
    ("list[int]", list[int], "5,6"),
    ("set[str]", set[str], "a,b"),
    ("tuple[int, ...]", tuple[int, ...], "[5]"),
    ("dict[str, int]", dict[str, int], '{"a": 5}'),
    ("Path", Path, "etc/x"),
    ("datetime", datetime, "2026-01-02T03:04:05"),
    ("date", date, "2026-01-02"),
    ("timedelta", timedelta, "1h30m"),
    ("UUID", UUID, "00000000-0000-0000-0000-000000000001"),
]
GIVEN: list[tuple[str, Any]] = [
    ("`5`", 5),
    ("`1.5`", 1.5),
    ("`true`", True),
    ("`[5]`", [5]),
    ("`{a = 5}`", {"a": 5}),
]
LIBRARIES = ("dataclass", "pydantic", "msgspec")


def model(library: str, form: Any) -> Any:
    """A model of one field `v`."""
    if library == "pydantic":
        return pydantic.create_model("Model", v=(form, ...))
    return (
        msgspec.defstruct("Model", [("v", form)])
        if library == "msgspec"
        else make_dataclass("Model", [("v", form)])
    )


def cell(kind: Any, value: Any, variable: bool = False) -> str:
    """What a model makes of a value of a document, or of a variable."""
    origins = {("v",): veltrix.Origin("env", "environment", variable="APP_V")} if variable else {}
    snapshot = veltrix.resolve([veltrix.Layer("app", {"v": value}, origins=origins)])
    try:
        bound = snapshot.bind(kind).v
    except ConfigError:
        return "–"
    return f"`{shown(bound)}`"


def shown(value: Any) -> str:
    """The `repr` of a value, on every system and version the same."""
    if isinstance(value, Path):
        return f"Path({value.as_posix()!r})"
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, set):
        return f"{{{', '.join(map(repr, sorted(value)))}}}"
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g} s"
    return str(value) if isinstance(value, (datetime, date, UUID)) else repr(value)


def lines() -> Iterator[str]:
    """The rows of the table."""
    yield (
        "| declared | model | text | in a document | in a variable | "
        + " | ".join(name for name, _ in GIVEN)
        + " |"
    )
    yield "|---" * (5 + len(GIVEN)) + "|"
    for name, form, text in DECLARED:
        for library in LIBRARIES:
            kind = model(library, form)
            cells = [cell(kind, text), cell(kind, text, variable=True)]
            cells += [cell(kind, value) for _, value in GIVEN]
            first = f"`{name}`".replace("|", "\\|") if library == "dataclass" else ""
            shown_text = f"`{text}`" if library == "dataclass" else ""
            yield f"| {first} | {library} | {shown_text} | " + " | ".join(cells) + " |"


def page() -> str:
    """The whole page."""
    return HEAD + "\n".join(lines()) + "\n"


if __name__ == "__main__":
    print(page(), end="")
