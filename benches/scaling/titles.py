"""What the operations are called on the page and in the charts."""

from __future__ import annotations

from typing import NamedTuple

from benches.scaling.points import (
    DIFF_MANY,
    DIFF_ONE,
    MEMORY,
    MEMORY_READ,
    OVERLAY,
    PATCH,
    READ,
    RESOLVE,
)


class Title(NamedTuple):
    """An operation, what it consists of, and what the curve of a plain dict stands for."""

    text: str
    about: str
    dict_does: str


TITLES = {
    READ: Title("Read", "a leaf out of all, in random order", "dict: d[k]"),
    PATCH: Title("Patch", "one leaf of the middle layer set", "dict: copied, one value assigned"),
    OVERLAY: Title(
        "Overlay", "five leaves, then forty reads, then dropped", "dict: copied, five values assigned"
    ),
    DIFF_ONE: Title("Diff of one change", "paths and both values", "dict: compared leaf by leaf"),
    DIFF_MANY: Title("Diff of 100 changes", "paths and both values", "dict: compared leaf by leaf"),
    RESOLVE: Title("Resolve", "layers to a snapshot, a leaf of the result", "dict: a plain merge, a leaf"),
    MEMORY: Title("Memory a leaf", "beside layers or dicts as loaded", "dict: merged and flattened"),
    MEMORY_READ: Title(
        "Memory a leaf, all read", "with every value as an object", "dict: merged and flattened"
    ),
}
