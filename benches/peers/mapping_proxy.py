"""The read-only view of a dict: the standard library's way to hand out a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from benches.data import Tree, flatten
from benches.peers.adapter import CannotError, Step
from benches.peers.plain_dict import Peer as PlainDict
from benches.peers.stack import Stack

VIEW_ALONE = "a view of a dict; merging is what is done to the dict"


class Peer(PlainDict):
    module = "types"
    given = "a view of a flat dict, `c[path]`"
    remarks: Mapping[str, str] = {"overlay": "copies the dict"}

    def resolved(self, stack: Stack) -> Any:
        return MappingProxyType(super().resolved(stack))

    def overlay(self, overrides: Tree) -> Step:
        return Step("o = view(c | d)", {"view": MappingProxyType, "d": flatten(overrides)})

    def merge(self, stack: Stack) -> Step:
        raise CannotError(VIEW_ALONE)

    def change(self, stack: Stack, path: str, value: Any) -> Step:
        raise CannotError(VIEW_ALONE)

    def files(self, stack: Stack) -> Step:
        raise CannotError(VIEW_ALONE)
