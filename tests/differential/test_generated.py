"""A fixed number of generated cases; `make soak` runs as many as are wished for."""

from __future__ import annotations

import pytest

from tests.differential.compare import compare
from tests.differential.script import make_case
from tests.soak import case_seed, report
from veltrix import implementations

SEED = 1
PART = 1000
PARTS = 8

pytestmark = pytest.mark.skipif(len(implementations()) < 2, reason="only one implementation is built")


@pytest.mark.parametrize("part", range(PARTS))
def test_generated_cases_have_the_same_outcomes(part):
    both = implementations()
    for number in range(part * PART, (part + 1) * PART):
        _, divergence = compare(make_case(case_seed(SEED, number)), both["pure"], both["native"])
        if divergence is not None:
            pytest.fail(report(SEED, number), pytrace=False)


def test_a_case_is_the_same_each_time():
    first, again = (make_case(case_seed(SEED, 3)) for _ in range(2))
    assert repr(first) == repr(again)
