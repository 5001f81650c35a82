"""Row 4, and row 5's allocations: counted, not timed."""

from __future__ import annotations

from collections.abc import Iterator

from benches import allocations
from benches.allocations import ROOT, CannotCount
from benches.lines import Figure, Line, at_most
from benches.settings import Settings
from benches.subjects import kernels

CONTROLS = ("nothing", "an object and a bytearray")


def lines(settings: Settings) -> Iterator[Line]:
    found = {}
    for name in kernels():
        try:
            found[name] = allocations.counted(ROOT / ".cache", name)
        except CannotCount as reason:
            yield Line(4, "allocations", "", {}, missing={name: str(reason)})
            return
    for operation in found["native"]["rust"]:
        if operation not in CONTROLS:
            counts = {name: counted["python and rust"][operation] for name, counted in found.items()}
            yield _line(operation, {name: Figure(count, count, count) for name, count in counts.items()})


def _line(operation: str, figures: dict[str, Figure]) -> Line:
    row, target = (5, at_most(3)) if operation.startswith("overlay") else (4, at_most(0))
    if operation == "one set":
        row, target = 8, None
    return Line(row, f"{operation}: allocations", "", figures, target=target)
