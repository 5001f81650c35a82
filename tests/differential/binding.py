"""Binding in a script: types that generated data fits sometimes, and what an object of them shows."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, TypedDict

from tests.differential.observe import Outcome, observe


@dataclass
class Tree:
    """Whatever stands under some names, itself too."""

    a: Any = None
    b: int | str | Self | None = None
    x1: dict[str, Any] = field(default_factory=dict)


@dataclass
class Strict:
    """Two values that have to be there."""

    a: int
    b: list[int | str]


class Loose(TypedDict, total=False):
    """Some names that may be there."""

    a: str
    b: dict[str, Any]


class Row(NamedTuple):
    """One name, and one with a default."""

    a: Any
    b: float = 1.0


FORMS: tuple[Any, ...] = (
    int, str, bool, float, bytes, None, Any, object, int | str, str | int, bool | float | None, list, dict,
    list[int], list[Any], list[str | None], tuple[str, int], set[str], Sequence[Any], Mapping[str, Any],
    dict[str, Any], dict[str, int], dict[str, dict[str, Any]], dict[int, Any], dict[str, Tree],
    Tree, Tree | None, Strict, Loose, Row, list[Tree], Literal["a", 1, None],
    datetime.datetime, datetime.date, datetime.timedelta, Path,
    complex, "x", 1, list[complex], dict[complex, int],
)  # fmt: skip


def bound(reader: Any, number: int, path: Any) -> tuple[Outcome, ...]:
    """What a binding gives, and whether it is the same object when it is asked for again."""
    form = FORMS[number % len(FORMS)]
    outcome = observe(lambda: reader.bind(form, path))
    if outcome[0] == "error":
        return (outcome,)
    kept = outcome[1]
    return (("value", plain(kept)), observe(lambda: reader.bind(form, path) is kept))


def typed_key(reader: Any, path: Any, number: int, default: Any) -> tuple[Outcome, ...]:
    """A key of a type, with a default and without one."""
    form = FORMS[number % len(FORMS)]

    def parts(**more: Any) -> Any:
        key = reader.key(path, form, **more)
        return key.path, plain(key.value)

    return (
        observe(parts),
        observe(lambda: parts(default=default)),
        observe(lambda: untyped(reader, path, default)),
    )


def untyped(reader: Any, path: Any, default: Any) -> Any:
    """The path and the value of a key without a type."""
    key = reader.key(path, default=default)
    return key.path, key.value


def plain(value: Any) -> Any:
    """An object of a model as its name and its fields, so that two of them can be compared in every type."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [one.name for one in dataclasses.fields(value)]
        return type(value).__name__, [(name, plain(getattr(value, name))) for name in names]
    kind = type(value)
    if kind in (list, tuple, Row):
        return kind.__name__, [plain(item) for item in value]
    if kind in (set, frozenset):
        return kind.__name__, sorted(value)
    return {name: plain(child) for name, child in value.items()} if kind is dict else value
