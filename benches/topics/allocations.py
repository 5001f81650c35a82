"""Row 4, and row 5's allocations: counted, not timed."""

from __future__ import annotations

from collections.abc import Iterator

from benches.allocations import ROOT, CannotCount, counted
from benches.lines import Figure, Line, at_most
from benches.settings import Settings
from benches.subjects import kernels

CONTROLS = ("nothing", "an object and a bytearray")


def lines(settings: Settings) -> Iterator[Line]:
    found = {}
    for name in kernels():
        try:
            found[name] = counted(ROOT / ".cache", name)
        except CannotCount as reason:
            yield Line(4, "allocations", "", {}, missing={name: str(reason)})
            return
    for operation in found["native"]["rust"]:
        if operation in CONTROLS:
            continue
        for allocators in ("python and rust", "rust"):
            figures = {}
            for name, counts in found.items():
                count = counts[allocators][operation]
                figures[name] = Figure(count, count, count)
            yield _line(operation, allocators, figures)


def _line(operation: str, allocators: str, figures: dict[str, Figure]) -> Line:
    text = f"allocations: {operation}" + (", Rust's" if allocators == "rust" else "")
    if operation == "one set":
        return Line(8, text, "", figures)
    if operation.startswith("overlay"):
        return Line(5, text, "", figures, target=at_most(3) if allocators != "rust" else None)
    return Line(4, text, "", figures, target=at_most(0))
