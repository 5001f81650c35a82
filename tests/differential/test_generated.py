"""A fixed number of generated cases; `make soak` runs as many as are wished for."""

from __future__ import annotations

import pytest

from tests.differential.compare import compare
from tests.differential.script import make_case
from tests.soak import case_seed, report

SEED = 1
PART = 350
PARTS = 8

pytestmark = pytest.mark.usefixtures("both")


@pytest.mark.parametrize("part", range(PARTS))
def test_generated_cases_have_the_same_outcomes(both, part):
    for number in range(part * PART, (part + 1) * PART):
        _, divergence = compare(make_case(case_seed(SEED, number)), *both)
        if divergence is not None:
            pytest.fail(report(SEED, number), pytrace=False)


def test_a_case_is_the_same_each_time():
    first, again = (make_case(case_seed(SEED, 3)) for _ in range(2))
    assert repr(first) == repr(again)
