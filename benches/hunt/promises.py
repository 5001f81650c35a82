"""What is promised of a request, as lines with targets: each with its baseline and its floor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from benches import requests
from benches.hunt.load import FLOOR, NAIVE, OTHERS, OURS
from benches.result import Figure, Line, Target, at_least, at_most

TUNED = "tuned"
SHARE = at_least(80)
OTHERS_AT_MOST = 10.0
"""Percent of the machine that others may take while times are judged."""

OF_SHELLS = (15, 60, 150)
ALLOCATIONS_OF_SHELLS = {"fastapi": 0.4, "bare": 0.2}
"""Shells beside the one that the rest is measured in: how much of the baseline's allocations may be left."""

By = Mapping[tuple[str, str], Line]


def of_shell(shell: str, reads: int) -> str:
    """What a request in another shell is called."""
    return f"{reads} tunables in `{shell}`"


def promises(lines: Sequence[Line]) -> list[Line]:
    """The promises that these lines have figures for, the missed ones first.

    Those about times are among them only where others left the machine alone.
    """
    by = by_name(lines)
    found = [*_whole(by), *_kernel(by), *_choices(by), *(_load(by) if quiet(lines) else ())]
    return sorted((line for line in found if OURS in line.figures), key=_met)


def not_judged(lines: Sequence[Line]) -> list[Line]:
    """The promises about times, where others used the machine so much that the times say little."""
    return [] if quiet(lines) else [line for line in _load(by_name(lines)) if OURS in line.figures]


def quiet(lines: Sequence[Line]) -> bool:
    """Whether others left the machine alone while it was under load."""
    shares = [one for line in lines if line.operation.endswith(OTHERS) for one in line.figures.values()]
    return all(share.high <= OTHERS_AT_MOST for share in shares)


def by_name(lines: Sequence[Line]) -> By:
    """Lines by their operation and unit."""
    return {(line.operation, line.unit): line for line in lines}


def _met(line: Line) -> bool:
    assert line.target is not None
    return line.target.met_by(line.figures[OURS].value)


def _whole(by: By) -> Iterator[Line]:
    for reads in (8, 60, 150):
        yield from _ratio(by, f"{reads} tunables: instructions", "instructions", TUNED, at_most(1.0))
    for reads in (15, 60, 150):
        yield from _gained(by, f"{reads} tunables: instructions", "instructions")
    yield from _ratio(by, "60 tunables: allocations", "allocations", NAIVE, at_most(0.25))
    for shell, most in ALLOCATIONS_OF_SHELLS.items():
        for reads in OF_SHELLS:
            yield from _gained(by, f"{of_shell(shell, reads)}: instructions", "instructions")
        yield from _ratio(by, f"{of_shell(shell, 60)}: allocations", "allocations", NAIVE, at_most(most))


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
            figures = {OURS: Figure.exactly(value)}
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
        figures = {OURS: Figure.exactly(value)}
        yield Line(line.row, operation, "×", figures, anchor, target, judged=OURS)


def _gained(by: By, operation: str, unit: str) -> Iterator[Line]:
    """How much of what lies between the baseline and the floor is gained."""
    line = by.get((operation, unit))
    if line and {OURS, NAIVE, FLOOR} <= line.figures.keys():
        naive, floor, ours = (line.figures[name].value for name in (NAIVE, FLOOR, OURS))
        if naive <= floor:
            return  # times that were disturbed: there is nothing between them to be gained
        share = 100 * (naive - ours) / (naive - floor)
        figures = {OURS: Figure.exactly(share)}
        yield Line(
            line.row, f"{operation}, share of what is to be gained", "%", figures, NAIVE, SHARE, judged=OURS
        )
