"""Rows 18 to 23: reading as people do it: in steps, by tuples, by iterating, by catching what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from benches.data import Tree, resolving_to
from benches.result import Line, at_most, line_of_ratios
from benches.settings import Settings
from benches.subjects import KEYS, in_steps, kernels, stacked
from veltrix.bench.ratio import Workload, measure

LEAVES = 10_000
NESTED = "{m}[a{at}][b{at}][c{at}][d{at}]"
SECTION = "{m}[a{at}][b{at}]"
CAUGHT = "try:\n    {m}[k]\nexcept KeyError:\n    pass"


class Thing:
    """An opaque value."""


class Case(NamedTuple):
    """A row, what is read, how, how a dict is read, and the target."""

    row: int
    of: str
    body: str
    anchor: str
    most: float


def _alike(row: int, of: str, body: str, most: float) -> Case:
    return Case(row, of, body, body, most)


CASES = (
    _alike(18, "", NESTED, 1.5),
    _alike(18, "overlay", NESTED, 2.5),
    Case(18, "", "{m}[a{at}][r{at}]", NESTED, 1.2),
    Case(18, "", "{m}[a{at}].get(r{at})", "{m}[a{at}][b{at}][c{at}].get(d{at})", 1.2),
    Case(19, "", "{m}[t{at}]", NESTED, 2),
    _alike(20, "", "b{at} in {m}[a{at}]", 2.5),
    Case(20, "", "not {m}[s{at}]", f"not {SECTION}", 2.5),
    _alike(20, "wide", "not {m}", 2.5),
    _alike(20, "wide", "len({m})", 2.5),
    _alike(21, "twenty", "for _ in {m}:\n    pass", 2),
    _alike(21, "twenty", "for _ in {m}.keys():\n    pass", 2),
    _alike(21, "twenty", "for _ in {m}.values():\n    pass", 2),
    _alike(21, "twenty", "for _, _ in {m}.items():\n    pass", 2),
    _alike(21, "wide", "next(iter({m}))", 2),
    _alike(21, "twenty", "dict({m})", 4),
    _alike(21, "twenty", "{{**{m}}}", 4),
    _alike(21, "twenty", "call(**{m})", 4),
    _alike(22, "twenty", CAUGHT, 4),
    _alike(22, "wide", CAUGHT, 4),
    _alike(23, "special", "{m}['thing']", 1.5),
    _alike(23, "in a list", "{m}['x']", 3),
    _alike(23, "in a list", "{m}.get('x')", 3),
    _alike(23, "in a list", "for _, _ in {m}.items():\n    pass", 3),
)
"""`m` is what is read; letters with a number are names and paths of the generated data, `k` is missing."""


def lines(settings: Settings) -> Iterator[Line]:
    generated = resolving_to(LEAVES)
    more: Tree = {f"of_{width}": {f"name_{at}": at for at in range(width)} for width in (20, 1_000)}
    more["special"] = {"thing": Thing(), "list": [{"x": 1, "y": 2}]}
    read = {name: _subjects(_snapshot(kernel, generated, more)) for name, kernel in kernels().items()}
    plain = _subjects({**generated.merged, **more})
    names = {**in_steps(generated.flat), "k": "missing", "call": lambda **named: named}
    for case in CASES:
        anchor = _shown(case.anchor, "d")
        workloads = {name: _workload(case.body, subjects[case.of], names) for name, subjects in read.items()}
        workloads[anchor] = _workload(case.anchor, plain[case.of], names)
        timings = measure(workloads, seconds=settings.seconds)
        operation = f"{_shown(case.body, 'v' if case.of else 's')}{case.of and f', {case.of}'}"
        yield line_of_ratios(case.row, operation, timings, anchor=anchor, target=at_most(case.most))


def _snapshot(kernel: Any, generated: Any, more: Tree) -> Any:
    return kernel.resolve([*stacked(kernel, generated), kernel.Layer("more", more)])


def _subjects(top: Any) -> dict[str, Any]:
    """What is read: the top level, some of its sections, and an overlay of it, which a dict stands in for."""
    return {
        "": top,
        "overlay": top if isinstance(top, dict) else top.overlay({"of_20": {"name_1": 0, "name_2": 0}}),
        "twenty": top["of_20"],
        "wide": top["of_1000"],
        "special": top["special"],
        "in a list": top["special"]["list"][0],
    }


def _workload(body: str, subject: Any, names: dict[str, Any]) -> Workload:
    code = "\n".join(body.format(m="m", at=at) for at in range(KEYS))
    return Workload(code, {"m": subject, **names}, operations=KEYS)


def _shown(body: str, name: str) -> str:
    """The code on one line, without numbers."""
    return " ".join(body.format(m=name, at="").split())
