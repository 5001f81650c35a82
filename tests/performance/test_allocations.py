"""What a read and an overlay may ask of an allocator; counted, so the same on every machine."""

from __future__ import annotations

import pytest

import veltrix
from benches.allocations import CannotCountError, counted

READS = (
    "s[path], equal keys",
    "s[path], identical keys",
    "path in s, hit",
    "path in s, miss",
    "s.get(path), hit",
    "s.get(path), miss",
    "key.value",
)
MOST_FOR_AN_OVERLAY = 3


@pytest.fixture(scope="module")
def counts(tmp_path_factory):
    if "native" not in veltrix.implementations():
        pytest.skip("the native implementation is not built")
    try:
        return counted(tmp_path_factory.mktemp("counter"))
    except CannotCountError as reason:
        pytest.skip(str(reason))


def test_the_counter_counts(counts):
    # A list is one block, a bytearray its object and its bytes.
    assert counts["python and rust"]["an object and a bytearray"] == 3
    assert counts["python and rust"]["nothing"] == 0
    assert counts["rust"]["one set"] > 0


@pytest.mark.parametrize("read", READS)
def test_a_hot_read_allocates_nothing(counts, read):
    assert counts["python and rust"][read] == 0


@pytest.mark.parametrize("operation", ["overlay of 5 keys", "overlay of 5 keys, 40 reads"])
def test_an_overlay_allocates_next_to_nothing(counts, operation):
    assert 0 < counts["python and rust"][operation] <= MOST_FOR_AN_OVERLAY
