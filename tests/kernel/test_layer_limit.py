"""A stack has at most 1,000 layers, whatever puts them there."""

from __future__ import annotations

import pickle

import pytest

from veltrix import DELETE, Dimension, append
from veltrix.errors import LimitError

MOST = 1_000
TEXT = "more than 1000 layers"


@pytest.fixture(params=[{"m": {"x": 1}, "l": [1]}, {"m": {"x": append([1])}, "l": DELETE}, {}], ids=str)
def layer(kernel, request):
    return kernel.Layer("one", request.param)


def refused(call):
    with pytest.raises(LimitError) as caught:
        call()
    assert (str(caught.value), caught.value.reason, caught.value.path) == (TEXT, TEXT, None)


def test_a_stack(kernel, layer):
    assert len(kernel.resolve([layer] * MOST).layer_names) == MOST
    for count in (MOST + 1, 70_000):
        refused(lambda count=count: kernel.resolve([layer] * count))


def test_one_layer_more(kernel, layer):
    below, full = kernel.resolve([layer] * (MOST - 1)), kernel.resolve([layer] * MOST)
    other = kernel.Layer("other", {"z": 1})
    assert len(below.with_layers(other).layer_names) == MOST
    refused(lambda: full.with_layers(other))
    assert len(full.with_layers(layer).layer_names) == MOST
    assert len(full.with_layers(without=["one"]).with_layers(other).layer_names) == MOST
    assert full.set("n", 1)["n"] == 1


@pytest.mark.parametrize("data", [{}, {"m": {"x": 2}}, {"new": {"k": 1}}, {"l": append([2])}], ids=str)
def test_an_overlay(kernel, layer, data):
    below = kernel.resolve([layer] * (MOST - 2) + [kernel.Layer("base", {"m": {"x": 1}, "l": [1]})])
    full = below.overlay(data)
    assert len(full.layer_names) == MOST
    refused(lambda: full.overlay(data))
    refused(lambda: full.set("n", 1).overlay(data))
    refused(lambda: below.overlay({"m": {"x": 3}}).overlay(data))
    with pytest.raises(TypeError, match="a key is a str, not int"):
        full.overlay({1: 1})


def test_a_chain_of_overlays(kernel):
    snapshot = kernel.resolve([kernel.Layer("base", {"k": 0})])
    for number in range(1, MOST):
        snapshot = snapshot.overlay({"k": number})
    assert (len(snapshot.layer_names), snapshot["k"]) == (MOST, MOST - 1)
    refused(lambda: snapshot.overlay({"k": MOST}))


def test_layers_that_are_chosen_count(kernel, layer):
    eu = Dimension("region", {"eu": kernel.Layer("eu", {"m": {"y": 1}})})
    vip = Dimension("segment", {"vip": kernel.Layer("vip", {"m": {"z": 1}})})
    snapshot = kernel.resolve([layer] * (MOST - 1), dimensions=[eu, vip])
    assert len(snapshot.scope(region="eu").layer_names) == MOST
    refused(lambda: snapshot.scope(region="eu", segment="vip"))
    refused(lambda: snapshot.scope(region="eu").scope(segment="vip"))
    assert snapshot.scope(segment="vip")["m.z"] == 1


def test_a_table_of_a_dimension_may_have_more_choices(kernel, layer):
    table = {str(number): kernel.Layer(str(number), {"n": number}) for number in range(2 * MOST)}
    snapshot = kernel.resolve([layer], dimensions=[Dimension("tenant", table)])
    assert snapshot.scope(tenant="1999")["n"] == 1_999


def test_a_pickle(kernel, layer):
    full = kernel.resolve([layer] * MOST)
    assert len(pickle.loads(pickle.dumps(full)).layer_names) == MOST
    refused(lambda: kernel.restore_snapshot((layer,) * (MOST + 1), "error", (), 1))
