"""Row 4, and the allocations of rows 5, 6, 8 and 9: counted, not timed."""

from __future__ import annotations

from collections.abc import Iterator

from benches import allocations
from benches.allocations import ROOT, CannotCountError
from benches.result import Figure, Line, at_most
from benches.settings import Settings
from benches.subjects import kernels

ROWS = {
    "overlay of 5 keys": (5, at_most(3)),
    "overlay of 5 keys, 40 reads": (5, at_most(3)),
    "overlay of 5 keys of five sections": (5, at_most(3)),
    "overlay of 5 new keys": (5, None),
    "one set": (8, None),
    "one set of what was set": (8, None),
    "diff of one change": (9, None),
    "diff of one change and its dicts": (9, None),
    "with_layers of a file with one change": (8, None),
    "diff of snapshots resolved apart": (9, None),
    "resolve 7 layers": (6, None),
    "overlay of 3 keys": (5, at_most(3)),
    "overlay of 3 keys, 40 reads": (5, at_most(3)),
    "overlay of 3 keys of three sections": (5, at_most(3)),
    "resolve 2 layers": (6, None),
}
CONTROLS = ("nothing", "an object and a bytearray")


def lines(settings: Settings) -> Iterator[Line]:
    found = {}
    for name in kernels():
        try:
            found[name] = allocations.counted(ROOT / ".cache", name)
        except CannotCountError as reason:
            yield Line(4, "allocations", "", {}, missing={name: str(reason)})
            return
    for operation in found["native"]["rust"]:
        if operation not in CONTROLS:
            counts = {name: counted["python and rust"][operation] for name, counted in found.items()}
            yield _line(operation, {name: Figure(count, count, count) for name, count in counts.items()})


def _line(operation: str, figures: dict[str, Figure]) -> Line:
    row, target = ROWS.get(operation, (4, at_most(0)))
    return Line(row, f"{operation}: allocations", "", figures, target=target)
