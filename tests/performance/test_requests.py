"""The gate on whole requests: what is counted is what is said, and every way answers alike."""

from __future__ import annotations

import json
import sys

import pytest

from benches import requests
from benches.budget import KEY, gate
from benches.counting import CannotCountError
from benches.report import verdict
from benches.requests import BUDGET, CHOICES, OPERATIONS, OVERRIDES, READS, WAYS, Requests, operation_name
from tests.examples.hunt import stack
from veltrix import implementations
from veltrix.bench.ratio import compiled

TABLES = tuple(f"{name} " for name in stack.DIMENSIONS)


@pytest.fixture(scope="module", params=["pure", "native"])
def made(request):
    if request.param not in implementations():
        pytest.skip("not built")
    return Requests(request.param)


@pytest.mark.parametrize("reads", READS)
def test_a_request_reads_what_it_says(made, reads):
    keys = made.keys(reads)
    assert len(set(keys)) == len(keys) == reads
    assert OVERRIDES.keys() <= set(keys)
    chosen = made.snapshot.scope(**dict(zip(stack.DIMENSIONS, made.choice, strict=True)))
    origins = [chosen.explain(key).origin for key in keys if key not in OVERRIDES]
    assert sum(origin.layer.startswith(TABLES) for origin in origins) == round(0.3 * reads)


def test_one_override_is_new_and_the_others_are_not(made):
    assert [path in made.snapshot for path in OVERRIDES] == [True, True, False]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_runs(made, way):
    compiled(*made.operation(operation_name(way, 8)))(3)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_answers_alike(made, way):
    """The code that is counted, with its reads kept."""
    operation = made.operation(operation_name(way, 60))
    expected = made.operation(operation_name("tuned", 60))
    assert answers(operation) == answers(expected)


def answers(operation):
    """What the reads of a request give, by the reads' order."""
    names = dict(operation.names)
    kept = []
    for line in operation.body.splitlines():
        if line.startswith("o[") and " = " not in line:
            kept.append(eval(line, names))
        elif not line.startswith("del "):
            exec(line, names)
    assert len(kept) == 60
    return kept


def test_a_request_of_many_choices_takes_another_one_each_time(made):
    operation = made.operation(requests.curve_name(96))
    each_once = {operation.names["next_choice"]() for _ in range(96)}
    drawn = {operation.names["next_choice"]() for _ in range(200)}
    assert len(each_once) == 96
    assert len(drawn) > 60
    assert drawn <= each_once


def test_the_choices_of_the_curve_exist():
    every = 1
    for table in stack.DIMENSIONS.values():
        every *= len(table)
    assert max(CHOICES) <= every


def test_the_budget_is_for_every_request():
    budgets = json.loads(BUDGET.read_text("utf-8"))
    assert "CPython 3.11, x86_64" in budgets
    for budget in budgets.values():
        assert budget["instructions"].keys() == set(OPERATIONS)


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="counts are CPython's")
def test_blocks_of_memory_are_counted():
    name = operation_name("tuned", 8)
    try:
        found = requests.counted_allocations("pure", [name])
    except CannotCountError as reason:
        pytest.skip(str(reason))
    assert found == {name: pytest.approx(2, abs=0.5)}  # the dict of overrides, and the key of the choice


def test_requests_are_held_against_hand_tuned_dicts():
    names = {way: operation_name(way, 60) for way in WAYS}
    found = {names["veltrix"]: 90.0, names["tuned"]: 100.0, names["veltrix, chained"]: 150.0}
    found |= {
        names["path copy, chained"]: 100.0,
        requests.curve_name(96): 10.0,
        requests.curve_name(1_280): 12.0,
    }
    lines = {
        line.operation: (line.figures["native"].value, verdict(line)) for line in requests.against(found)
    }
    assert lines == {
        names["veltrix"]: (0.9, "met"),
        names["veltrix, chained"]: (1.5, "missed 1.25×"),
        requests.curve_name(1_280): (1.2, "missed 1.09×"),
    }


def test_what_is_over_the_budget_fails(monkeypatch, capsys, tmp_path):
    name = operation_name("tuned", 8)
    budget = tmp_path / "requests.json"
    budget.write_text(json.dumps({KEY: {"instructions": {name: 100.0}}}))
    monkeypatch.setattr("sys.argv", ["benches.requests", "--check", "--only", name])
    asked = []
    assert gate(budget, lambda *given: asked.append(given) or {name: 103.0}, OPERATIONS) == 1
    assert gate(budget, lambda *_: {name: 101.0}, OPERATIONS, requests.verdicts) == 0
    assert asked == [("native", [name])]
    assert f"over budget: {name}" in capsys.readouterr().err
