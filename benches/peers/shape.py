"""The shape of data as a program would declare it: what every mapping holds, and the types of its leaves."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from benches.data import Tree


def by_name(trees: list[Tree]) -> dict[str, list[Any]]:
    """What mappings of several layers, all for one place, hold under each name."""
    values: dict[str, list[Any]] = {}
    for tree in trees:
        for name, value in tree.items():
            values.setdefault(name, []).append(value)
    return values


def leaf_type(values: list[Any]) -> Any:
    """The type of these values, or the union of their types."""
    return reduce(or_, sorted({type(value) for value in values}, key=str))
