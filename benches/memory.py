"""One subject's memory in a process of its own: `python -m benches.memory native 100000`.

What counts is resident memory beside the parsed layers, which are there before and after.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
from pathlib import Path
from typing import Any

from benches.data import flatten, merge, resolving_to
from benches.subjects import kernels, stacked


def main(subject: str, leaves: int) -> dict[str, int]:
    generated = resolving_to(leaves)
    resident()  # whatever the first reading costs is no one's
    if subject == "a flat dict":
        before = resident()
        kept: Any = flatten(merge(list(generated.layers.values())))
        resolved = resident() - before
        return {"resolved": resolved, "resolved, all read": resolved}
    kernel = kernels()[subject]
    layers = stacked(kernel, generated)
    paths = list(generated.flat)
    del generated
    before = resident()
    kept = kernel.resolve(layers)
    resolved = resident() - before
    for path in paths:
        kept[path]
    return {"resolved": resolved, "resolved, all read": resident() - before}


def resident() -> int:
    """Bytes of resident memory once everything free has been given back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
