"""Scopes: layers that apply only when they are chosen."""

from __future__ import annotations

import gc
import weakref

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


def test_the_cache_is_bounded_and_keeps_what_was_used_last(kernel):
    names = [f"n{number}" for number in range(200)]
    table = {name: kernel.Layer(name, {"x": name}) for name in names}
    snapshot = stack(kernel, {"x": ""}, dimensions=[Dimension("d", table)])
    first = snapshot.scope(d="n0")
    for name in names[1:]:
        assert snapshot.scope(d=name)["x"] == name
        assert snapshot.scope(d="n0") is first
    last = snapshot.scope(d="n199")
    assert snapshot.scope(d="n199") is last
    assert snapshot.scope(d="n1") == {"x": "n1"}


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
