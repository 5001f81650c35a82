"""immutables.Map: the persistent map behind contextvars; `update` is its documented way to a changed map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benches.data import Tree
from benches.peers.flat_map import FlatMap


class Peer(FlatMap):
    distribution = "immutables"
    module = "immutables"

    def made_of(self) -> Callable[[Tree], Any]:
        from immutables import Map

        made: Callable[[Tree], Any] = Map
        return made
