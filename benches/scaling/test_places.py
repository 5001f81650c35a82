"""Every operation at each place of an axis, in a process for the place."""

from __future__ import annotations

import gc
from dataclasses import replace
from functools import cache

import pytest

from benches.data import LAYERS as SEVEN
from benches.data import resolving_to
from benches.memory import FLAT, probed
from benches.result import Figure
from benches.scaling import operations, readers
from benches.scaling.names import (
    CHANGES,
    DICT,
    DIFF_MANY,
    DIFF_ONE,
    LAYERS,
    LEAVES,
    MEMORY,
    MEMORY_READ,
    OVERLAY,
    PATCH,
    PUBLISHES,
    READ,
    READS,
    RESOLVE,
    THREADS,
)
from benches.subjects import check_reads, kernels, snapshot_of

A_PROCESS_FOR = "place"
PLACES = {
    LEAVES: (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000),
    LAYERS: (1, 2, 3, 5, 7, 9, 12),
    CHANGES: (1, 4, 16, 64, 256, 1_024, 4_096),
    THREADS: (1, 2, 4),
}
LEAVES_OF_LAYERS = 10_000  # that these resolve to, and of which some are changed
LEAVES_OF_THREADS = 100_000  # that threads read
PURE_READS = 100_000  # the most leaves with which the reference is measured;
PURE_DERIVES = 30_000  # and of what it derives from: to resolve more takes long
OPERATIONS = {
    READ: operations.reads,
    PATCH: operations.patches,
    OVERLAY: operations.overlays,
    DIFF_ONE: lambda *given: operations.diffs(1, *given),
    DIFF_MANY: lambda snapshots, generated: operations.diffs(100, snapshots, generated),
    RESOLVE: operations.resolves,
}


def along(*axes):
    """A test at every place of these axes."""
    places = [(axis, at) for axis in axes for at in PLACES[axis]]
    names = [f"{axis}-{f'{at // 1_000}k' if axis == LEAVES else at}" for axis, at in places]
    return pytest.mark.parametrize("place", places, ids=names)


@pytest.fixture(scope="module", autouse=True)
def no_garbage():
    """The collector would walk over millions of objects again and again while they are made."""
    gc.disable()
    yield
    gc.enable()


@cache
def configuration(axis, at):
    """Generated data, and its snapshots that were read, by the implementation."""
    leaves, layers = (LEAVES_OF_LAYERS, at) if axis == LAYERS else (at, len(SEVEN))
    generated = resolving_to(leaves, layers=layers)
    chosen = {name: of for name, of in kernels().items() if name == "native" or leaves <= PURE_READS}
    snapshots = {name: snapshot_of(kernel, generated) for name, kernel in chosen.items()}
    for snapshot in snapshots.values():
        check_reads(snapshot, generated.flat)
    return generated, snapshots


def found_at(bench, place, operation, timings):
    """A line beside a dict, at a place."""
    line = operations.line(operation, timings, DICT)
    bench.add(replace(line, axis=place[0], at=place[1]))


@pytest.mark.parametrize("operation", OPERATIONS)
@along(LEAVES, LAYERS)
def test_operation(bench, place, operation):
    generated, snapshots = configuration(*place)
    too_many = operation != READ and len(generated.flat) > PURE_DERIVES
    if too_many or operation == DIFF_MANY:  # the reference makes its dicts at once: one figure says all
        snapshots = {"native": snapshots["native"]}
    found_at(bench, place, operation, bench.time(OPERATIONS[operation](snapshots, generated)))


@along(LEAVES, LAYERS)
def test_memory(bench, place):
    """The bytes a leaf of every subject, beside its layers or trees, each in a process of its own."""
    axis, at = place
    leaves, layers = (LEAVES_OF_LAYERS, at) if axis == LAYERS else (at, len(SEVEN))
    subjects = [*(name for name in kernels() if name == "native" or leaves <= PURE_READS), FLAT]
    found = bench.once(lambda: {subject: probed(subject, leaves, layers) for subject in subjects})
    weighed(bench, place, found, leaves)


def weighed(bench, place, found, leaves):
    for operation, state in ((MEMORY, "resolved"), (MEMORY_READ, "resolved, all read")):
        bytes_of = {DICT if name == FLAT else name: kept[state] / leaves for name, kept in found.items()}
        bench.counts(operation, "B", figures=bytes_of, anchor=DICT, axis=place[0], at=place[1])


@along(CHANGES)
def test_reads_after_changes(bench, place):
    workloads = operations.reads_after(resolving_to(LEAVES_OF_LAYERS), place[1])
    found_at(bench, place, READ, bench.time(workloads))


@along(THREADS)
def test_threads(bench, place):
    rounds = bench.once(readers.rounds, resolving_to(LEAVES_OF_THREADS), place[1], bench.seconds)
    for at, (operation, unit) in enumerate(((READS, "million/s"), (PUBLISHES, "/s"))):
        figures = {name: Figure.of([rates[at] for rates in found]) for name, found in rounds.items()}
        bench.counts(operation, unit, figures=figures, axis=place[0], at=place[1])
