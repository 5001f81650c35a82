"""What overlays give: other values for neighbours, new keys, lists and mappings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benches.data import Tree, put


def leaves_of(flat: Tree) -> list[str]:
    """The paths of all leaves that are no lists, in order."""
    return [path for path, value in flat.items() if not isinstance(value, tuple)]


def neighbours(paths: list[str], value: Callable[[int], Any]) -> Tree:
    """Other values for these paths."""
    data: Tree = {}
    for number, path in enumerate(paths):
        put(data, tuple(path.split(".")), value(number))
    return data


def beside(paths: list[str], count: int) -> list[str]:
    """New paths in the mappings of the first ones."""
    return [f"{paths[number].rpartition('.')[0]}.added_{number}" for number in range(count)]


SHAPES: dict[str, Callable[[list[str], int], Tree]] = {
    "existing": lambda paths, count: neighbours(paths[:count], str),
    "new": lambda paths, count: neighbours(beside(paths, count), str),
    "lists": lambda paths, count: neighbours(paths[:count], lambda number: ["a", number, "c"]),
    "mappings": lambda paths, count: neighbours(beside(paths, count), lambda number: {"x": number}),
    "over an overlay": lambda paths, count: neighbours(paths[:count], str),
}
