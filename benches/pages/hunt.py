"""docs/treasure-hunt.md: the promises about requests, the missed ones first, and what they are made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from benches import charts as drawing
from benches.charts import Bar, Curve, Panel
from benches.hunt.game import READS
from benches.hunt.load import FLOOR, NAIVE, OTHERS, OURS, SPIKE, STEADY
from benches.hunt.promises import (
    ALLOCATIONS_OF_SHELLS,
    OF_SHELLS,
    OTHERS_AT_MOST,
    TUNED,
    by_name,
    not_judged,
    of_shell,
    promises,
)
from benches.numbers import NO_FIGURE
from benches.report import markdown, shown, shown_target, verdict
from benches.requests import CHOICES, OF_THE_CURVE, WAYS, operation_name
from benches.requests import READS as KERNEL_READS
from benches.result import Line

STYLES = {OURS: "native", "memo": "proxy", NAIVE: "dict"}

RATES = {"steady": STEADY, "spike": SPIKE}
BARS = (
    (
        "hunt-instructions",
        "Instructions of a request that reads 60 tunables",
        ("60 tunables: instructions", "instructions"),
    ),
    (
        "hunt-spike",
        f"Mean response time at {SPIKE:g} times the capacity of walk, 60 tunables",
        ("60 tunables, spike: mean", "ms"),
    ),
)
# Of the tables under load: the heading, and the operation and the unit of a line.
COLUMNS = (
    ("mean", "mean", "×"),
    ("mean, ms", "mean", "ms"),
    ("p99", "99th percentile", "×"),
    ("backlog, ms", "drained after the last arrival", "ms"),
    ("processor a request", "processor time a request", "×"),
    ("server busy, %", "server's processor busy", "%"),
    ("others, %", OTHERS, "%"),
)

By = Mapping[tuple[str, str], Line]


def text(lines: Sequence[Line]) -> str:
    """The promises, and the tables that they are made from."""
    by = by_name(lines)
    return "\n\n".join([_busy(lines), *_promised(lines), *_in_process(by), *_loaded(by)])


def _busy(lines: Sequence[Line]) -> str:
    busy = [one.high for line in lines if line.operation.endswith(OTHERS) for one in line.figures.values()]
    return (
        "Counts are the same on a busy machine. Times are **provisional where others use the machine**, who "
        f"took up to {max(busy, default=0):.0f} % of it."
    )


def _promised(lines: Sequence[Line]) -> Iterator[str]:
    made, others = promises(lines), not_judged(lines)
    missed = [line for line in made if verdict(line) != "met"]
    yield f"### Promises: {len(made) - len(missed)} of {len(made)} kept, the missed ones first"
    rows = [
        [
            line.operation,
            line.anchor,
            shown_target(line),
            _bold(shown(line, OURS), line in missed),
            "not judged" if line in others else verdict(line),
        ]
        for line in (*made, *others)
    ]
    yield markdown(["what", "against", "promise", OURS, ""], rows, names=2)
    if others:
        yield (
            f"*Not judged*: others took more than {OTHERS_AT_MOST:g} % of the machine during the measurement."
        )
    yield "\n".join(f"- {text}" for text in _sentences(by_name(lines)))


def _sentences(by: By) -> Iterator[str]:
    """Each figure with its baseline, its floor and its read count."""
    for unit, noun in (("instructions", "instructions"), ("allocations", "blocks of memory")):
        for reads in READS:
            line = by.get((f"{reads} tunables: {unit}", unit))
            if _complete(line):
                ours, naive, floor = (f"{_value(line, name):,.0f}" for name in (OURS, NAIVE, FLOOR))
                yield (
                    f"A request that reads {reads} tunables takes {ours} {noun} with `{OURS}`, {naive} where "
                    f"it walks the layers for each read (the baseline), and {floor} without any "
                    "configuration (the floor)."
                )
    for reads in (60, 150):
        for kind, share in RATES.items():
            line = by.get((f"{reads} tunables, {kind}: mean", "ms"))
            busy = by.get((f"{reads} tunables, {kind}: server's processor busy", "%"))
            if _complete(line) and _complete(busy):
                ours, naive, floor = (
                    f"{_value(line, name):.2f} ms ({_value(busy, name):.0f} % of a processor busy)"
                    for name in (OURS, NAIVE, FLOOR)
                )
                yield (
                    f"At {share:g} times the capacity of the baseline, a request that reads {reads} tunables "
                    f"is answered, on average after it was due, in {ours} with `{OURS}`, in {naive} with the "
                    f"baseline, and in {floor} at the floor."
                )
    capacity = by.get(("60 tunables: capacity", "×"))
    if _complete(capacity):
        yield (
            f"At 60 tunables `{OURS}` saturates at {_value(capacity, OURS):.2f} times the rate at which the "
            f"baseline does, and the floor at {_value(capacity, FLOOR):.2f} times."
        )
    memory = by.get(("memory a choice", "bytes"))
    if memory is not None and {OURS, TUNED} <= memory.figures.keys():
        yield (
            f"A choice that is kept takes {_value(memory, OURS):,.0f} bytes with `{OURS}`, and "
            f"{_value(memory, TUNED):,.0f} as a flat dict of its own."
        )


def _complete(line: Line | None) -> TypeGuard[Line]:
    """Whether a line has our figure, the baseline's and the floor's."""
    return line is not None and {OURS, NAIVE, FLOOR} <= line.figures.keys()


def _in_process(by: By) -> Iterator[str]:
    yield "### A whole request, counted in process"
    yield "![Instructions of a request that reads 60 tunables](charts/hunt-instructions.svg)"
    for unit in ("instructions", "allocations"):
        found = [(str(reads), by.get((f"{reads} tunables: {unit}", unit))) for reads in READS]
        yield from _counts(f"{unit}, tunables", found)
    yield "### The same request in other shells"
    for unit in ("instructions", "allocations"):
        columns = {
            f"{shell}, {reads}": by.get((f"{of_shell(shell, reads)}: {unit}", unit))
            for shell in ALLOCATIONS_OF_SHELLS
            for reads in OF_SHELLS
        }
        yield from _counts(f"{unit}, tunables", [*columns.items()])
    yield "### The settings alone"
    for unit in ("instructions", "allocations"):
        rows = [
            [way, *(_number(by.get((operation_name(way, reads), unit)), OURS) for reads in KERNEL_READS)]
            for way in WAYS
        ]
        yield markdown([f"{unit}, reads", *map(str, KERNEL_READS)], rows)
    yield "### How many choices there are"
    yield "![Instructions over the number of choices](charts/hunt-choices.svg)"
    yield from _counts(
        "instructions, choices", [(f"{choices:,}", _of_choices(by, choices)) for choices in CHOICES]
    )


def _of_choices(by: By, choices: int) -> Line | None:
    return by.get((f"{OF_THE_CURVE} tunables, {choices:,} choices: instructions", "instructions"))


def _counts(name: str, columns: Sequence[tuple[str, Line | None]]) -> Iterator[str]:
    """A table with a row for each resolver."""
    resolvers = dict.fromkeys(one for _, line in columns if line for one in line.figures)
    rows = [[f"`{resolver}`", *(_number(line, resolver) for _, line in columns)] for resolver in resolvers]
    yield markdown([name, *(head for head, _ in columns)], rows)


def _loaded(by: By) -> Iterator[str]:
    yield "### Under load"
    yield "![Mean response time at the spike](charts/hunt-spike.svg)"
    for reads in (60, 150):
        capacity = by.get((f"{reads} tunables: capacity", "×"))
        if capacity is None:
            continue
        yield f"**{reads} tunables.** Capacity, mean and p99 are multiples of those of `{NAIVE}`."
        for kind in RATES:
            columns = [("capacity", capacity)]
            for head, operation, unit in COLUMNS:
                line = by.get((f"{reads} tunables, {kind}: {operation}", unit))
                columns += [(head, line)] if line else []
            rows = [[f"`{name}`", *(_ranged(line, name) for _, line in columns)] for name in capacity.figures]
            yield markdown([kind, *(head for head, _ in columns)], rows)


def charts(lines: Sequence[Line]) -> dict[str, Any]:
    """The charts as figures by their names."""
    by = by_name(lines)
    found = {}
    for name, title, key in BARS:
        line = by.get(key)
        if _complete(line):
            floor = _value(line, FLOOR)
            bars = [Bar(one, figure.value / floor) for one, figure in line.figures.items() if one != FLOOR]
            about = f"times the {line.unit} without configuration; each line is ten times the one before"
            found[name] = drawing.bars(title, about, sorted(bars, key=lambda bar: bar.ratio))
    points = [(choices, _of_choices(by, choices)) for choices in CHOICES]
    curves = [
        Curve(resolver, style, [(at, _value(line, resolver)) for at, line in points if line])
        for resolver, style in STYLES.items()
        if all(line and resolver in line.figures for _, line in points)
    ]
    if curves:
        panel = Panel("A request that reads 60 tunables", ["instructions"], curves, unit="")
        found["hunt-choices"] = drawing.panels("How many choices there are", "choices", [panel])
    return found


def _value(line: Line, resolver: str) -> float:
    return line.figures[resolver].value


def _number(line: Line | None, resolver: str) -> str:
    return NO_FIGURE if line is None or resolver not in line.figures else f"{_value(line, resolver):,.0f}"


def _ranged(line: Line, resolver: str) -> str:
    figure = line.figures.get(resolver)
    if figure is None:
        return NO_FIGURE
    return f"{figure.value:.3g} ({figure.low:.3g}–{figure.high:.3g})"


def _bold(text: str, bold: bool) -> str:
    return f"**{text}**" if bold else text
