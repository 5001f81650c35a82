"""The list of mutations fits the code: each text is there once, each test too, and few breaks go unseen."""

from __future__ import annotations

import pytest

from tests.mutants.listed import ROOT, mutations

MUTATIONS = mutations()
LEAST = 100
MOST_SURVIVORS = 2


@pytest.mark.parametrize("one", MUTATIONS, ids=lambda one: one.name)
def test_a_mutation_can_be_made(one):
    text = one.path().read_text(encoding="utf-8")
    assert one.applied(text) != text
    assert one.broken
    assert one.tests
    assert [test for test in one.tests if not (ROOT / test.partition("::")[0]).exists()] == []


def test_every_mutation_has_a_name_of_its_own():
    assert len({one.name for one in MUTATIONS}) == len(MUTATIONS) >= LEAST


def test_few_breaks_go_unseen():
    assert len([one for one in MUTATIONS if one.survives]) <= MOST_SURVIVORS
