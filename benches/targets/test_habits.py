"""Rows 17 to 23: reading as people do it: in steps, by tuples, by iterating, by catching what is missing."""

from __future__ import annotations

import pytest

from benches.data import resolving_to
from benches.harness import row
from benches.result import at_most
from benches.subjects import KEYS, in_steps, kernels, stacked
from veltrix.bench.ratio import Workload

LEAVES = 10_000
NESTED = "{m}[a{at}][b{at}][c{at}][d{at}]"
CAUGHT = "try:\n    {m}[k]\nexcept KeyError:\n    pass"
CASES = (
    (17, "", NESTED, NESTED, 1.5),
    (17, "overlay", NESTED, NESTED, 2.5),
    (18, "", "{m}[a{at}][r{at}]", NESTED, 1.2),
    (18, "", "{m}[a{at}].get(r{at})", "{m}[a{at}][b{at}][c{at}].get(d{at})", 1.2),
    (19, "", "{m}[t{at}]", NESTED, 2),
    (20, "", "b{at} in {m}[a{at}]", "", 2.5),
    (20, "", "not {m}[s{at}]", "not {m}[a{at}][b{at}]", 2.5),
    (20, "wide", "not {m}", "", 2.5),
    (20, "wide", "len({m})", "", 2.5),
    (21, "twenty", "for _ in {m}:\n    pass", "", 2),
    (21, "twenty", "for _ in {m}.keys():\n    pass", "", 2),
    (21, "twenty", "for _ in {m}.values():\n    pass", "", 2),
    (21, "twenty", "for _, _ in {m}.items():\n    pass", "", 2),
    (21, "wide", "next(iter({m}))", "", 2),
    (21, "twenty", "dict({m})", "", 4),
    (21, "twenty", "{{**{m}}}", "", 4),
    (21, "twenty", "call(**{m})", "", 4),
    (22, "twenty", CAUGHT, "", 4),
    (22, "wide", CAUGHT, "", 4),
    (23, "special", "{m}['thing']", "", 1.5),
    (23, "in a list", "{m}['x']", "", 3),
    (23, "in a list", "{m}.get('x')", "", 3),
    (23, "in a list", "for _, _ in {m}.items():\n    pass", "", 3),
)
"""Row, what is read, how, how a dict is read (nothing: alike), and the target.

`m` is what is read; letters with a number are names and paths of the generated data, `k` is missing.
"""


class Thing:
    """An opaque value."""


@pytest.fixture(scope="module")
def data():
    """What is read, by the implementation and for a dict, and the names that the code uses."""
    generated = resolving_to(LEAVES)
    more = {f"of_{width}": {f"name_{at}": at for at in range(width)} for width in (20, 1_000)}
    more["special"] = {"thing": Thing(), "list": [{"x": 1, "y": 2}]}
    read = {
        name: parts(kernel.resolve([*stacked(kernel, generated), kernel.Layer("more", more)]))
        for name, kernel in kernels().items()
    }
    names = {**in_steps(generated.flat), "k": "missing", "call": lambda **named: named}
    return read, parts({**generated.merged, **more}), names


@pytest.mark.parametrize(
    ("of", "body", "plain", "most"), [pytest.param(*case, marks=row(number)) for number, *case in CASES]
)
def test_habit(bench, data, of, body, plain, most):
    read, dicts, names = data
    plain = plain or body
    workloads = {name: workload(body, {"m": subjects[of], **names}) for name, subjects in read.items()}
    workloads[shown(plain, "d")] = workload(plain, {"m": dicts[of], **names})
    operation = f"{shown(body, 'v' if of else 's')}{of and f', {of}'}"
    bench.ratios(operation, workloads, target=at_most(most))


def parts(top):
    """What is read: the top level, some of its sections, and an overlay of it, which a dict stands in for."""
    return {
        "": top,
        "overlay": top if isinstance(top, dict) else top.overlay({"of_20": {"name_1": 0, "name_2": 0}}),
        "twenty": top["of_20"],
        "wide": top["of_1000"],
        "special": top["special"],
        "in a list": top["special"]["list"][0],
    }


def workload(body, names):
    return Workload("\n".join(body.format(m="m", at=at) for at in range(KEYS)), names, operations=KEYS)


def shown(body, name):
    """The code on one line, without numbers."""
    return " ".join(body.format(m=name, at="").split())
