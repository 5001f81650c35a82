"""Which scopes a snapshot keeps, and what it says of them."""

from __future__ import annotations

import pickle
import sys
import threading
import weakref

import pytest

from tests.kernel.stack import stack
from veltrix import DELETE, Dimension, _pickle, append, replace
from veltrix.errors import ConflictError

waits_for_the_collector = pytest.mark.skipif(
    not hasattr(sys, "getrefcount"), reason="everything waits for the collector here"
)


def tenants(kernel, count, **bounds):
    """A snapshot with one dimension of so many choices; the layer of n1 has one definition more than n0's."""
    table = {
        f"n{at}": kernel.Layer(f"n{at}", {f"x{name}": at for name in range(at + 1)}) for at in range(count)
    }
    return kernel.resolve([kernel.Layer("a", {"x0": ""})], dimensions=[Dimension("d", table)], **bounds)


def test_the_cache_is_bounded_and_keeps_what_was_used_last(kernel):
    snapshot = tenants(kernel, 5, max_scopes=3)
    names = [f"n{at}" for at in range(5)]
    scopes = [snapshot.scope(d=name) for name in names[:3]]
    assert snapshot.scope(d="n0") is scopes[0]
    third = snapshot.scope(d="n3")
    assert snapshot.scope(d="n1") is not scopes[1]
    assert [snapshot.scope(d=name) for name in ("n0", "n3")] == [scopes[0], third]
    assert snapshot.scope(d="n0") is scopes[0]
    assert snapshot.scope(d="n2") is not scopes[2]
    assert snapshot.scope_cache_info() == (4, 6, 3, 3 * 1024 + 64 * (1 + 3 + 4))


def test_bytes_are_a_bound_as_well(kernel):
    size = 1024 + 64  # of the smallest, of one value
    snapshot = tenants(kernel, 4, max_scope_bytes=2 * size + 64)
    first, second = snapshot.scope(d="n0"), snapshot.scope(d="n1")
    assert snapshot.scope_cache_info() == (0, 2, 2, 2 * size + 64)
    assert (snapshot.scope(d="n0"), snapshot.scope(d="n1")) == (first, second)
    third = snapshot.scope(d="n2")
    assert snapshot.scope_cache_info() == (2, 3, 1, size + 128)
    assert snapshot.scope(d="n2") is third


def test_what_alone_is_beyond_the_bounds_is_not_kept(kernel):
    size = 1024 + 64
    snapshot = tenants(kernel, 2, max_scope_bytes=size)
    first = snapshot.scope(d="n0")
    assert snapshot.scope(d="n1") is not snapshot.scope(d="n1")
    assert snapshot.scope(d="n0") is first
    assert snapshot.scope_cache_info() == (1, 3, 1, size)


@pytest.mark.parametrize("bounds", [{"max_scopes": 0}, {"max_scope_bytes": 0}])
def test_nothing_is_kept_within_bounds_of_nothing(kernel, bounds):
    snapshot = tenants(kernel, 1, **bounds)
    assert snapshot.scope(d="n0") is not snapshot.scope(d="n0")
    assert snapshot.scope(d="n0") == {"x0": 0}
    assert snapshot.scope_cache_info() == (0, 3, 0, 0)


def test_lists_and_operators_count_as_one_value(kernel):
    data = {"list": [1, {"a": [2]}], "more": append([1, 2]), "gone": DELETE, "m": {"x": 1, "empty": {}}}
    whole = kernel.Layer("x", {**data, "r": replace({"y": {"z": 1}}), "s": replace([1, 2])})
    snapshot = kernel.resolve([], conflicts="replace", dimensions=[Dimension("d", {"x": whole})])
    snapshot.scope(d="x")
    # list, more, gone, m.x, r.y.z, s.
    assert snapshot.scope_cache_info().bytes == 1024 + 64 * 6
    patched = kernel.resolve([whole]).set("m.x", 2).set("m.new", 3).delete("r.y").__reduce__()[1][1][0]
    snapshot = kernel.resolve([], conflicts="replace", dimensions=[Dimension("d", {"x": patched})])
    snapshot.scope(d="x")
    assert snapshot.scope_cache_info().bytes == 1024 + 64 * 6


def test_an_error_is_a_miss(kernel):
    dimensions = [Dimension("d", {"x": kernel.Layer("x", {"price": {"low": 1}})})]
    snapshot = stack(kernel, {"price": 1}, dimensions=dimensions)
    for _ in range(2):
        with pytest.raises(ConflictError, match="price: mapping in layer 'x' over int in layer 'a'"):
            snapshot.scope(d="x")
    assert snapshot.scope_cache_info() == (0, 2, 0, 0)


def test_bounds_hold_for_what_is_derived_and_restored(kernel, monkeypatch):
    monkeypatch.setattr(_pickle, "kernel", kernel)
    snapshot = tenants(kernel, 3, max_scopes=1)
    derived = [
        snapshot.set("x0", 1),
        snapshot.delete("x0"),
        snapshot.overlay({"x0": 2}),
        snapshot.overlay({"new": [2]}),
        snapshot.with_layers(kernel.Layer("b", {"y": 1})),
        snapshot.with_layers(
            dimensions=[Dimension("d", {name: kernel.Layer(name, {}) for name in ("n0", "n1")})]
        ),
        pickle.loads(pickle.dumps(snapshot)),
    ]
    for one in derived:
        first = one.scope(d="n0")
        assert one.scope(d="n0") is first
        one.scope(d="n1")
        assert one.scope_cache_info().entries == 1


def test_bounds_are_pickled_only_where_they_are_not_the_usual_ones(kernel):
    assert len(tenants(kernel, 1).__reduce__()[1]) == 5
    assert tenants(kernel, 1, max_scope_bytes=7).__reduce__()[1][5:] == (16384, 7)


@pytest.mark.parametrize("bound", ["max_scopes", "max_scope_bytes"])
def test_a_bound_is_a_number(kernel, bound):
    for wrong, error, text in (
        ("1", TypeError, "is an int, not str"),
        (True, TypeError, "is an int, not bool"),
        (None, TypeError, "is an int, not NoneType"),
        (-1, ValueError, "is from 0 to 4611686018427387904"),
        (2**62 + 1, ValueError, "is from 0 to 4611686018427387904"),
    ):
        with pytest.raises(error) as caught:
            kernel.resolve([], **{bound: wrong})
        assert str(caught.value) == f"{bound} {text}"
    assert kernel.resolve([], **{bound: 2**62}).scope_cache_info() == (0, 0, 0, 0)


def test_threads_that_scope_at_once_get_one_object(kernel):
    snapshot = tenants(kernel, 8)
    found, ready = [], threading.Barrier(4)

    def work():
        ready.wait()
        found.extend([snapshot.scope(d=f"n{at}") for at in range(8)] for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 200
    assert {tuple(map(id, scopes)) for scopes in found} == {tuple(map(id, found[0]))}


@waits_for_the_collector
def test_a_scope_does_not_keep_what_it_was_derived_from(kernel):
    snapshot = tenants(kernel, 1)
    scoped, alive = snapshot.scope(d="n0"), weakref.ref(snapshot)
    del snapshot
    assert alive() is None
    assert scoped["x0"] == 0


@waits_for_the_collector
def test_a_scope_goes_with_its_snapshot(kernel):
    snapshot = tenants(kernel, 1)
    alive = weakref.ref(snapshot.scope(d="n0"))
    assert alive() is not None
    published = snapshot.set("x0", 5)
    published.scope(d="n0")
    del snapshot
    assert alive() is None


def test_a_layer_sees_what_another_layer_of_the_scope_gave(kernel):
    """What it changes by itself, which is nothing here, does not say what it changes there."""
    eu, winter = (
        kernel.Layer("eu", {"a": 1, "m": {"x": 1}}),
        kernel.Layer("winter", {"a": DELETE, "m": DELETE}),
    )
    dimensions = [Dimension("region", {"eu": eu}), Dimension("season", {"winter": winter})]
    snapshot = stack(kernel, {"b": 2}, dimensions=dimensions)
    assert snapshot.scope(region="eu") == {"a": 1, "m": {"x": 1}, "b": 2}
    assert snapshot.scope(season="winter") == {"b": 2}
    assert snapshot.scope(region="eu", season="winter") == {"b": 2}


def outcome(call):
    """What a call gives, or the text of the conflict that it raises."""
    try:
        return call()
    except ConflictError as error:
        return str(error)


def differences(kernel, before, after):
    """What a difference says, in its order."""
    found = kernel.diff(before, after)
    return [list(found.added.items()), list(found.removed.items()), list(found.changed.items())]


NEW = {
    "a mapping": {"new": {"a": 1, "deep": {"b": [1], "c": None}}},
    "more of it": {"new": {"z": 9, "deep": {"c": 2, "d": 3}, "other": {"e": 1}}},
    "an empty mapping": {"new": {}},
    "an empty mapping in it": {"new": {"deep": {}}},
    "a value": {"new": 5},
    "a value in its place": {"new": {"deep": 5}},
    "what is taken away": {"new": {"deep": DELETE, "a": DELETE}},
    "another mapping": {"new": replace({"f": 1})},
    "a list that goes on": {"new": {"deep": {"b": append([2])}}},
}


@pytest.mark.parametrize("conflicts", ["error", "replace"])
@pytest.mark.parametrize("second", NEW)
@pytest.mark.parametrize("first", NEW)
def test_layers_that_bring_new_mappings_are_put_together(kernel, first, second, conflicts):
    dimensions = [
        Dimension("lower", {"one": kernel.Layer("lower one", NEW[first])}),
        Dimension("upper", {"one": kernel.Layer("upper one", NEW[second])}),
    ]
    bottom = {"old": {"v": 1}, "new-not": 1}
    snapshot = stack(kernel, bottom, dimensions=dimensions, conflicts=conflicts).set("old.v", 2)
    layers = [*snapshot.layers, *(dimension.layers["one"] for dimension in dimensions)]
    expected = outcome(lambda: kernel.resolve(layers, conflicts=conflicts))
    if isinstance(expected, str):
        assert outcome(lambda: snapshot.scope(lower="one", upper="one")) == expected
        return
    scoped = snapshot.scope(lower="one", upper="one")
    assert scoped == expected
    assert list(scoped.flatten().items()) == list(expected.flatten().items())
    assert scoped.digest == expected.digest
    assert not kernel.diff(scoped, expected)
    assert differences(kernel, snapshot, scoped) == differences(kernel, snapshot, expected)
    assert snapshot.scope(lower="one") == kernel.resolve(layers[:-1], conflicts=conflicts)
    for path in expected.flatten():
        assert scoped.explain(path) == expected.explain(path)
