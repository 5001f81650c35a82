"""Rows 12 and 14: memory beside the layers, and what an import costs; each figure from fresh processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from random import Random
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median, quantiles

from benches.data import resolving_to
from benches.memory import FLAT, Footprint
from benches.result import Figure, Line, at_most
from benches.settings import Settings
from benches.subjects import kernels

SIZES = {"100k": 100_000, "1M": 1_000_000}
PURE_SIZE = "100k"  # the reference takes a minute to resolve the larger one
MEMORY = at_most(60)
IMPORT_MILLISECONDS = at_most(15)
IMPORT_MEBIBYTES = at_most(2)
IMPORTS = 20
BARE = "bare Python"
KEEPS_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}  # as an installed package has it; the first import writes it
REPORT = "; print(*(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"


def lines(_: Settings) -> Iterator[Line]:
    for size, leaves in SIZES.items():
        subjects = list(kernels()) if size == PURE_SIZE else ["native"]
        yield from _memory(size, leaves, [*subjects, FLAT])
    yield from _imports()


def _memory(size: str, leaves: int, subjects: Sequence[str]) -> Iterator[Line]:
    resolving_to(leaves)  # writes the texts that the processes read
    found = {subject: _probe(subject, leaves) for subject in subjects}
    for what, target in (("resolved", MEMORY), ("resolved, all read", None)):
        figures = {}
        for subject, probe in found.items():
            per_leaf = probe[what] / leaves
            figures[subject] = Figure(per_leaf, per_leaf, per_leaf)
        yield Line(12, f"memory a leaf, {size} leaves, {what}", "B", figures, FLAT, target)


def _probe(subject: str, leaves: int) -> Footprint:
    command = [sys.executable, "-m", "benches.memory", subject, str(leaves)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    probed: Footprint = json.loads(ran.stdout)
    return probed


def _imports() -> Iterator[Line]:
    programs = {BARE: "pass"} | dict.fromkeys(kernels(), "import veltrix")
    costs: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    order = list(programs) * IMPORTS
    Random().shuffle(order)
    for name in (*programs, *order):  # the first of each warms the disk's cache and is not counted
        costs[name].append(cost(programs[name], "" if name == BARE else name))
    bare = [median(one) for one in zip(*costs.pop(BARE)[1:], strict=True)]
    for at, (operation, unit, target) in enumerate(
        (
            ("import veltrix, processor time more", "ms", IMPORT_MILLISECONDS),
            ("import veltrix, memory more", "MiB", IMPORT_MEBIBYTES),
        )
    ):
        figures = {}
        for name, found in costs.items():
            low, middle, high = quantiles([cost[at] - bare[at] for cost in found[1:]], n=4)
            figures[name] = Figure(middle, low, high)
        yield Line(14, operation, unit, figures, BARE, target)


def cost(program: str, implementation: str) -> tuple[float, float]:
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
    return seconds * 1_000, int(ran.stdout) / 1_024
