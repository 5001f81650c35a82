"""rpds.HashTrieMap: Rust's persistent map for Python; `update` is its documented way to a changed map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benches.data import Tree
from benches.peers.flat_map import FlatMap


class Peer(FlatMap):
    distribution = "rpds-py"
    module = "rpds"

    def made_of(self) -> Callable[[Tree], Any]:
        from rpds import HashTrieMap

        made: Callable[[Tree], Any] = HashTrieMap
        return made
