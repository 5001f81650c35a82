"""Iterating over a base and over what came of it; errors that say little until they are asked."""

from __future__ import annotations

import copy
import gc
import pickle
import sys
import weakref
from collections import abc

import pytest

from tests.kernel.stack import stack
from veltrix import DELETE, types
from veltrix.errors import MissingKeyError

DATA = {
    "plain": {"x": 1, "y": "two", "z": None},
    "mixed": {"x": 1, "inner": {"deep": {"d": 1}}, "list": [1, {"a": 2}], "my.module": 5},
    "wide": {f"n{number}": number for number in range(100)},
}


class Thing:
    """An opaque value."""


@pytest.fixture
def base(kernel):
    return stack(kernel, DATA, {})


DERIVED = {
    "the base": (lambda base: base, {}),
    "one value": (lambda base: base.overlay({"plain": {"y": 2}}), {"plain": {"y": 2}}),
    "a value elsewhere": (lambda base: base.overlay({"mixed": {"x": 9}}), {"mixed": {"x": 9}}),
    "a new key": (lambda base: base.set("plain.new", 3), {"plain": {"new": 3}}),
    "a new section": (lambda base: base.set("other.new", 3), {"other": {"new": 3}}),
    "many": (
        lambda base: base.overlay({"wide": {f"n{number}": -1 for number in range(50)}}),
        {"wide": {f"n{number}": -1 for number in range(50)}},
    ),
}


@pytest.mark.parametrize("derived", DERIVED)
def test_iterating_gives_the_children_in_their_order(base, derived):
    make, changes = DERIVED[derived]
    expected = {name: {**DATA.get(name, {}), **changes.get(name, {})} for name in {**DATA, **changes}}
    snapshot = make(base)
    for _ in range(3):
        assert list(snapshot) == list(expected)
        for name, children in expected.items():
            view = snapshot[name]
            values = [view[(child,)] for child in children]
            assert list(view) == list(view.keys()) == list(children)
            assert list(view.values()) == values
            assert list(view.items()) == list(zip(children, values, strict=True))
            assert list(reversed(view)) == list(reversed(children))
            assert list(reversed(view.items())) == list(reversed(view.items()))
            assert list(reversed(view.values())) == values[::-1]
            assert dict(view) == {**view} == dict(zip(children, values, strict=True))
            assert len(view) == len(view.keys()) == len(view.values()) == len(view.items()) == len(children)
    assert list(base["plain"].values()) == [1, "two", None]


def test_a_name_that_a_path_would_quote_stays_one(base):
    for _ in range(2):
        assert [type(name) for name in base["mixed"]] == [str, str, str, types.Name]
        assert [type(name) for name in base.set("mixed.more", 1)["mixed"]][3:] == [types.Name, str]


def test_values_are_those_of_the_snapshot_and_not_of_one_beside_it(base):
    overlay = base.overlay({"plain": {"x": 7}})
    for _ in range(2):
        assert list(overlay["plain"].values()) == [7, "two", None]
        assert list(base["plain"].values()) == [1, "two", None]
        assert list(base.set("plain.x", 8)["plain"].values()) == [8, "two", None]
        assert list(base.overlay({"plain": {"y": DELETE}})["plain"].items()) == [("x", 1), ("z", None)]


def test_views_are_those_of_python(base):
    view = base["plain"]
    assert isinstance(view.keys(), (abc.KeysView, types.KeysView))
    assert isinstance(view.values(), (abc.ValuesView, types.ValuesView))
    assert isinstance(view.items(), (abc.ItemsView, types.ItemsView))
    assert not isinstance(view.values(), abc.Set)
    assert type(view.keys()).__name__ == "KeysView"
    assert view.keys() == {"x", "y", "z"} == base.overlay({"plain": {"x": 2}})["plain"].keys()
    assert view.keys() - {"x"} == {"y", "z"}
    assert {"x", "q"} & view.keys() == {"x"}
    assert view.keys() < {"x", "y", "z", "more"}
    assert view.items() <= {("x", 1), ("y", "two"), ("z", None), ("more", 1)}
    assert ("x", 1) in view.items()
    assert "two" in view.values()
    assert repr(view.keys()) == f"KeysView({view!r})"
    with pytest.raises(TypeError, match="unhashable type: 'KeysView'"):
        hash(view.keys())
    for made in (copy.copy(view.keys()), pickle.loads(pickle.dumps(view.keys()))):
        assert list(made) == ["x", "y", "z"]
    next(iter(view.items()))


def test_a_mapping_that_only_iterators_hold_is_let_go(kernel):
    snapshot = stack(kernel, {"a": {"thing": Thing(), "x": 1}})
    iterators = [iter(snapshot["a"]), iter(snapshot["a"].items()), iter(snapshot["a"].values())]
    watched = weakref.ref(snapshot["a.thing"])
    del snapshot
    gc.collect()
    assert [len(list(one)) for one in iterators] == [2, 2, 2]
    del iterators
    gc.collect()
    assert watched() is None


@pytest.mark.skipif(not hasattr(sys, "getrefcount"), reason="nothing counts references here")
def test_an_opaque_value_is_remembered_and_not_held(kernel):
    thing = Thing()
    snapshot = stack(kernel, {"a": {"thing": thing, "list": [thing]}})
    counts = set()
    for _ in range(5):
        assert snapshot["a.thing"] is snapshot["a"]["thing"] is snapshot["a", "thing"] is thing
        assert snapshot["a"].get("thing") is thing
        assert next(iter(snapshot["a"].values())) is thing
        counts.add(sys.getrefcount(thing))
    changed = snapshot.set("a.thing", 1).set("b", other := Thing())
    for _ in range(3):
        assert (changed["a.thing"], changed["b"], snapshot["a.thing"]) == (1, other, thing)
    watched = [weakref.ref(thing), weakref.ref(other)]
    del snapshot
    for _ in range(3):
        assert changed.set("c", 1)["a.list"][0] is thing
    del thing, other, changed
    gc.collect()
    assert len(counts) == 1
    assert [ref() for ref in watched] == [None, None]


PLACES = ["no", "plain.no", "no.x", "plain.x.no", "mixed.list.no", "mixed.inner.no.more", "mixed.list[5]"]


@pytest.mark.parametrize("place", [*PLACES, 'plain."no"', ("plain", "no"), "wide.n100", "mixed.my"])
@pytest.mark.parametrize("derived", DERIVED)
def test_an_error_says_later_what_it_would_have_said_at_once(kernel, base, derived, place):
    snapshot = DERIVED[derived][0](base)
    with pytest.raises(MissingKeyError) as at_once:
        snapshot[place]
    said = (str(at_once.value), at_once.value.siblings, at_once.value.args, at_once.value.items)
    with pytest.raises(MissingKeyError) as later:
        snapshot[place]
    with pytest.raises(MissingKeyError) as unread:
        snapshot[place]
    snapshot = snapshot.set("plain.nq", 1).set("nq", 1)
    assert "nq" in snapshot
    del snapshot, base
    gc.collect()
    assert (str(later.value), later.value.siblings, later.value.args, later.value.items) == said
    assert pickle.loads(pickle.dumps(unread.value)) == at_once.value == unread.value
    assert repr(unread.value) == f"MissingKeyError{said[2]!r}"


def test_an_error_below_a_section_that_the_base_does_not_have(base):
    for snapshot in (base.set("other.new", 3), base.delete("wide", layer="a").set("wide.new.x", 2)):
        for view in (snapshot["other" if "other" in snapshot else "wide"], snapshot):
            for path in ("no", "new.no", "new.x.no"):
                with pytest.raises(MissingKeyError) as caught:
                    view[path]
                assert caught.value.path.endswith(path)


def test_an_error_holds_no_snapshot(kernel):
    thing = Thing()
    snapshot = stack(kernel, {"a": {"thing": thing}})
    with pytest.raises(MissingKeyError) as caught:
        snapshot["a"]["no"]
    watched = weakref.ref(thing), weakref.ref(snapshot)
    error = caught.value.with_traceback(None)
    del thing, snapshot, caught
    gc.collect()
    assert [ref() for ref in watched] == [None, None]
    assert str(error) == "no key 'no' in 'a'"
    assert error.siblings == ("thing",)
