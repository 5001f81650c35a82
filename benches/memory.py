"""One subject's memory in a process of its own: `python -m benches.memory native 100000`.

What counts is resident memory beside the parsed layers, which are there before and after. Small
configurations are made several times over, since the memory of a process comes in pages.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benches.data import LAYERS, Tree, flatten, merge, resolving_to
from benches.subjects import kernels, stacked

FLAT = "a flat dict"
ENOUGH = 100_000  # leaves, for pages not to matter
Footprint = dict[str, float]


def copies_of(leaves: int) -> int:
    """How many configurations of this size are enough."""
    return max(1, ENOUGH // leaves)


def main(subject: str, leaves: int, layers: int = len(LAYERS)) -> Footprint:
    """Bytes that a generated configuration takes."""
    copies = copies_of(leaves)
    generated = resolving_to(leaves, layers=layers)
    resident()  # whatever the first reading costs is no one's
    if subject == FLAT:
        return of_flat_dicts(list(generated.layers.values()), copies)
    kernel = kernels()[subject]
    # The trees stay: in the room that they left, objects would seem to take none.
    return of_snapshots(kernel, stacked(kernel, generated), list(generated.flat), copies)


def of_flat_dicts(trees: Sequence[Tree], copies: int = 1) -> Footprint:
    """Bytes that the merged trees take as one flat dict."""
    before = resident()
    kept = [flatten(merge(list(trees))) for _ in range(copies)]
    resolved = (resident() - before) / len(kept)
    return {"resolved": resolved, "resolved, all read": resolved}


def of_snapshots(kernel: Any, layers: Sequence[Any], paths: Sequence[str], copies: int = 1) -> Footprint:
    """Bytes that a snapshot takes beside its layers, before and after every path was read."""
    before = resident()
    kept = [kernel.resolve(layers, conflicts="replace") for _ in range(copies)]
    resolved = resident() - before
    for snapshot in kept:
        for path in paths:
            snapshot[path]
    return {"resolved": resolved / copies, "resolved, all read": (resident() - before) / copies}


def resident() -> int:
    """Bytes of resident memory once everything free has been given back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


if __name__ == "__main__":
    parser = argparse.ArgumentParser("benches.memory")
    parser.add_argument("subject")
    parser.add_argument("leaves", type=int)
    parser.add_argument("--layers", type=int, default=len(LAYERS))
    print(json.dumps(main(**vars(parser.parse_args()))))
