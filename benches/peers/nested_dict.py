"""A dict of dicts, as a JSON file gives it: each level of a path is a read."""

from __future__ import annotations

from benches.data import Tree, merge
from benches.peers.adapter import Step, subscripts
from benches.peers.plain_dict import Peer as PlainDict
from benches.peers.stack import Stack, loaded


class Peer(PlainDict):
    given = "the merged dict of dicts, nested subscripts"
    remarks = {
        "overlay": "merged into a copy",
        "change": "everything is merged again",
    }

    def read(self, subject: str, path: str) -> str:
        return subscripts(subject, path)

    def miss(self, subject: str, path: str, default: str) -> str:
        above, _, last = path.rpartition(".")
        return f"{subscripts(subject, above)}.get({last!r}, {default})"

    def overlay(self, overrides: Tree) -> Step:
        return Step("o = merge([c, d])", {"merge": merge, "d": overrides})

    def merge(self, stack: Stack) -> Step:
        return Step("o = merge(t)", {"merge": merge, "t": stack.trees})

    def files(self, stack: Stack) -> Step:
        return Step("o = merge([load(p) for p in f])", {"merge": merge, "load": loaded, "f": stack.files})
