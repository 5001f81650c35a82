"""OmegaConf: `merge` makes a configuration of several, attributes read it, `select` takes a path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benches.data import Tree
from benches.peers.adapter import Adapter, Step, attributes
from benches.peers.stack import Stack


class Peer(Adapter):
    distribution = "omegaconf"
    module = "omegaconf"
    given = "the layers, merged into a DictConfig; attributes"
    remarks = {
        "change": "everything is merged again",
        "files": "JSON is read as YAML",
    }

    def names(self) -> Mapping[str, Any]:
        from omegaconf import OmegaConf

        return {"select": OmegaConf.select}

    def read(self, subject: str, path: str) -> str:
        return attributes(subject, path)

    def miss(self, subject: str, path: str, default: str) -> str:
        return f"select({subject}, {path!r}, default={default})"

    def overlay(self, overrides: Tree) -> Step:
        from omegaconf import OmegaConf

        return Step("o = merge(c, d)", {"merge": OmegaConf.merge, "d": overrides})

    def merge(self, stack: Stack) -> Step:
        from omegaconf import OmegaConf

        return Step("o = merge(*t)", {"merge": OmegaConf.merge, "t": stack.trees})

    def files(self, stack: Stack) -> Step:
        from omegaconf import OmegaConf

        return Step("o = C.merge(*[C.load(p) for p in f])", {"C": OmegaConf, "f": stack.files})
