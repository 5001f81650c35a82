"""What an operation may ask of an allocator; counted, so the same on every machine."""

from __future__ import annotations

import pytest

from benches.allocations import counted
from benches.counting import CannotCountError
from veltrix import implementations

READS = (
    "s[path], equal keys",
    "s[path], identical keys",
    "path in s, hit",
    "path in s, miss",
    "s.get(path), hit",
    "s.get(path), miss",
    "s[a][b][c][d]",
    "s[a, b, c, d]",
    "key.value",
)
OVERLAYS = ("overlay of 3 keys", "overlay of 3 keys, 40 reads", "overlay of 3 keys of three sections")
MOST_FOR_AN_OVERLAY = 3
# Each a fifth above what it was when it was written down, in the build with assertions: there the last
# changes are worked in after every third, and the blocks that this takes depend on the process's hashes.
# Resolving takes a few blocks a structure and none for any of the 10,000 leaves; a change or a difference
# takes some for the paths that it is about, whatever the size of the file or of the snapshots.
MOST = {
    "one set": 32,
    "one set of what was set": 32,
    "overlay of 5 new keys": 92,
    "diff of one change": 102,
    "diff of one change and its dicts": 110,
    "with_layers of a file with one change": 20,
    "diff of snapshots resolved apart": 4,
    "resolve 2 layers": 35,
}
# Capacities are small in a build with assertions, so that tests meet what comes behind them: it keeps no more
# than three values of an overlay in a snapshot, and judges no more than two layers without a list of them.
if not hasattr(implementations().get("native"), "_provoke_defect"):
    OVERLAYS += ("overlay of 5 keys", "overlay of 5 keys, 40 reads", "overlay of 5 keys of five sections")
    MOST["resolve 7 layers"] = 35


@pytest.fixture(scope="module")
def counts(both):
    try:
        return counted()
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


@pytest.mark.parametrize("operation", OVERLAYS)
def test_an_overlay_allocates_next_to_nothing(counts, operation):
    assert 0 < counts["python and rust"][operation] <= MOST_FOR_AN_OVERLAY


@pytest.mark.parametrize("allocators", ["python and rust", "rust"])
@pytest.mark.parametrize("operation", MOST)
def test_what_is_made_anew_is_made_of_few_blocks(counts, allocators, operation):
    assert 0 < counts[allocators][operation] <= MOST[operation]


def test_everything_counted_has_its_bound(counts):
    of_the_counter = {"nothing", "an object and a bytearray"}
    too_large = {"overlay of 5 keys", "overlay of 5 keys, 40 reads", "overlay of 5 keys of five sections"}
    bounded = {*OVERLAYS} | {*READS} | {*MOST}
    assert counts["rust"].keys() - bounded <= of_the_counter | too_large | {"resolve 7 layers"}
    assert bounded <= counts["rust"].keys()
