"""The layers that all peers are given, as dicts and as JSON files.

It is the data of `benches.data` with one difference: a list is written as one text. Libraries disagree about
what merging two lists means, some append, and what is compared here is the time and not the taste.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from benches.data import CACHE, MIDDLE, Generated, Tree, flatten, merge, put


@dataclass(frozen=True)
class Stack:
    """Seven layers, lowest first, and a file of each."""

    layers: dict[str, Tree]
    files: list[Path]

    @classmethod
    def of_files(cls, files: list[Path]) -> Stack:
        """The stack whose files these are, in their order."""
        return cls({file.stem.partition("-")[2]: loaded(file) for file in files}, files)

    @property
    def trees(self) -> list[Tree]:
        """The layers without their names."""
        return list(self.layers.values())

    @cached_property
    def merged(self) -> Tree:
        return merge(self.trees)

    @cached_property
    def flat(self) -> Tree:
        """Every leaf by its dotted path."""
        return flatten(self.merged)

    @cached_property
    def own_leaf(self) -> str:
        """A path that only the middle layer defines, so that its change shows."""
        others = [flatten(tree) for name, tree in self.layers.items() if name != MIDDLE]
        alone = flatten(self.layers[MIDDLE]).keys() - set().union(*others)
        return min(path for path in alone if type(self.flat[path]) is int)

    def changed(self, path: str, value: Any) -> Stack:
        """The same layers but for one leaf of the middle one, which is a layer of its own; files stay."""
        middle = deepcopy(self.layers[MIDDLE])
        put(middle, tuple(path.split(".")), value)
        return replace(self, layers={**self.layers, MIDDLE: middle})


def stack_of(generated: Generated, folder: Path = CACHE) -> Stack:
    """The stack of generated data, its files in a folder named after what they hold."""
    layers = {name: _without_lists(json.loads(text)) for name, text in generated.texts.items()}
    inside = folder / f"peers-{sum(map(len, generated.texts.values()))}"
    inside.mkdir(parents=True, exist_ok=True)
    files = [inside / f"{number}0-{name}.json" for number, name in enumerate(layers, 1)]
    for path, tree in zip(files, layers.values(), strict=True):
        path.write_text(json.dumps(tree), "utf-8")
    return Stack(layers, files)


def loaded(path: Path) -> Tree:
    """A JSON file's data."""
    with path.open("rb") as file:
        tree: Tree = json.load(file)
    return tree


def _without_lists(tree: Tree) -> Tree:
    found: Tree = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            found[name] = _without_lists(value)
        else:
            found[name] = ",".join(value) if isinstance(value, list) else value
    return found
