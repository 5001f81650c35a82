"""Group I: what merging and looking up must not do with odd keys, odd values and odd callers."""

from __future__ import annotations

import contextlib
import json
import math

import pytest

from veltrix.types import FrozenMapping


class LoudError(Exception):
    """Raised by a user's object."""


class Angry(str):
    """A key that answers what it is given."""

    __slots__ = ()

    def __eq__(self, other):
        raise LoudError

    __hash__ = str.__hash__


class Restless:
    """A value that cannot be looked at."""

    def __eq__(self, other):
        raise LoudError

    def __hash__(self):
        raise LoudError

    def __str__(self):
        raise LoudError

    __repr__ = __str__

    def __bool__(self):
        raise LoudError


def stack(kernel, *data):
    return kernel.resolve([kernel.Layer(f"l{at}", one) for at, one in enumerate(data)])


@pytest.mark.parametrize("key", [1, True, 1.0, None, b"a", ("a",)])
def test_only_text_is_a_key(kernel, key):
    for data, where in (({key: 1}, "the top level"), ({"a": {key: 1}}, "a"), ({"a": [{key: 1}]}, "a[0]")):
        with pytest.raises(TypeError) as caught:
            kernel.Layer("x", data)
        assert str(caught.value) == f"a key is a str, not {type(key).__name__} (in {where})"


def test_a_key_with_an_opinion_is_its_text(kernel):
    snapshot = stack(kernel, {Angry("a"): {Angry("b"): 1}})
    assert snapshot["a.b"] == 1
    assert type(next(iter(snapshot))) is str
    assert snapshot[Angry("a.b")] == 1


def test_an_opaque_value_is_never_asked_anything(kernel):
    value = Restless()
    snapshot = stack(kernel, {"a": value, "b": [value]}, {"a": value})
    assert snapshot["a"] is snapshot["b"][0] is snapshot.flatten()["a"] is snapshot.to_dict()["a"] is value
    assert snapshot.explain("a").value is value
    assert repr(snapshot)
    assert snapshot.digest == snapshot.digest
    assert not kernel.diff(snapshot, snapshot.set("a", value))
    assert snapshot.overlay({"a": value})["a"] is value
    assert snapshot == snapshot


@pytest.mark.parametrize("error", [LoudError, KeyboardInterrupt, SystemExit])
def test_what_a_mapping_raises_passes_through(kernel, error):
    class Broken(FrozenMapping):
        __slots__ = ()

        def items(self):
            raise error

    below = stack(kernel, {"a": 1})
    for call in (
        lambda: kernel.Layer("x", {"ok": 1, "a": Broken()}),
        lambda: kernel.Layer("x", {"a": [Broken()]}),
        lambda: below.overlay({"a": Broken()}),
        lambda: below.set("a", Broken()),
    ):
        with pytest.raises(error):
            call()
    assert below.to_dict() == {"a": 1}
    assert below.overlay({"a": 2})["a"] == 2


def test_a_mapping_may_use_the_snapshot_while_it_is_read(kernel):
    below = stack(kernel, {"a": {"b": 1}})

    class Curious(FrozenMapping):
        __slots__ = ()

        def items(self):
            below.overlay({"a": {"b": 5}})
            return [("c", below["a.b"] + 1), ("d", below.set("a.b", 7)["a.b"])]

    assert below.overlay({"a": Curious()}).to_dict() == {"a": {"b": 1, "c": 2, "d": 7}}


def test_data_that_changes_while_it_is_read_crashes_nothing(kernel):
    for act in (lambda data: data.clear(), lambda data: data.update({f"new{at}": at for at in range(99)})):
        data = {f"k{at}": at for at in range(20)}

        class Meddler(FrozenMapping):
            __slots__ = ()

            def items(self, data=data, act=act):
                act(data)
                return [("x", 1)]

        data["k5"] = Meddler()
        refused = contextlib.suppress(RuntimeError)
        with refused:
            assert stack(kernel, data)["k5.x"] == 1


@pytest.mark.parametrize(
    "name", ["items", "get", "keys", "__class__", "__dict__", "layers", "class", "def", "None", "self"]
)
def test_methods_win_by_attribute_and_data_by_item(kernel, name):
    snapshot = stack(kernel, {name: {"x": 1}})
    assert snapshot[name]["x"] == 1
    assert snapshot[f"{name}.x"] == 1
    assert getattr(snapshot, name, None) != {"x": 1}


def test_names_that_only_look_alike_are_different(kernel):
    snapshot = stack(
        kernel, {"\ufb01eld": 1, "field": 2, "e\u0301": 3, "\u00e9": 4, "K": 5, "\u212a": 6, "k": 7}
    )
    assert len(snapshot) == 7
    assert [snapshot[name] for name in snapshot] == [1, 2, 3, 4, 5, 6, 7]


def test_a_nan_is_no_change(kernel):
    low, again = {"a": math.nan, "b": [-math.nan]}, {"a": float("nan"), "b": [float("nan")]}
    snapshot = stack(kernel, low)
    assert not kernel.diff(snapshot, snapshot.with_layers(kernel.Layer("l0", again)))
    assert snapshot.with_layers(kernel.Layer("l0", again)).generation == snapshot.generation
    assert snapshot == snapshot
    assert snapshot.digest == stack(kernel, again).digest


@pytest.mark.parametrize(
    ("one", "other"),
    [(0.0, -0.0), (1, True), (1, 1.0), (True, 1.0), ("1", b"1"), ([1], [1.0]), ([], {}), ("", None)],
)
def test_values_of_different_types_are_changes(kernel, one, other):
    snapshot = stack(kernel, {"a": one})
    changed = snapshot.set("a", other)
    assert bool(kernel.diff(snapshot, changed))
    assert changed.generation == 2
    assert changed.digest != snapshot.digest


@pytest.mark.parametrize("value", [None, False, 0, "", [], 0.0, b""])
def test_a_default_is_for_what_is_missing(kernel, value):
    snapshot = stack(kernel, {"a": value})
    assert snapshot.get("a", "default") == (() if value == [] else value)
    assert snapshot.get("b", value) is value


def test_what_is_handed_out_changes_nothing(kernel):
    data = {"list": [{"x": [1]}], "map": {"y": 1}}
    snapshot = stack(kernel, data)
    before = json.dumps(snapshot.to_dict())
    data["list"][0]["x"].append(2)
    data["map"]["y"] = 2
    copied = snapshot.to_dict()
    copied["list"].append(1)
    copied["map"].clear()
    snapshot.flatten().clear()
    item = snapshot["list"][0]
    with pytest.raises(TypeError):
        item["x"] = 1
    with pytest.raises(TypeError):
        snapshot["map"]["y"] = 1
    assert json.dumps(snapshot.to_dict()) == before


def test_an_old_snapshot_iterates_to_its_end(kernel):
    snapshot = stack(kernel, {f"k{at}": at for at in range(50)})
    iterator, seen, current = iter(snapshot), [], snapshot
    for name in iterator:
        seen.append(name)
        current = current.delete(name)
    assert seen == [f"k{at}" for at in range(50)]
    assert current.to_dict() == {}


def test_an_iterator_outlives_its_snapshot(kernel):
    snapshot = stack(kernel, {"a": {"b": 1, "c": 2}})
    view, names, items = snapshot["a"], iter(snapshot["a"]), iter(snapshot["a"].items())
    del snapshot
    assert list(names) == ["b", "c"]
    assert list(items) == [("b", 1), ("c", 2)]
    assert view["c"] == 2


def test_as_json_and_as_keywords(kernel):
    snapshot = stack(kernel, {"a": 1, "b": {"c": [1]}})
    assert json.loads(json.dumps(snapshot.to_dict())) == {"a": 1, "b": {"c": [1]}}
    assert dict(**snapshot) == dict(snapshot)
    assert sorted(dict(**snapshot)) == ["a", "b"]
    match snapshot:
        case {"b": {"c": (first,)}, **rest}:
            assert (first, rest) == (1, {"a": 1})
