"""Row 4, and the allocations of rows 5, 6, 8 and 9: counted, not timed."""

from __future__ import annotations

import pytest

from benches import allocations
from benches.counting import CannotCountError
from benches.harness import once, row
from benches.result import at_most
from benches.subjects import kernels

CONTROLS = ("nothing", "an object and a bytearray")
# By the start of an operation's name; what is none of these is a hot read of row 4, which allocates nothing.
ROWS = {
    "overlay of 5 new keys": (5, None),
    "overlay": (5, at_most(3)),
    "resolve": (6, None),
    "one set": (8, None),
    "with_layers": (8, None),
    "diff": (9, None),
}


@once
@row(4, 5, 6, 8, 9)
def test_allocations(bench):
    try:
        counts = bench.once(lambda: {name: allocations.counted(name) for name in kernels()})
    except CannotCountError as reason:
        pytest.skip(str(reason))
    for operation in counts["native"]["rust"]:
        if operation not in CONTROLS:
            starts = (found for start, found in ROWS.items() if operation.startswith(start))
            number, target = next(starts, (4, at_most(0)))
            figures = {name: counted["python and rust"][operation] for name, counted in counts.items()}
            bench.counts(f"{operation}: allocations", "", row=number, target=target, figures=figures)
