"""Configurations that packages ship, in a process for each: what they look like, and what they take."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache

import pytest

from benches.memory import FLAT
from benches.result import Line
from benches.scaling import operations, real
from benches.scaling.names import DICT, PARSE, PATCH, PROXY, READ, REAL, RESOLVE, SHAPE
from benches.scaling.test_places import PURE_DERIVES, no_garbage, weighed  # noqa: F401  a fixture for all
from benches.subjects import kernels
from tests.real.shipped import LARGE_STACKS

A_PROCESS_FOR = "name"
of_each = pytest.mark.parametrize("name", real.ABOUT, ids=lambda name: name.replace(" ", "-"))
OPERATIONS = {
    PARSE: (real.parsing, None),
    RESOLVE: (real.resolving, DICT),
    READ: (real.reading, PROXY),
    PATCH: (real.overriding, DICT),
}
"""Each with its anchor; the usual parser's depends on the format."""


@cache
def configuration(name):
    """What a package ships, its implementations, and their snapshots, whose answers are looked at."""
    try:
        shipped = real.Real(name)
    except LookupError as missing:
        pytest.skip(str(missing))
    small = len(shipped.flat) <= PURE_DERIVES
    chosen = {one: kernel for one, kernel in kernels().items() if one == "native" or small}
    snapshots = {
        one: kernel.resolve(shipped.layers(kernel), conflicts="replace") for one, kernel in chosen.items()
    }
    for snapshot in snapshots.values():
        real.check_answers(snapshot, shipped.flat)
    return shipped, chosen, snapshots


@of_each
def test_shape(bench, name):
    shipped, _, _ = configuration(name)
    figures = bench.once(shipped.shape)
    notes = {SHAPE: [real.ABOUT[name], shipped.format.upper()]}
    bench.counts(SHAPE, "", figures=figures, notes=notes, axis=REAL, at=name)


@pytest.mark.parametrize("operation", OPERATIONS)
@of_each
def test_operation(bench, name, operation):
    shipped, chosen, snapshots = configuration(name)
    make, anchor = OPERATIONS[operation]
    workloads = make(shipped, chosen if operation in (PARSE, RESOLVE) else snapshots)
    line: Line = operations.line(operation, bench.time(workloads), anchor or list(workloads)[-1])
    bench.add(replace(line, axis=REAL, at=name))


@of_each
def test_memory(bench, name):
    """Each subject in a process of its own."""
    command = [sys.executable, "-m", "benches.scaling.real", name]
    subjects = [*(one for one in kernels() if one == "native" or name not in LARGE_STACKS), FLAT]
    found = bench.once(
        lambda: {one: json.loads(subprocess.check_output([*command, one], text=True)) for one in subjects}
    )
    weighed(bench, (REAL, name), found, len(real.Real(name).flat))
