"""The budgets of imports: what is held against them, and that each program has one."""

from __future__ import annotations

import json

from benches.budget import TOLERANCE, over_budget
from benches.imports import BUDGET, EMPTY, PROGRAMS

BUDGETS = json.loads(BUDGET.read_text("utf-8"))


def test_each_version_that_was_counted_has_a_budget_for_every_program():
    assert "CPython 3.11, x86_64" in BUDGETS
    for version, budget in BUDGETS.items():
        assert budget["instructions"].keys() == PROGRAMS.keys() - {EMPTY}, version


def test_a_config_imports_about_what_the_package_does_alone():
    for version, budget in BUDGETS.items():
        counts = budget["instructions"]
        assert counts["from veltrix import Config"] <= 1.2 * counts["import veltrix"], version


def test_an_import_that_grew_is_over_its_budget():
    budget = BUDGETS["CPython 3.11, x86_64"]["instructions"]
    grown = {name: count * (1 + 2 * TOLERANCE) for name, count in budget.items()}
    assert over_budget(grown, budget) == [*budget]
    assert over_budget(budget, budget) == []
