"""The estimate that bounds a history: what the layers of a snapshot take that another one has not."""

from __future__ import annotations

from tests.kernel.stack import layers, stack
from veltrix import Dimension
from veltrix._limits import SCOPE_BYTES, SCOPED_VALUE_BYTES


def estimate(*values):
    """Layers of so many values."""
    return sum(SCOPE_BYTES + SCOPED_VALUE_BYTES * count for count in values)


def test_a_snapshot_takes_nothing_beside_itself(kernel):
    snapshot = stack(kernel, {"a": 1}, {"b": [1, 2], "c": {"d": 3}})
    assert snapshot._bytes_beside(snapshot) == 0
    assert snapshot._bytes_beside(kernel.resolve([])) == estimate(1, 2)
    assert kernel.resolve([])._bytes_beside(snapshot) == 0


def test_layers_that_stay_are_shared(kernel):
    low, high = layers(kernel, dict.fromkeys(map(str, range(50)), 0), {"x": 1})
    old = kernel.resolve([low, high])
    new = old.with_layers(kernel.Layer("b", {"x": 2, "y": {"z": [1]}}))
    assert new._bytes_beside(old) == estimate(2)
    assert old._bytes_beside(new) == estimate(1)
    assert old.with_layers(generation=9)._bytes_beside(old) == 0


def test_a_layer_that_is_changed_counts_whole(kernel):
    old = stack(kernel, {"a": 1, "b": 2})
    assert old.set("a", 3)._bytes_beside(old) == estimate(2)
    assert old.set("c", 3)._bytes_beside(old) == estimate(3)
    assert old.delete("a")._bytes_beside(old) == estimate(1)


def test_an_overlay_is_a_layer_and_a_table_of_scopes_none(kernel):
    tables = [Dimension("region", {"eu": kernel.Layer("eu", {"a": 2})})]
    old = stack(kernel, {"a": 1}, dimensions=tables)
    assert old.overlay({"a": 3, "b": 4})._bytes_beside(old) == estimate(2)
    assert old.scope(region="eu")._bytes_beside(old) == estimate(1)
