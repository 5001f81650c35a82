"""A dict of dotted paths: what everything else is measured against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benches.data import Tree, flatten, merge
from benches.peers.adapter import Step
from benches.peers.stack import Stack, loaded


class Peer:
    distribution: str | None = None
    module = "builtins"
    implementation = ""
    given = "a flat dict, `c[path]`"
    remarks: Mapping[str, str] = {
        "merge": "merged, then flattened",
        "change": "merged and flattened again",
        "files": "loaded, merged and flattened",
        "overlay": "copies the dict",
    }

    def resolved(self, stack: Stack) -> Any:
        return flatten(merge(stack.trees))

    def names(self) -> Mapping[str, Any]:
        return {}

    def read(self, subject: str, path: str) -> str:
        return f"{subject}[{path!r}]"

    def miss(self, subject: str, path: str, default: str) -> str:
        return f"{subject}.get({path!r}, {default})"

    def overlay(self, overrides: Tree) -> Step:
        return Step("o = c | d", {"d": flatten(overrides)})

    def merge(self, stack: Stack) -> Step:
        return Step("o = flatten(merge(t))", {"flatten": flatten, "merge": merge, "t": stack.trees})

    def change(self, stack: Stack, path: str, value: Any) -> Step:
        return self.merge(stack.changed(path, value))

    def files(self, stack: Stack) -> Step:
        names = {"flatten": flatten, "merge": merge, "load": loaded, "f": stack.files}
        return Step("o = flatten(merge([load(p) for p in f]))", names)
