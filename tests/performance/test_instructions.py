"""The gate on instruction counts: what it lets pass and what it stops."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from benches.budget import KEY, TOLERANCE, check, over_budget, report
from benches.counting import compiled_marks, without_chance
from benches.instructions import BUDGET, TURNS

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


BUDGETS = json.loads(BUDGET.read_text("utf-8"))
# What a read may take on later versions: a twentieth more than on 3.11 when that was set, `get` an eighth
# more. A call of a method costs more there, whoever is called: "a mapping proxy's .get(path)" shows it.
LATER = {
    "s[path], equal keys": 263.4,
    "path in s, hit": 259.2,
    "path in s, miss": 211.7,
    "s.get(path), hit": 412.0,
}


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14", "3.15"])
def test_each_version_has_a_budget_for_every_operation(version):
    budget = BUDGETS[f"CPython {version}, x86_64"]
    assert budget["python"].startswith(f"{version}.")
    assert budget["instructions"].keys() == TURNS.keys()


@pytest.mark.parametrize("version", ["3.14", "3.15"])
@pytest.mark.parametrize("read", LATER)
def test_a_read_is_budgeted_on_later_versions_at_about_what_it_is_on_the_oldest(version, read):
    assert BUDGETS[f"CPython {version}, x86_64"]["instructions"][read] <= LATER[read]


def test_the_gate_fails_on_more_than_the_budget(capsys):
    budgets = {KEY: {"instructions": BUDGETED}}
    assert check({"overlay": 1_000.0}, budgets) == 0
    assert check({"overlay": 1_100.0}, budgets) == 1
    assert capsys.readouterr().err == "over budget: overlay\n"


def test_the_gate_fails_where_there_is_no_budget(capsys):
    assert check({"overlay": 1.0}, {"CPython 3.99, x86_64": {"instructions": BUDGETED}}) == 1
    assert f"no budget for {KEY}" in capsys.readouterr().err


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="counts are CPython's")
def test_a_process_that_is_counted_has_the_same_seeds_each_time(tmp_path):
    """Those of the native kernel's hashes come from where `os.urandom` has its bytes."""
    code = "import os; print(os.urandom(8).hex(), os.urandom(8).hex(), hash('text'))"
    environment = {**os.environ, **without_chance(compiled_marks(tmp_path))}
    command = [sys.executable, "-c", code]
    printed = [subprocess.check_output(command, env=environment, text=True) for _ in range(2)]
    assert printed[0] == printed[1]
    first, second, _ = printed[0].split()
    assert first != second
    assert printed[0] != subprocess.check_output(command, text=True)
