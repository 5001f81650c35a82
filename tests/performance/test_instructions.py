"""The gate on instruction counts: what it lets pass and what it stops."""

from __future__ import annotations

import json
import platform

import pytest

from benches.instructions import BUDGET, TOLERANCE, TURNS, check, over_budget, report

BUDGETED = {"overlay": 1_000.0, "set": 5_000.0}


def test_counts_within_the_tolerance_pass():
    assert over_budget({"overlay": 1_000 * (1 + TOLERANCE), "set": 10.0}, BUDGETED) == []


def test_a_count_above_the_tolerance_is_named():
    assert over_budget({"overlay": 1_001 * (1 + TOLERANCE), "set": 10.0}, BUDGETED) == ["overlay"]


def test_an_operation_without_a_budget_is_over_it():
    assert over_budget({"diff": 1.0}, BUDGETED) == ["diff"]


def test_the_report_says_how_far_from_the_budget_a_count_is():
    assert report({"overlay": 1_100.0}, BUDGETED).split() == ["overlay", "1,100.0", "+10.0%", "of", "1,000.0"]
    assert report({"diff": 7.0}, BUDGETED).split() == ["diff", "7.0"]


def test_the_budget_has_every_operation():
    if not BUDGET.exists():
        pytest.skip("no budget yet")
    assert json.loads(BUDGET.read_text("utf-8"))["instructions"].keys() == TURNS.keys()


def budget_of(python):
    return {"python": python, "machine": platform.machine(), "instructions": BUDGETED}


def test_the_gate_fails_on_more_than_the_budget(capsys):
    here = platform.python_version()
    assert check({"overlay": 1_000.0}, budget_of(here)) == 0
    assert check({"overlay": 1_100.0}, budget_of(here)) == 1
    assert capsys.readouterr().err == "over budget: overlay\n"


def test_a_budget_of_another_interpreter_says_so_and_holds_nobody_back(capsys):
    assert check({"overlay": 1_100.0}, budget_of("3.99.0")) == 0
    assert "for another interpreter" in capsys.readouterr().out
