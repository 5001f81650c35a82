"""What holds the flat dict of the merged leaves: it knows no layers, so that merging is done before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benches.data import Tree, flatten
from benches.peers.adapter import Step
from benches.peers.plain_dict import Peer as PlainDict
from benches.peers.stack import Stack


class FlatMap(PlainDict):
    given = "a map of the merged leaves, `c[path]`"
    remarks = {
        "merge": "merged and flattened before",
        "change": "merged, flattened and made again",
        "files": "loaded, merged and flattened before",
    }

    def made_of(self) -> Callable[[Tree], Any]:
        """What makes the map of a flat dict."""
        raise NotImplementedError

    def overlay(self, overrides: Tree) -> Step:
        return Step("o = c.update(d)", {"d": flatten(overrides)})

    def merge(self, stack: Stack) -> Step:
        return self._held(super().merge(stack))

    def files(self, stack: Stack) -> Step:
        return self._held(super().files(stack))

    def _held(self, step: Step) -> Step:
        return Step(f"{step.body}\no = made_of(o)", {**step.names, "made_of": self.made_of()})
