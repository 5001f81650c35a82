"""Swaps of a mounted directory with several files, one after the other, and what is served of them.

python -m tests.watching.swaps 10000
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import veltrix
from tests.sources.mounted import Mounted
from tests.watching.tools import wait_for

NAMES = ("a", "b", "c", "d")


def swap(folder, count, **options):
    """How many generations of so many were served; each of them, and each last one of ten, whole."""
    mounted = Mounted(folder)

    def publish(n):
        mounted.publish({f"{name}.json": json.dumps({name: n, "at": {name: n}}) for name in NAMES})

    publish(0)
    served = []

    def whole(snapshot):
        numbers = {snapshot[name] for name in NAMES} | {snapshot[f"at.{name}"] for name in NAMES}
        assert len(numbers) == 1, f"mixed: {sorted(numbers)}"

    paths = [str(folder / f"{name}.json") for name in NAMES]
    with veltrix.Config(*paths, validate=[whole]) as config:
        config.subscribe(lambda change: served.append(change.snapshot["a"]))
        refused = Refused()
        config.subscribe(refused)
        with config.watch(settle=0.001, **options):
            for n in range(1, count + 1):
                publish(n)
                if n % 10 == 0:
                    wait_for(lambda n=n: config["a"] == n, f"{n} is served")
                whole(config.snapshot)
            wait_for(lambda: served and served[-1] == count)
    assert served == sorted(set(served))
    assert not refused.errors, refused.errors
    return len(served)


class Refused(veltrix.Subscriber):
    """Notes what was wrong; a generation that went away while it was read is nothing wrong."""

    def __init__(self):
        self.errors = []

    def failed(self, error):
        self.errors.append(str(error))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as root:
        print(swap(Path(root), int(sys.argv[1])), "generations were served, none of them mixed")
