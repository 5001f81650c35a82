"""python-configuration: a set of flat configurations, the highest first, searched at each read."""

from __future__ import annotations

from typing import Any

from benches.data import LAYERS, MIDDLE, Tree
from benches.peers.adapter import Adapter, Step
from benches.peers.stack import Stack

SEARCHED = "flattened layer by layer; all layers are searched at each read"


class Peer(Adapter):
    distribution = "python-configuration"
    module = "config"
    given = "a configuration for each layer, `c[path]`"
    remarks = {
        "merge": SEARCHED,
        "change": "the changed layer is flattened again",
        "files": SEARCHED,
    }

    def overlay(self, overrides: Tree) -> Step:
        from config import ConfigurationSet, config_from_dict

        names = {"Set": ConfigurationSet, "config": config_from_dict, "d": overrides}
        return Step("o = Set(config(d), *c.configs)", names)

    def merge(self, stack: Stack) -> Step:
        from config import ConfigurationSet, config_from_dict

        names = {"Set": ConfigurationSet, "config": config_from_dict, "t": stack.trees}
        return Step("o = Set(*[config(one) for one in reversed(t)])", names)

    def change(self, stack: Stack, path: str, value: Any) -> Step:
        from config import ConfigurationSet, config_from_dict

        at = len(LAYERS) - 1 - LAYERS.index(MIDDLE)
        changed = stack.changed(path, value).layers[MIDDLE]
        names = {"Set": ConfigurationSet, "config": config_from_dict, "d": changed}
        return Step(f"s = c.configs\ns[{at}] = config(d)\no = Set(*s)", names)

    def files(self, stack: Stack) -> Step:
        from config import ConfigurationSet, config_from_json

        names = {"Set": ConfigurationSet, "load": config_from_json, "f": [str(file) for file in stack.files]}
        return Step("o = Set(*[load(p, read_from_file=True) for p in reversed(f)])", names)
