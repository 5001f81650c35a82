"""python-box: dicts with attributes. Boxes are merged with `merge_update`, and `+` makes a third of two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benches.data import Tree
from benches.peers.adapter import Step, attributes
from benches.peers.stack import Stack

MERGE = "o = Box(first)\nfor one in rest:\n    o.merge_update(one)"


class Peer:
    distribution: str | None = "python-box"
    module = "box"
    implementation = ""
    given = "the layers, merged into a Box; attributes"
    remarks: Mapping[str, str] = {"change": "everything is merged again"}

    def resolved(self, stack: Stack) -> Any:
        from box import Box

        made = Box()
        for tree in stack.trees:
            made.merge_update(tree)
        return made

    def names(self) -> Mapping[str, Any]:
        return {}

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

    def change(self, stack: Stack, path: str, value: Any) -> Step:
        return self.merge(stack.changed(path, value))

    def files(self, stack: Stack) -> Step:
        from box import Box

        first, *rest = stack.files
        body = "o = load(filename=first)\nfor one in rest:\n    o.merge_update(load(filename=one))"
        return Step(body, {"load": Box.from_json, "first": first, "rest": rest})
