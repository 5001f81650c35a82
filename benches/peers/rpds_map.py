"""rpds.HashTrieMap: Rust's persistent map for Python; `update` is its documented way to a changed map."""

from __future__ import annotations

from typing import Any

from benches.data import flatten, merge
from benches.peers.immutables_map import Peer as ImmutablesMap
from benches.peers.stack import Stack


class Peer(ImmutablesMap):
    distribution = "rpds-py"
    module = "rpds"

    def resolved(self, stack: Stack) -> Any:
        from rpds import HashTrieMap

        return HashTrieMap(flatten(merge(stack.trees)))
