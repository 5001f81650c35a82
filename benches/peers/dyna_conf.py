"""dynaconf: settings that files or `update(..., merge=True)` are merged into; attributes read them.

What `update` merges is changed by it: the settings below are put into the new mapping, which takes their
place.
So every update gets a copy, and the copying is part of what is timed.
"""

from __future__ import annotations

from benches.data import Tree
from benches.peers.adapter import Adapter, Step, attributes
from benches.peers.stack import Stack

MERGE = "o = Dynaconf(core_loaders=[], loaders=[])\nfor one in t:\n    o.update(copied(one), merge=True)"


class Peer(Adapter):
    distribution = "dynaconf"
    module = "dynaconf"
    given = "the layers, merged into its settings; attributes"
    remarks = {
        "merge": "`update` changes what it is given, so it is given copies",
        "overlay": "`dynaconf_clone` and `update`",
        "change": "everything is merged again",
    }

    def read(self, subject: str, path: str) -> str:
        return attributes(subject, path)

    def overlay(self, overrides: Tree) -> Step:
        return Step(
            "o = c.dynaconf_clone()\no.update(copied(d), merge=True)", {"d": overrides, "copied": _copied}
        )

    def merge(self, stack: Stack) -> Step:
        from dynaconf import Dynaconf

        return Step(MERGE, {"Dynaconf": Dynaconf, "t": stack.trees, "copied": _copied})

    def files(self, stack: Stack) -> Step:
        from dynaconf import Dynaconf

        body = "o = Dynaconf(settings_files=f, merge_enabled=True)\no.get('loads_the_files')"
        return Step(body, {"Dynaconf": Dynaconf, "f": [str(file) for file in stack.files]})


def _copied(tree: Tree) -> Tree:
    return {name: _copied(value) if isinstance(value, dict) else value for name, value in tree.items()}
