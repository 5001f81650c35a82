"""What is kept, each in a process of its own: `python -m benches.memory native 100000`, and costs of imports.

What counts is resident memory beside the parsed layers, which are there before and after. Small
configurations are made several times over, since the memory of a process comes in pages.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from typing import Any

from benches.data import LAYERS, Tree, flatten, merge, resolving_to
from benches.subjects import kernels, stacked

FLAT, BARE = "a flat dict", "bare Python"
KEEPS_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}  # as an installed package has it; the first import writes it
REPORT = "; print(*(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
ENOUGH = 100_000  # leaves, for pages not to matter
Footprint = dict[str, float]
Cost = tuple[float, float]
"""Milliseconds of processor time, and MiB of resident memory at its peak."""


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


def probed(subject: str, leaves: int, layers: int = len(LAYERS)) -> Footprint:
    """The same, of a process that is started for it."""
    command = [sys.executable, "-m", "benches.memory", subject, str(leaves), "--layers", str(layers)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: Footprint = json.loads(ran.stdout)
    return found


def costs_of(programs: Mapping[str, tuple[str, str]], times: int = 20) -> dict[str, list[Cost]]:
    """What processes cost, again and again in random order: programs, each with an implementation, by name.

    Bare Python is one of them.
    """
    programs = {BARE: ("pass", ""), **programs}
    costs: dict[str, list[Cost]] = {name: [] for name in programs}
    order = list(programs) * times
    Random().shuffle(order)
    for name in (*programs, *order):  # the first of each warms the disk's cache and is not counted
        costs[name].append(cost(*programs[name]))
    return {name: found[1:] for name, found in costs.items()}


def beyond_bare(costs: Mapping[str, list[Cost]]) -> dict[str, list[Cost]]:
    """The same without what bare Python takes."""
    time, size = (median(one) for one in zip(*costs[BARE], strict=True))
    return {
        name: [(each - time, kept - size) for each, kept in found]
        for name, found in costs.items()
        if name != BARE
    }


def cost(program: str, implementation: str) -> Cost:
    """Milliseconds of processor time and MiB of resident memory, at its peak, that a process took."""
    before = getrusage(RUSAGE_CHILDREN)
    ran = subprocess.run(
        [sys.executable, "-c", program + REPORT],
        env={**os.environ, "VELTRIX_IMPL": implementation, **KEEPS_BYTECODE},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    after = getrusage(RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds * 1_000, int(ran.stdout.split()[-1]) / 1_024


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
