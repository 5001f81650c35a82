"""A configuration as files: one of so many leaves, and above it six of a tenth, read again with edits.

whole    ████████████████████   100,000 leaves, nothing else is defined
part 1   ██                      10,000 of them with other values
part 2     ██                    …
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from benches.data import Tree, flatten, generate, merge, put

PARTS = 6
WHOLE, PART = "whole", "part 3"


@dataclass(frozen=True)
class Files:
    """The data of each file by its name, the lowest first; not to be changed."""

    trees: dict[str, Tree]

    @cached_property
    def paths(self) -> dict[str, list[str]]:
        """The paths of the leaves of each file."""
        return {name: list(flatten(tree)) for name, tree in self.trees.items()}

    @cached_property
    def flat(self) -> Tree:
        """What all of them resolve to, by path."""
        return flatten(merge(list(self.trees.values())))

    def edited(self, name: str, number: int) -> Tree:
        """A file with another value of one leaf, another leaf for each number, the last ones first."""
        paths = self.paths[name]
        path = paths[-1 - number * 37 % len(paths)]
        return with_value(self.trees[name], path.split("."), f"edit {number}")

    def layers(self, kernel: Any, **others: Tree) -> list[Any]:
        """All files, parsed; some of them with other data."""
        named = {name.replace("_", " "): tree for name, tree in others.items()}
        return [parsed(kernel, name, named.get(name, tree)) for name, tree in self.trees.items()]


def files_of(leaves: int) -> Files:
    """A stack of files that resolves to so many leaves."""
    whole = generate("same keys", per_layer=leaves, layers=1).layers["defaults"]
    paths = list(flatten(whole))
    trees = {WHOLE: whole}
    tenth = leaves // 10
    for part in range(PARTS):
        tree: Tree = {}
        for number, path in enumerate(paths[part * tenth : (part + 1) * tenth]):
            put(tree, tuple(path.split(".")), number)
        trees[f"part {part + 1}"] = tree
    return Files(trees)


def parsed(kernel: Any, name: str, tree: Tree) -> Any:
    """A file as a layer, read from its text."""
    return kernel.Layer.parse(name, json.dumps(tree).encode(), "json")


def with_value(tree: Tree, names: list[str], value: Any) -> Tree:
    """A tree with another value at a path, that shares all else."""
    first, *rest = names
    return {**tree, first: with_value(tree[first], rest, value) if rest else value}
