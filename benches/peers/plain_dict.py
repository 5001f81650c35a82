"""A dict of dotted paths: what everything else is measured against."""

from __future__ import annotations

from benches.data import Tree, flatten, merge
from benches.peers.adapter import Adapter, Step
from benches.peers.stack import Stack, loaded


class Peer(Adapter):
    module = "builtins"
    given = "a flat dict, `c[path]`"
    remarks = {
        "merge": "merged, then flattened",
        "change": "merged and flattened again",
        "files": "loaded, merged and flattened",
        "overlay": "copies the dict",
    }

    def overlay(self, overrides: Tree) -> Step:
        return Step("o = c | d", {"d": flatten(overrides)})

    def merge(self, stack: Stack) -> Step:
        return Step("o = flatten(merge(t))", {"flatten": flatten, "merge": merge, "t": stack.trees})

    def files(self, stack: Stack) -> Step:
        names = {"flatten": flatten, "merge": merge, "load": loaded, "f": stack.files}
        return Step("o = flatten(merge([load(p) for p in f]))", names)
