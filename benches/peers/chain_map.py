"""collections.ChainMap: a flat dict for each layer, searched from the top at every read."""

from __future__ import annotations

from collections import ChainMap
from typing import Any

from benches.data import LAYERS, MIDDLE, Tree, flatten
from benches.peers.adapter import Step
from benches.peers.plain_dict import Peer as PlainDict
from benches.peers.stack import Stack, loaded


class Peer(PlainDict):
    module = "collections"
    given = "a flat dict for each layer, `c[path]`"
    remarks = {
        "merge": "flattened layer by layer; what a layer hides is found out at each read",
        "change": "copies the flat layer",
        "files": "flattened layer by layer; what a layer hides is found out at each read",
    }

    def overlay(self, overrides: Tree) -> Step:
        return Step("o = c.new_child(d)", {"d": flatten(overrides)})

    def merge(self, stack: Stack) -> Step:
        names = {"ChainMap": ChainMap, "flatten": flatten, "t": stack.trees}
        return Step("o = ChainMap(*[flatten(one) for one in reversed(t)])", names)

    def change(self, stack: Stack, path: str, value: Any) -> Step:
        at = len(LAYERS) - 1 - LAYERS.index(MIDDLE)
        body = f"m = list(c.maps)\nm[{at}] = m[{at}] | {{p: v}}\no = ChainMap(*m)"
        return Step(body, {"ChainMap": ChainMap, "p": path, "v": value})

    def files(self, stack: Stack) -> Step:
        names = {"ChainMap": ChainMap, "flatten": flatten, "load": loaded, "f": stack.files}
        return Step("o = ChainMap(*[flatten(load(p)) for p in reversed(f)])", names)
