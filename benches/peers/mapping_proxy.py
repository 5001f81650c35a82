"""The read-only view of a dict: the standard library's way to hand out a configuration."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from benches.data import Tree, flatten
from benches.peers.adapter import Step
from benches.peers.flat_map import FlatMap


class Peer(FlatMap):
    module = "types"
    given = "a view of a flat dict, `c[path]`"
    remarks = {**FlatMap.remarks, "overlay": "copies the dict"}

    def made_of(self) -> Callable[[Tree], Any]:
        return MappingProxyType

    def overlay(self, overrides: Tree) -> Step:
        return Step("o = view(c | d)", {"view": MappingProxyType, "d": flatten(overrides)})
