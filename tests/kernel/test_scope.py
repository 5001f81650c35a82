"""Scopes: layers that apply only when they are chosen."""

from __future__ import annotations

import gc
import pickle
import threading
import weakref
from collections import UserDict
from types import MappingProxyType

import pytest

from tests.kernel.stack import layers, stack
from veltrix import DELETE, Dimension, _pickle, append, replace
from veltrix.errors import ConflictError


@pytest.fixture
def snapshot(kernel):
    eu, us = (kernel.Layer(name, {"price": number, "where": name}) for name, number in (("eu", 2), ("us", 3)))
    winter = kernel.Layer("winter", {"price": 5, "theme": {"snow": True}})
    return stack(
        kernel,
        {"price": 1, "theme": {"colour": "red"}, "tags": ["base"]},
        dimensions=[
            Dimension("region", {"eu": eu, "us": us}),
            Dimension("season", {"winter": winter}, strict=True),
        ],
    )


def test_the_chosen_layers_lie_on_top_in_the_declared_order(snapshot):
    scoped = snapshot.scope(season="winter", region="eu")
    assert scoped.to_dict() == {
        "price": 5,
        "theme": {"colour": "red", "snow": True},
        "tags": ["base"],
        "where": "eu",
    }
    assert scoped.layers == ("a", "eu", "winter")
    assert scoped.generation == snapshot.generation
    assert scoped.explain("price").origin.layer == "winter"
    assert snapshot.to_dict() == {"price": 1, "theme": {"colour": "red"}, "tags": ["base"]}


def test_the_same_choice_gives_the_same_snapshot(snapshot):
    first = snapshot.scope(region="eu")
    assert snapshot.scope(region="eu") is first
    assert snapshot.scope(region="eu", season=None) is first
    assert snapshot.scope(region="us") is not first


def test_nothing_chosen_is_the_snapshot_itself(snapshot):
    assert snapshot.scope() is snapshot
    assert snapshot.scope(region=None) is snapshot
    assert snapshot.scope(region="unheard of") is snapshot


def test_an_undeclared_dimension_is_refused(kernel, snapshot):
    with pytest.raises(TypeError) as caught:
        snapshot.scope(segment=None)
    assert str(caught.value) == "unknown dimension 'segment'; declared are 'region', 'season'"
    with pytest.raises(TypeError) as caught:
        stack(kernel, {}).scope(region="eu")
    assert str(caught.value) == "unknown dimension 'region'; declared are none"


def test_a_strict_dimension_knows_its_names(snapshot):
    with pytest.raises(ValueError, match="spring") as caught:
        snapshot.scope(season="spring")
    assert str(caught.value) == "dimension 'season' has no layer 'spring'; it has 'winter'"


@pytest.mark.parametrize("choice", [1, True, b"eu", ["eu"]])
def test_a_choice_is_a_str(snapshot, choice):
    with pytest.raises(TypeError) as caught:
        snapshot.scope(region=choice)
    assert str(caught.value) == f"the choice of 'region' is a str or None, not {type(choice).__name__}"


def test_a_scoped_snapshot_is_a_snapshot(snapshot):
    scoped = snapshot.scope(region="eu")
    assert scoped.overlay({"price": 9})["price"] == 9
    assert scoped.set("price", 8, layer="eu")["price"] == 8
    assert scoped.scope(season="winter").layers == ("a", "eu", "winter")


def test_scopes_follow_what_is_derived(snapshot):
    before = snapshot.scope(region="eu")
    changed = snapshot.set("tags", append(["set"]), layer="a").overlay({"theme": DELETE})
    assert changed.scope(region="eu")["tags"] == ("set",)
    assert "theme" not in changed.scope(region="eu")
    assert snapshot.scope(region="eu") is before


class Dict(dict):
    """A dict of a class of its own."""


@pytest.mark.parametrize("kind", [dict, MappingProxyType, UserDict, Dict])
def test_choices_are_given_by_a_mapping_too(snapshot, kind):
    scoped = snapshot.scope(season="winter", region="eu")
    assert snapshot.scope(kind({"region": "eu", "season": "winter"})) is scoped
    assert snapshot.scope(kind({"region": "eu"}), season="winter") is scoped
    assert snapshot.scope(kind({})) is snapshot
    assert snapshot.scope(None) is snapshot
    assert snapshot.scope(None, region="eu") is snapshot.scope(region="eu")


def test_a_mapping_is_left_as_it_was(snapshot):
    choices = {"region": "eu"}
    snapshot.scope(choices, season="winter")
    assert choices == {"region": "eu"}


@pytest.mark.parametrize("choices", ["eu", 1, ["region"], [("region", "eu")]])
def test_choices_are_a_mapping(snapshot, choices):
    with pytest.raises(TypeError) as caught:
        snapshot.scope(choices)
    assert str(caught.value) == f"choices are a mapping, not {type(choices).__name__}"


def test_a_dimension_is_chosen_once(snapshot):
    with pytest.raises(TypeError) as caught:
        snapshot.scope({"season": None, "region": "eu"}, region=None)
    assert str(caught.value) == "dimension 'region' is chosen twice"


def test_any_name_is_one_of_a_dimension(kernel):
    names = ["choices", "self", "more", "a b"]
    tables = [Dimension(name, {"x": kernel.Layer(name, {name: 1})}) for name in names]
    snapshot = stack(kernel, {}, dimensions=tables)
    assert snapshot.scope(dict.fromkeys(names, "x")).layers == ("a", *names)
    assert snapshot.scope(choices="x", self="x", more="x").layers == ("a", *names[:3])


@pytest.mark.parametrize("name", [1, None, ("region",), b"region"])
def test_a_name_that_is_no_text_is_of_no_dimension(snapshot, name):
    with pytest.raises(TypeError) as caught:
        snapshot.scope({name: "eu"})
    assert str(caught.value) == f"unknown dimension {name!r}; declared are 'region', 'season'"


@pytest.fixture
def flags(kernel):
    """A snapshot with a dimension of many names, and one above it."""
    table = {name: kernel.Layer(name, {"price": at, name: True}) for at, name in enumerate("cab")}
    return stack(
        kernel,
        {"price": -1},
        dimensions=[
            Dimension("flags", table, many=True),
            Dimension("season", {"winter": kernel.Layer("winter", {"snow": True})}),
        ],
    )


def test_many_names_apply_in_the_order_of_the_table(flags):
    scoped = flags.scope(flags=["b", "c"], season="winter")
    assert scoped.layers == ("a", "c", "b", "winter")
    assert scoped["price"] == 2
    assert flags.scope(flags=["a", "c"])["price"] == 1


@pytest.mark.parametrize("kind", [list, tuple, set, frozenset, iter, dict.fromkeys, lambda names: (n for n in names)])
def test_many_names_are_any_iterable(flags, kind):
    scoped = flags.scope(flags=("c", "b"))
    assert flags.scope(flags=kind(["b", "c", "b", "no such"])) is scoped
    assert flags.scope(flags=kind([])) is flags
    assert flags.scope(flags=kind(["no such"])) is flags


def test_many_names_may_be_none(flags):
    assert flags.scope(flags=None) is flags
    assert flags.scope(flags=["a"]).layers == ("a", "a")


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        ("a", "the choice of 'flags' is an iterable of str or None, not str"),
        (1, "the choice of 'flags' is an iterable of str or None, not int"),
        (["a", 1], "a name of the choice of 'flags' is a str, not int"),
        ((None,), "a name of the choice of 'flags' is a str, not NoneType"),
        ([["a"]], "a name of the choice of 'flags' is a str, not list"),
    ],
)
def test_many_names_are_texts(flags, choice, text):
    with pytest.raises(TypeError) as caught:
        flags.scope(flags=choice)
    assert str(caught.value) == text


def test_many_names_may_be_strict(kernel):
    table = {"a": kernel.Layer("x", {"x": 1})}
    snapshot = stack(kernel, {}, dimensions=[Dimension("flags", table, many=True, strict=True)])
    assert snapshot.scope(flags=["a", "a"]) == {"x": 1}
    with pytest.raises(ValueError, match="dimension 'flags' has no layer 'b'; it has 'a'"):
        snapshot.scope(flags=["a", "b"])


def test_whether_a_dimension_takes_many_names_is_content(kernel):
    table = {"a": kernel.Layer("x", {"x": 1})}
    snapshot = stack(kernel, {}, dimensions=[Dimension("flags", table)])
    assert snapshot.with_layers(dimensions=[Dimension("flags", table)]).generation == 1
    assert snapshot.with_layers(dimensions=[Dimension("flags", table, many=True)]).generation == 2


class Choice(str):
    """A text of a class of its own."""

    __slots__ = ()


def test_a_choice_of_a_class_of_its_own_is_its_text(snapshot, flags):
    assert snapshot.scope({Choice("region"): Choice("eu")}) is snapshot.scope(region="eu")
    assert flags.scope(flags=[Choice("a")]) is flags.scope(flags=["a"])


def tenants(kernel, count, **bounds):
    """A snapshot with one dimension of so many choices; the layer of n1 has one definition more than n0's."""
    table = {f"n{at}": kernel.Layer(f"n{at}", {f"x{name}": at for name in range(at + 1)}) for at in range(count)}
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
    assert snapshot.scope_cache_info() == (4, 6, 3, 3 * 1536 + 64 * (1 + 3 + 4))


def test_bytes_are_a_bound_as_well(kernel):
    size = 1536 + 64  # of the smallest, of one value
    snapshot = tenants(kernel, 4, max_scope_bytes=2 * size + 64)
    first, second = snapshot.scope(d="n0"), snapshot.scope(d="n1")
    assert snapshot.scope_cache_info() == (0, 2, 2, 2 * size + 64)
    assert (snapshot.scope(d="n0"), snapshot.scope(d="n1")) == (first, second)
    third = snapshot.scope(d="n2")
    assert snapshot.scope_cache_info() == (2, 3, 1, size + 128)
    assert snapshot.scope(d="n2") is third


def test_what_alone_is_beyond_the_bounds_is_not_kept(kernel):
    size = 1536 + 64
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
    assert snapshot.scope_cache_info().bytes == 1536 + 64 * 6
    patched = kernel.resolve([whole]).set("m.x", 2).set("m.new", 3).delete("r.y").__reduce__()[1][1][0]
    snapshot = kernel.resolve([], conflicts="replace", dimensions=[Dimension("d", {"x": patched})])
    snapshot.scope(d="x")
    assert snapshot.scope_cache_info().bytes == 1536 + 64 * 6


def test_statistics_have_names_and_begin_anew(snapshot):
    snapshot.scope(region="eu")
    snapshot.scope(region="eu")
    snapshot.scope(region="us")
    snapshot.scope(region=None)
    info = snapshot.scope_cache_info()
    assert (info.hits, info.misses, info.entries) == (1, 2, 2)
    assert repr(info) == f"ScopeCacheInfo(hits=1, misses=2, entries=2, bytes={info.bytes})"
    for derived in (
        snapshot.set("price", 2),
        snapshot.overlay({}),
        snapshot.with_layers(generation=7),
        snapshot.scope(region="eu"),
    ):
        assert derived.scope_cache_info() == (0, 0, 0, 0)


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
        snapshot.with_layers(dimensions=[Dimension("d", {name: kernel.Layer(name, {}) for name in ("n0", "n1")})]),
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
        for _ in range(50):
            found.append([snapshot.scope(d=f"n{at}") for at in range(8)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 200
    assert {tuple(map(id, scopes)) for scopes in found} == {tuple(map(id, found[0]))}


def test_a_scope_does_not_keep_what_it_was_derived_from(kernel):
    snapshot = tenants(kernel, 1)
    scoped, alive = snapshot.scope(d="n0"), weakref.ref(snapshot)
    del snapshot
    assert alive() is None
    assert scoped["x0"] == 0


def test_a_scope_goes_with_its_snapshot(kernel):
    snapshot = tenants(kernel, 1)
    alive = weakref.ref(snapshot.scope(d="n0"))
    assert alive() is not None
    published = snapshot.set("x0", 5)
    published.scope(d="n0")
    del snapshot
    assert alive() is None


def test_dimensions_are_checked(kernel):
    (layer,) = layers(kernel, {})
    with pytest.raises(TypeError) as caught:
        kernel.resolve([], dimensions=["region"])
    assert str(caught.value) == "a dimension is a veltrix.Dimension, not str"
    with pytest.raises(TypeError) as caught:
        kernel.resolve([], dimensions=[Dimension("d", {"x": {}})])
    assert str(caught.value) == "a layer is a veltrix.Layer, not dict"
    with pytest.raises(ValueError, match="twice") as caught:
        kernel.resolve([], dimensions=[Dimension("d", {"x": layer}), Dimension("d", {})])
    assert str(caught.value) == "dimension 'd' is declared twice"


def test_a_name_that_utf8_cannot_carry_is_a_name_like_any_other(kernel):
    layer, chosen = kernel.Layer("l", {"a": 1}), kernel.Layer("x", {"a": 2})
    snapshot = kernel.resolve([layer], dimensions=[Dimension("\ud800", {"\udfff": chosen})])
    assert snapshot.scope() is snapshot
    assert snapshot.scope(**{"\ud800": "\udfff"})["a"] == 2
    with pytest.raises(TypeError) as caught:
        snapshot.scope(**{"\ud801": "x"})
    assert str(caught.value) == r"unknown dimension '\ud801'; declared are '\ud800'"


def test_a_cycle_through_what_was_chosen_is_collected(kernel):
    class Service:
        pass

    service = Service()
    dimensions = [Dimension("d", {"x": kernel.Layer("x", {"a": 2})})]
    service.config = kernel.resolve([kernel.Layer("l", {"service": service})], dimensions=dimensions)
    assert service.config.scope(d="x")["service"] is service
    alive = weakref.ref(service)
    del service
    gc.collect()
    assert alive() is None


@pytest.mark.parametrize("choice", [5, False, "eu", ()])
def test_a_dimension_of_ones_own_chooses_layers(kernel, choice):
    class Own(Dimension):
        __slots__ = ()

        def choose(self, choice):
            return choice

    snapshot = stack(kernel, {"a": 1}, dimensions=[Own("own", {})])
    with pytest.raises(TypeError) as caught:
        snapshot.scope(own=choice)
    assert str(caught.value) == f"a layer is a veltrix.Layer, not {type(choice).__name__}"
    assert snapshot.scope(own=None) is snapshot
    assert snapshot.scope(own=kernel.Layer("chosen", {"a": 2}))["a"] == 2
