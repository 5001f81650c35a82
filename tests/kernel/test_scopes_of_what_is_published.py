"""Scopes of what is published, carried over or not, and reads of them, are as if resolved from scratch."""

from __future__ import annotations

import gc
import sys

import pytest

from veltrix import DELETE, Dimension, append, replace
from veltrix.errors import ConfigError, ConflictError

LOW = {
    "m": {"x": 1, "y": 2, "only": {"one": 1}},
    "list": [1, 2],
    "gone": 1,
    "deep": {"a": {"b": 1, "c": 2}},
    "other": {str(at): at for at in range(30)},
}
CHOSEN = {
    "m": {"x": "scoped", "new": "scoped"},
    "list": [7, 8, 9],
    "deep": {"a": {"b": "scoped"}},
    "own": {"x": True},
}
PUBLISHED = {
    "nothing": lambda one: one.with_layers(),
    "a value that the scope gives": lambda one: one.set("m.x", "published", layer="low"),
    "a value beside": lambda one: one.set("m.y", "published", layer="low"),
    "a value elsewhere": lambda one: one.set("other.7", "published", layer="low"),
    "several": lambda one: one.set("other.1", 7, layer="low").set("gone", 8).delete("list", layer="low"),
    "many": lambda one: one.with_layers(one.kernel.Layer("new", {"other": {str(at): 0 for at in range(30)}})),
    "a new key beside": lambda one: one.set("m.z", "published", layer="low"),
    "a new mapping": lambda one: one.set("m.z.z", "published", layer="low"),
    "a new key of the scope": lambda one: one.set("m.new", "published", layer="low"),
    "a value less": lambda one: one.delete("m.y", layer="low"),
    "a value of the scope less": lambda one: one.delete("m.x", layer="low"),
    "a mapping less": lambda one: one.set("m", DELETE, layer="low"),
    "an emptied mapping": lambda one: one.delete("m.only.one", layer="low"),
    "a value in the place of a mapping": lambda one: one.set("m.only", "published", layer="low"),
    "a list": lambda one: one.set("list", ["published"], layer="low"),
    "a layer": lambda one: one.with_layers(one.kernel.Layer("top", {"gone": 0, "deep": {"a": {"c": 0}}})),
    "a layer less": lambda one: one.with_layers(without=["high"]),
    "a layer again": lambda one: one.with_layers(one.kernel.Layer("high", {"gone": 3, "m": {"y": 9}})),
    "a table": lambda one: one.with_layers(
        dimensions=[Dimension("d", {"x": one.kernel.Layer("x", {"m": {"x": "another"}})})]
    ),
}  # fmt: skip


class Live:
    """A snapshot that changes are made to, one after the other."""

    def __init__(self, kernel, snapshot):
        self.kernel, self.snapshot = kernel, snapshot

    def __getattr__(self, name):
        return lambda *args, **more: Live(self.kernel, getattr(self.snapshot, name)(*args, **more))


def scoped_and_anew(kernel, snapshot):
    """A scope of a snapshot, and the same stack resolved by itself."""
    scoped = snapshot.scope(d="x")
    return scoped, kernel.resolve(scoped.__reduce__()[1][1], generation=snapshot.generation)


def live(kernel, chosen=CHOSEN):
    layers = [kernel.Layer("low", LOW), kernel.Layer("high", {"gone": 2})]
    return kernel.resolve(layers, dimensions=[Dimension("d", {"x": kernel.Layer("x", chosen)})])


def read(snapshot):
    """All that stands in a snapshot, read twice: what is read for the second time may be kept."""
    paths = [*snapshot.flatten(), "m", "list[0]", "list[2]", "m.z.z", "m.nothing", "other.7"]
    for _ in range(2):
        found = [(path, snapshot.get(path), path in snapshot) for path in paths]
    return found, snapshot.to_dict(), list(snapshot["deep"]), snapshot.digest, snapshot.generation


@pytest.mark.parametrize("first", PUBLISHED)
@pytest.mark.parametrize("second", PUBLISHED)
def test_a_scope_is_one_of_what_was_published(kernel, first, second):
    snapshot = live(kernel)
    before = read(snapshot.scope(d="x"))
    published = snapshot
    for name in (first, second):
        try:
            published = PUBLISHED[name](Live(kernel, published)).snapshot
        except (ConfigError, ValueError, KeyError):  # the one before has taken away what this one changes
            continue
        scoped, anew = scoped_and_anew(kernel, published)
        assert read(scoped) == read(anew)
        assert scoped.layer_names == anew.layer_names
        assert scoped.explain("m.x") == anew.explain("m.x")
    assert read(snapshot.scope(d="x")) == before


def test_a_conflict_with_what_was_published_is_raised(kernel):
    snapshot = live(kernel)
    snapshot.scope(d="x")
    published = snapshot.set("deep.a", 1, layer="low")
    with pytest.raises(ConflictError, match=r"deep\.a: mapping in layer 'x' over int in layer 'low'"):
        published.scope(d="x")


def test_layers_that_depend_on_each_other_are_judged_together(kernel):
    tables = {
        "one": {"list": append([3]), "gone": DELETE, "m": {"only": replace({"two": 2})}, "n": {"k": 1}},
        "two": {"list": append([4]), "gone": {"now": 1}, "m": {"only": {"three": 3}}, "n": {"k": 2, "l": 2}},
        "three": {"list": [5], "n": {"k": 3, "j": 3}, "other": {"7": None}},
    }
    dimensions = [Dimension(name, {"x": kernel.Layer(name, data)}) for name, data in tables.items()]
    snapshot = kernel.resolve([kernel.Layer("low", LOW)], dimensions=dimensions)
    for choice in (("one",), ("one", "two"), ("one", "three"), ("one", "two", "three")):
        scoped = snapshot.scope(dict.fromkeys(choice, "x"))
        assert read(scoped) == read(kernel.resolve(scoped.__reduce__()[1][1]))
    with pytest.raises(ConflictError, match="gone: mapping in layer 'two' over int in layer 'low'"):
        snapshot.scope(two="x", three="x")


def test_an_overlay_over_a_scope_reads_what_both_give(kernel):
    scoped = live(kernel).scope(d="x")
    layers = scoped.__reduce__()[1][1]
    for data in (
        {"m": {"x": "mine"}},
        {"list": "mine"},
        {"list": [0]},
        {"own": {"x": "mine"}},
        {"deep": {"a": {"b": "mine", "c": "mine"}}, "gone": "mine"},
    ):
        for warm in (False, True):
            if warm:
                read(scoped)
            overlay = scoped.overlay(data)
            expected = kernel.resolve([*layers, kernel.Layer("overlay", data)])
            assert read(overlay) == read(expected)
            assert overlay.get("list[0]") == expected.get("list[0]")
        assert scoped["m.x"] == "scoped"
        assert scoped["list"] == (7, 8, 9)
        assert scoped["list[1]"] == 8


@pytest.mark.skipif(not hasattr(sys, "getrefcount"), reason="counts references")
def test_what_was_read_of_a_scope_goes_with_it(kernel):
    # Texts of the source are immortal from CPython 3.12 on, and nobody counts references to them.
    made = {name: f"made {name}" for name in CHOSEN["m"]}
    snapshot = live(kernel, {**CHOSEN, "m": made})
    scoped = snapshot.scope(d="x")
    found = [scoped["m.x"], scoped.overlay({"gone": 3})["m.new"]]
    assert [scoped["m.x"], scoped["m.new"]] == found
    held = [sys.getrefcount(value) for value in found]
    del scoped, snapshot
    gc.collect()
    left = [sys.getrefcount(value) for value in found]
    assert [now < before for now, before in zip(left, held, strict=True)] == [True, True]
