"""What the tests of formats share."""

from __future__ import annotations

import pytest

from veltrix import implementations


@pytest.fixture(scope="module")
def both():
    """The reference and the native kernel; the test is skipped without the latter."""
    found = implementations()
    if "native" not in found:
        pytest.skip("veltrix._native is not built")
    return found["pure"], found["native"]
