"""What is promised of a request, as lines with targets: each with its baseline and its floor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from benches import requests
from benches.hunt.load import FLOOR, NAIVE, OURS
from benches.result import Figure, Line, Target, at_least, at_most

TUNED = "tuned"
SHARE = at_least(80)

By = Mapping[tuple[str, str], Line]


def promises(lines: Sequence[Line]) -> list[Line]:
    """The promises that these lines have figures for, the missed ones first."""
    by = {(line.operation, line.unit): line for line in lines}
    found = [line for line in (*_whole(by), *_kernel(by), *_load(by), *_choices(by)) if OURS in line.figures]
    return sorted(found, key=_met)


def _met(line: Line) -> bool:
    assert line.target is not None
    return line.target.met_by(line.figures[OURS].value)


def _whole(by: By) -> Iterator[Line]:
    for reads in (8, 60, 150):
        yield from _ratio(by, f"{reads} tunables: instructions", "instructions", TUNED, at_most(1.0))
    for reads in (15, 60, 150):
        yield from _gained(by, f"{reads} tunables: instructions", "instructions")
    yield from _ratio(by, "60 tunables: allocations", "allocations", NAIVE, at_most(0.25))


def _kernel(by: By) -> Iterator[Line]:
    counts = {
        name: line.figures[OURS].value
        for (name, unit), line in by.items()
        if unit == "instructions" and name in requests.OPERATIONS
    }
    for line in requests.against(counts):
        figures = {OURS: line.figures["native"]}
        yield replace(line, operation=f"{line.operation}: instructions", figures=figures, judged=OURS)
    blocks = by.get((requests.operation_name("veltrix", 60), "allocations"))
    if blocks:
        yield replace(blocks, operation=f"{blocks.operation}: allocations", target=at_most(4), judged=OURS)


def _load(by: By) -> Iterator[Line]:
    for reads, most in ((60, 0.72), (150, 0.5)):
        yield from _targeted(by, f"{reads} tunables, steady: mean", "×", at_most(most))
        yield from _gained(by, f"{reads} tunables, steady: mean", "ms")
    yield from _targeted(by, "60 tunables, spike: mean", "×", at_most(0.1))
    yield from _targeted(by, "60 tunables, spike: drained after the last arrival", "ms", at_most(50))


def _choices(by: By) -> Iterator[Line]:
    first = by.get(("60 tunables, 96 choices: instructions", "instructions"))
    for choices in (1_280, 10_000):
        line = by.get((f"60 tunables, {choices:,} choices: instructions", "instructions"))
        if first and line and OURS in first.figures and OURS in line.figures:
            value = line.figures[OURS].value / first.figures[OURS].value
            figures = {OURS: Figure(value, value, value)}
            yield Line(29, line.operation, "×", figures, "at 96 choices", at_most(1.1), judged=OURS)


def _targeted(by: By, operation: str, unit: str, target: Target) -> Iterator[Line]:
    line = by.get((operation, unit))
    if line:
        yield replace(line, target=target, judged=OURS)


def _ratio(by: By, operation: str, unit: str, anchor: str, target: Target) -> Iterator[Line]:
    """Ours as a multiple of another resolver's."""
    line = by.get((operation, unit))
    if line and {OURS, anchor} <= line.figures.keys():
        value = line.figures[OURS].value / line.figures[anchor].value
        figures = {OURS: Figure(value, value, value)}
        yield Line(line.row, operation, "×", figures, anchor, target, judged=OURS)


def _gained(by: By, operation: str, unit: str) -> Iterator[Line]:
    """How much of what lies between the baseline and the floor is gained."""
    line = by.get((operation, unit))
    if line and {OURS, NAIVE, FLOOR} <= line.figures.keys():
        naive, floor, ours = (line.figures[name].value for name in (NAIVE, FLOOR, OURS))
        share = 100 * (naive - ours) / (naive - floor)
        figures = {OURS: Figure(share, share, share)}
        yield Line(
            line.row, f"{operation}, share of what is to be gained", "%", figures, NAIVE, SHARE, judged=OURS
        )
