"""What a snapshot says of the stack that it is made of."""

from __future__ import annotations

import gc
import pickle
import weakref

import pytest

from tests.kernel.stack import stack
from veltrix import DELETE, Dimension


class Opaque:
    """What the kernel does not look into."""


def content(layer):
    """All that a layer holds, as its pickle has it."""
    _, origin, data, origins, secret = layer.__reduce__()[1]
    return layer.name, origin, data, origins, secret


def test_layers_are_those_of_the_stack_the_lowest_first(kernel):
    given = [
        kernel.Layer("low", {"a": 1, "b": {"c": [1, 2]}}, secret=["b.c"]),
        kernel.Layer.parse("high", 'a = 2\n[b]\nd = "x"\n', "toml", file="high.toml"),
    ]
    snapshot = kernel.resolve(given)
    assert [type(layer) for layer in snapshot.layers] == [kernel.Layer] * 2
    assert [*map(content, snapshot.layers)] == [*map(content, given)]
    assert snapshot["b"].layers[1].name == snapshot["b"].layer_names[1] == "high"
    assert kernel.resolve([]).layers == ()


def test_what_was_derived_is_a_layer_too(kernel):
    table = {"eu": kernel.Layer("region eu", {"a": 3})}
    snapshot = kernel.resolve(
        [kernel.Layer("low", {"a": 1, "b": 2})], dimensions=[Dimension("region", table)]
    )
    derived = snapshot.set("a", 5).scope(region="eu").overlay({"b": DELETE}).override({"c.d": 4})
    assert derived.layer_names == ("low", "region eu", "overlay", "override")
    assert [layer.__reduce__()[1][2] for layer in derived.layers] == [
        {"a": 5, "b": 2},
        {"a": 3},
        {"b": DELETE},
        {"c": {"d": 4}},
    ]


def test_they_resolve_to_the_same_and_change_nothing(kernel):
    snapshot = stack(kernel, {"a": {"b": 1}}, {"a": {"c": 2}}).set("a.b", 7).overlay({"x": [1]})
    assert kernel.resolve(snapshot.layers).flatten() == snapshot.flatten()
    same = snapshot.with_layers(*snapshot.layers)
    assert (same, same.generation) == (snapshot, snapshot.generation)
    other = stack(kernel, {"a": {"b": 0}})
    assert other.with_layers(*snapshot.layers)["a.b"] == 7


def test_the_dimensions_are_those_declared(kernel):
    dimensions = [Dimension("region", {"eu": kernel.Layer("eu", {"a": 1})}), Dimension("empty", {})]
    snapshot = kernel.resolve([kernel.Layer("low", {"a": {}})], dimensions=dimensions)
    assert snapshot.dimensions == snapshot["a"].dimensions == snapshot.overlay({"a": {"b": 1}}).dimensions
    assert [*map(id, snapshot.dimensions)] == [*map(id, dimensions)]
    assert stack(kernel, {}).dimensions == ()
    assert snapshot.with_layers(dimensions=()).dimensions == ()


@pytest.mark.parametrize("name", ["layers", "layer_names", "dimensions"])
def test_they_are_read_only(kernel, name):
    snapshot = stack(kernel, {"a": {}})
    for reader in (snapshot, snapshot["a"]):
        with pytest.raises(AttributeError, match="is read-only"):
            setattr(reader, name, ())


def test_a_layer_keeps_no_object_of_another(kernel):
    one, other = Opaque(), Opaque()
    watched = weakref.ref(other)
    layer = kernel.resolve([kernel.Layer("one", {"a": one}), kernel.Layer("other", {"b": other})]).layers[0]
    del other
    gc.collect()
    assert watched() is None
    assert kernel.resolve([layer])["a"] is one


def test_layers_of_a_pickle_are_those_of_the_snapshot(kernel):
    snapshot = stack(kernel, {"a": 1}, {"b": {"c": 2}}).set("b.c", 3)
    again = pickle.loads(pickle.dumps(snapshot))
    assert [*map(content, again.layers)] == [*map(content, snapshot.layers)]
