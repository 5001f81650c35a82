"""confuse: views over a list of sources, which are searched when a value is asked for."""

from __future__ import annotations

from benches.data import Tree
from benches.peers.adapter import Adapter, Step, subscripts
from benches.peers.stack import Stack

MERGE = "o = Configuration('veltrix-peers', read=False)\nfor one in t:\n    o.set(one)"
LOAD = "o = Configuration('veltrix-peers', read=False)\nfor one in f:\n    o.set_file(one)"


class Peer(Adapter):
    distribution = "confuse"
    module = "confuse"
    given = "seven sources; nested subscripts and `get()`"
    remarks = {
        "merge": "lists the sources and merges nothing; each read searches them",
        "change": "lists the sources and merges nothing; each read searches them",
        "files": "JSON is read as YAML; nothing is merged",
    }

    def read(self, subject: str, path: str) -> str:
        return f"{subscripts(subject, path)}.get()"

    def miss(self, subject: str, path: str, default: str) -> str:
        return f"{subscripts(subject, path)}.get({default})"

    def overlay(self, overrides: Tree) -> Step:
        from confuse import ConfigSource, RootView

        names = {"RootView": RootView, "Source": ConfigSource, "d": overrides}
        return Step("o = RootView([Source.of(d), *c.sources])", names)

    def merge(self, stack: Stack) -> Step:
        from confuse import Configuration

        return Step(MERGE, {"Configuration": Configuration, "t": stack.trees})

    def files(self, stack: Stack) -> Step:
        from confuse import Configuration

        return Step(LOAD, {"Configuration": Configuration, "f": [str(file) for file in stack.files]})
