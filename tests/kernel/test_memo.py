"""The private memo: what the package's Python code keeps with one snapshot, for as long as that lives."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref

import pytest

from tests.kernel.stack import stack
from veltrix import Dimension


class Kept:
    """Something that is kept with a snapshot."""


@pytest.fixture
def snapshot(kernel):
    chosen = kernel.Layer("eu", {"price": 2})
    return stack(
        kernel, {"price": 1, "theme": {"colour": "red"}}, dimensions=[Dimension("region", {"eu": chosen})]
    )


def test_a_snapshot_has_one_memo_for_its_life(snapshot):
    assert snapshot._memo == {}
    snapshot._memo["bound"] = 1
    assert snapshot._memo == {"bound": 1}
    assert copy.copy(snapshot)._memo is snapshot._memo
    with pytest.raises(AttributeError):
        snapshot._memo = {}


@pytest.mark.parametrize(
    "derive",
    [
        lambda kernel, snapshot: snapshot.overlay({"price": 3}),
        lambda kernel, snapshot: snapshot.overlay({"fresh": {"list": [1]}}),
        lambda kernel, snapshot: snapshot.set("price", 3),
        lambda kernel, snapshot: snapshot.delete("price"),
        lambda kernel, snapshot: snapshot.scope(region="eu"),
        lambda kernel, snapshot: snapshot.with_layers(kernel.Layer("b", {"price": 3})),
        lambda kernel, snapshot: snapshot.with_layers(generation=7),
        lambda kernel, snapshot: pickle.loads(pickle.dumps(snapshot)),
    ],
    ids=["small overlay", "overlay", "set", "delete", "scope", "with_layers", "generation", "pickle"],
)
def test_what_is_derived_begins_with_an_empty_memo(kernel, snapshot, derive):
    snapshot._memo["bound"] = 1
    derived = derive(kernel, snapshot)
    assert derived._memo == {}
    derived._memo["own"] = 2
    assert snapshot._memo == {"bound": 1}


def test_the_memo_is_no_content(kernel, snapshot):
    other = snapshot.with_layers(generation=7)
    snapshot._memo["bound"] = 1
    assert snapshot == other
    assert not kernel.diff(snapshot, other)
    assert snapshot.digest == other.digest


def test_what_is_kept_goes_with_the_snapshot(kernel):
    snapshot = stack(kernel, {"price": 1})
    kept = snapshot._memo["kept"] = Kept()
    snapshot._memo["snapshot"] = snapshot
    alive = weakref.ref(kept)
    derived = snapshot.set("price", 2)
    del kept, snapshot
    gc.collect()
    assert alive() is None
    assert derived["price"] == 2
