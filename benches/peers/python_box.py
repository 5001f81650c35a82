"""python-box: dicts with attributes. Boxes are merged with `merge_update`, and `+` makes a third of two."""

from __future__ import annotations

from benches.data import Tree
from benches.peers.adapter import Adapter, Step, attributes
from benches.peers.stack import Stack

MERGE = "o = Box(first)\nfor one in rest:\n    o.merge_update(one)"


class Peer(Adapter):
    distribution = "python-box"
    module = "box"
    given = "the layers, merged into a Box; attributes"
    remarks = {"change": "everything is merged again"}

    def read(self, subject: str, path: str) -> str:
        return attributes(subject, path)

    def miss(self, subject: str, path: str, default: str) -> str:
        above, _, last = path.rpartition(".")
        return f"{attributes(subject, above)}.get({last!r}, {default})"

    def overlay(self, overrides: Tree) -> Step:
        return Step("o = c + d", {"d": overrides})

    def merge(self, stack: Stack) -> Step:
        from box import Box

        first, *rest = stack.trees
        return Step(MERGE, {"Box": Box, "first": first, "rest": rest})

    def files(self, stack: Stack) -> Step:
        from box import Box

        first, *rest = stack.files
        body = "o = load(filename=first)\nfor one in rest:\n    o.merge_update(load(filename=one))"
        return Step(body, {"load": Box.from_json, "first": first, "rest": rest})
