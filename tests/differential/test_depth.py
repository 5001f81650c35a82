"""Both kernels draw the line of 64 levels at one place, in whatever way data comes in."""

from __future__ import annotations

import pytest

from tests.differential.compare import kernels
from tests.differential.observe import observe, same
from tests.differential.pickles import dump, load
from tests.differential.run import portrait
from veltrix import DELETE, Dimension, append, prepend, replace

pytestmark = pytest.mark.usefixtures("both")

LEVELS = (63, 64, 65, 66)
LEAVES = (1, None, {}, [], [1], [{"x": 1}], [[]], DELETE, object(), append([]), append([1]), prepend([[1]]),
          replace(1), replace({}), replace({"x": 1}))  # fmt: skip


def path(levels):
    return ("a",) * levels


def mappings(levels, leaf):
    for _ in range(levels):
        leaf = {"a": leaf}
    return leaf


def inside_replace(levels, leaf):
    return {"a": replace(mappings(levels - 1, leaf))}


def lists(levels, leaf):
    for _ in range(levels - 1):
        leaf = [leaf]
    return {"a": leaf}


def inside_append(levels, leaf):
    return {"a": append(lists(levels - 1, leaf)["a"])}


def small(kernel):
    layers = [kernel.Layer("low", {"a": {"a": {"a": {"b": 1}}}}), kernel.Layer("top", {"q": 1})]
    return kernel.resolve(layers, conflicts="replace")


WAYS = {
    "resolve": lambda kernel, data, leaf, levels: kernel.resolve([kernel.Layer("x", data)]),
    "pickle": lambda kernel, data, leaf, levels: load(
        dump(kernel.resolve([kernel.Layer("x", data)]), 5), kernel
    ),
    "overlay": lambda kernel, data, leaf, levels: small(kernel).overlay(data),
    "overlay of a snapshot": lambda kernel, data, leaf, levels: small(kernel).overlay(
        kernel.resolve([kernel.Layer("x", data)])
    ),
    "with_layers": lambda kernel, data, leaf, levels: small(kernel).with_layers(kernel.Layer("top", data)),
    "scope": lambda kernel, data, leaf, levels: kernel.resolve(
        [], dimensions=[Dimension("d", {"x": kernel.Layer("x", data)})]
    ).scope(d="x"),
    "set": lambda kernel, data, leaf, levels: small(kernel).set("a", data["a"]),
    "set below": lambda kernel, data, leaf, levels: small(kernel).set(path(3), data["a"], layer="low"),
    "set deep": lambda kernel, data, leaf, levels: small(kernel).set(path(levels), leaf),
    "set beside": lambda kernel, data, leaf, levels: (
        small(kernel).set(path(levels - 1), {"x": leaf}).set((*path(levels - 1), "y"), leaf)
    ),
    "delete": lambda kernel, data, leaf, levels: small(kernel).set(path(levels), leaf).delete(path(levels)),
}


@pytest.mark.parametrize("make", [mappings, inside_replace, lists, inside_append])
@pytest.mark.parametrize("way", WAYS)
def test_the_limit_is_the_same(way, make):
    refused = 0
    for levels in LEVELS:
        for leaf in LEAVES:
            data = make(levels, leaf)
            pure, native = (observe(WAYS[way], kernel, data, leaf, levels) for kernel in kernels())
            refused += pure[0] == "error"
            if pure[0] == native[0] == "value":
                paths = [path(depth) for depth in range(levels - 1, levels + 2)]
                pure, native = (portrait(outcome[1], paths) for outcome in (pure, native))
            assert same(pure, native), (levels, leaf, pure, native)
    assert refused
