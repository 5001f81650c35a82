"""lib_layered_config: an immutable Config; `get` takes a dotted path, `with_overrides` makes a changed one.

Its loader looks for files at places of its own; a file `NAME.json` is followed by those of `NAME.d/`, in the
order of their names, so seven layers are one file with six beside it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from benches.data import Tree
from benches.peers.adapter import Adapter, Step
from benches.peers.stack import Stack

MERGE = "o = Config(first, {})\nfor one in rest:\n    o = o.with_overrides(one)"
READ = "o = read_config(vendor='Veltrix', app='Peers', slug='veltrix-peers', default_file=f, start_dir=s)"


class Peer(Adapter):
    distribution = "lib_layered_config"
    module = "lib_layered_config"
    given = "the layers, laid over one another; `c.get(path)`"
    remarks = {
        "merge": "`Config` and `with_overrides` a layer",
        "change": "everything is merged again",
    }

    def read(self, subject: str, path: str) -> str:
        return f"{subject}.get({path!r})"

    def miss(self, subject: str, path: str, default: str) -> str:
        return f"{subject}.get({path!r}, default={default})"

    def overlay(self, overrides: Tree) -> Step:
        return Step("o = c.with_overrides(d)", {"d": overrides})

    def merge(self, stack: Stack) -> Step:
        from lib_layered_config import Config

        first, *rest = stack.trees
        return Step(MERGE, {"Config": Config, "first": first, "rest": rest})

    def files(self, stack: Stack) -> Step:
        from lib_layered_config import read_config

        lowest = _laid_out(stack.files)
        names = {"read_config": read_config, "f": str(lowest), "s": str(lowest.parent)}
        return Step(READ, names)


def _laid_out(files: list[Path]) -> Path:
    """The files where the loader finds them."""
    folder = files[0].parent / "lib_layered_config"
    beside = folder / "layers.d"
    beside.mkdir(parents=True, exist_ok=True)
    shutil.copy(files[0], folder / "layers.json")
    for file in files[1:]:
        shutil.copy(file, beside)
    return folder / "layers.json"
