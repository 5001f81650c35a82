"""What the groups share: both implementations over one generated stack."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from benches.data import Generated, resolving_to
from benches.subjects import kernels, snapshot_of

LEAVES = 10_000


@dataclass(frozen=True)
class Subject:
    """One implementation, its snapshot of the stack, and the data that it was made from."""

    kernel: Any
    snapshot: Any
    generated: Generated

    @property
    def flat(self) -> dict[str, Any]:
        return self.generated.flat


@cache
def _subject(implementation: str) -> Subject:
    generated = resolving_to(LEAVES)
    kernel = kernels()[implementation]
    snapshot = snapshot_of(kernel, generated)
    assert snapshot.flatten() == generated.flat
    return Subject(kernel, snapshot, generated)


@pytest.fixture(params=["native", "pure"])
def subject(request: pytest.FixtureRequest) -> Subject:
    """Each implementation; the benchmarks of one test make one group."""
    if request.param not in kernels():
        pytest.skip(f"the {request.param} implementation is not built")
    return _subject(request.param)
