"""immutables.Map: the persistent map behind contextvars; `update` is its documented way to a changed map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benches.data import Tree, flatten, merge
from benches.peers.adapter import CannotError, Step
from benches.peers.plain_dict import Peer as PlainDict
from benches.peers.stack import Stack

NO_LAYERS = "a map; it knows no layers, and merging is done before"


class Peer(PlainDict):
    distribution = "immutables"
    module = "immutables"
    given = "a map of the merged leaves, `c[path]`"
    remarks: Mapping[str, str] = {}

    def resolved(self, stack: Stack) -> Any:
        from immutables import Map

        return Map(flatten(merge(stack.trees)))

    def overlay(self, overrides: Tree) -> Step:
        return Step("o = c.update(d)", {"d": flatten(overrides)})

    def merge(self, stack: Stack) -> Step:
        raise CannotError(NO_LAYERS)

    def change(self, stack: Stack, path: str, value: Any) -> Step:
        raise CannotError(NO_LAYERS)

    def files(self, stack: Stack) -> Step:
        raise CannotError(NO_LAYERS)
