"""Scopes: layers that apply only when they are chosen."""

from __future__ import annotations

import gc
import weakref
from collections import UserDict
from types import MappingProxyType

import pytest

from tests.kernel.stack import layers, stack
from veltrix import DELETE, Dimension, append


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
    assert scoped.layer_names == ("a", "eu", "winter")
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
    assert scoped.scope(season="winter").layer_names == ("a", "eu", "winter")


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
    assert snapshot.scope(dict.fromkeys(names, "x")).layer_names == ("a", *names)
    assert snapshot.scope(choices="x", self="x", more="x").layer_names == ("a", *names[:3])


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
    assert scoped.layer_names == ("a", "c", "b", "winter")
    assert scoped["price"] == 2
    assert flags.scope(flags=["a", "c"])["price"] == 1


@pytest.mark.parametrize(
    "kind", [list, tuple, set, frozenset, iter, dict.fromkeys, lambda names: (n for n in names)]
)
def test_many_names_are_any_iterable(flags, kind):
    scoped = flags.scope(flags=("c", "b"))
    assert flags.scope(flags=kind(["b", "c", "b", "no such"])) is scoped
    assert flags.scope(flags=kind([])) is flags
    assert flags.scope(flags=kind(["no such"])) is flags


def test_many_names_may_be_none(flags):
    assert flags.scope(flags=None) is flags
    assert flags.scope(flags=["a"]).layer_names == ("a", "a")


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
