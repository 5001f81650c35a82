"""What readers see of a file that changes, beside others; each subject in a process of its own.

Times are of the clock on the wall, and hold for a machine that does nothing else.
"""

from __future__ import annotations

import pytest

from benches.harness import row
from benches.result import Figure, at_most
from benches.watching import worker
from benches.watching.subjects import SUBJECTS
from benches.watching.worker import GAP, PARSING

A_PROCESS_FOR = "place"
SIZES = {
    1_000: SUBJECTS,
    10_000: SUBJECTS,
    100_000: list(SUBJECTS)[:2],
}  # the others take minutes for a change
PLACES = [(leaves, name) for leaves, names in SIZES.items() for name in names]


@row(36)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[1].replace(' ', '-')}-{place[0]}")
def test_watching(bench, place):
    leaves, name = place
    found = bench.once(worker.main, name, leaves, 15 * bench.seconds)
    figures = {operation: Figure.of(rounds) for operation, rounds in found.items()}
    for operation, figure in figures.items():
        if operation != PARSING:
            bench.counts(operation, "ms", figures={name: figure}, axis="leaves", at=leaves)
    if PARSING in found:
        beside = {"native": figures[GAP].value / figures[PARSING].value}
        anchor = "the gap of parsing alone"
        bench.counts(GAP, "×", figures=beside, anchor=anchor, target=at_most(1.5), axis="leaves", at=leaves)
    bench.counts("rounds", "", figures={name: len(found[GAP])}, axis="leaves", at=leaves)
