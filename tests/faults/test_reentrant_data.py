"""Data whose own code runs while it is read: it changes what is being read, or gives odd pairs."""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping

import pytest

from veltrix import DELETE, Origin, replace
from veltrix.errors import LimitError, ParseError


class Acting(dict):
    """An empty mapping that does something each time it is read."""

    def __init__(self, action):
        super().__init__()
        self.action = action

    def items(self):
        self.action()
        return []


class ActingMapping(Mapping):
    """The same, as no `dict`."""

    def __init__(self, action):
        self.action = action

    def __iter__(self):
        self.action()
        return iter(())

    def __getitem__(self, key):
        raise KeyError(key)

    def __len__(self):
        return 0


class ActingList(list):
    """The same, as a list."""

    def __init__(self, action):
        super().__init__()
        self.action = action

    def __iter__(self):
        self.action()
        return iter(())


class ActingObject:
    """An opaque value that does something when it is asked for its class."""

    def __init__(self, action):
        self.action = action

    @property
    def __class__(self):
        self.action()
        return int


class Key(str):
    """A key of which there may be two with one text."""

    __slots__ = ()

    def __hash__(self):
        return id(self)

    def __eq__(self, other):
        return self is other


READ_AS = {
    Acting: lambda _: {},
    ActingMapping: lambda _: {},
    ActingList: lambda _: (),
    ActingObject: lambda actor: actor,
}


def move_first(data):
    name = next(iter(data))
    data[name] = data.pop(name)


def grow(data):
    for number in range(2_000):
        data[f"new_{number}"] = number


def shrink(data):
    for name in list(data)[2:]:
        del data[name]


def assign(data):
    for name in data:
        data[name] = "assigned"


CHANGES = (move_first, dict.clear, grow, shrink, assign)
PLACES = {
    "top level": (lambda data: data, lambda found: found),
    "nested": (lambda data: {"n": {"n": data}}, lambda found: found["n"]["n"]),
    "list": (lambda data: {"n": [1, data]}, lambda found: found["n"][1]),
    "replace": (lambda data: {"n": replace(data)}, lambda found: found["n"]),
}


def resolved(kernel, data):
    return kernel.resolve([kernel.Layer("a", data)])


@pytest.mark.parametrize("size", [5, 20, 300])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("actor", READ_AS)
def test_a_dict_is_read_as_it_stood_before_any_of_its_values(kernel, actor, change, place, size):
    put, get = PLACES[place]
    for position in (1, size - 1):
        data = {f"key_{number}": number for number in range(size)}
        name = f"key_{position}"
        data[name] = actor(lambda data=data: change(data))
        expected = {**data, name: READ_AS[actor](data[name])}
        found = get(resolved(kernel, put(data)))
        assert list(found.items()) == list(expected.items())
        assert len(found) == size
        assert all(name in found for name in expected)


def test_what_stands_above_is_read_as_it_stood_too(kernel):
    data = {"first": 1, "inner": {}, "last": {"x": 1}}
    data["inner"]["actor"] = Acting(data.clear)
    data["inner"]["behind"] = 2
    assert resolved(kernel, data).to_dict() == {
        "first": 1,
        "inner": {"actor": {}, "behind": 2},
        "last": {"x": 1},
    }


def test_what_comes_later_is_read_as_it_stands_then(kernel):
    later = {"x": 1}
    data = {"actor": Acting(lambda: later.update(y=2)), "later": later}
    assert resolved(kernel, data).to_dict() == {"actor": {}, "later": {"x": 1, "y": 2}}


def test_data_that_adds_to_itself_whenever_it_is_read(kernel):
    data, reads = {}, []

    def act():
        assert len(reads) < 10
        reads.append(1)
        data[f"more_{len(data)}"] = Acting(act)

    data.update(a=1, actor=Acting(act), b=2)
    assert list(resolved(kernel, data)) == ["a", "actor", "b"]
    assert len(reads) == 1


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("actor", [Acting, ActingMapping, ActingList])
def test_no_value_is_asked_twice(kernel, actor, place):
    put, _get = PLACES[place]
    reads = []
    for data in (
        {"m": {}, Key("b"): 1},
        {"m": {}, Key("b"): 1, "b": 2},
        {"m": {}, "x": {"m": {"m": {}, Key("b"): 1}, Key("b"): 1}},
    ):
        data["m"] = actor(lambda: reads.append(1))
        reads.clear()
        resolved(kernel, put(data))
        assert len(reads) == 1


def test_the_last_key_of_a_text_counts_and_none_before_is_looked_at(kernel):
    assert resolved(kernel, {"b": "\ud800", "c": 2, Key("b"): 1}).to_dict() == {"b": 1, "c": 2}
    with pytest.raises(ParseError):
        resolved(kernel, {"b": 1, Key("b"): "\ud800"})


def test_a_key_that_cannot_be_hashed_any_more_is_met_before_any_value(kernel):
    class Failing:
        fails = False

        def __hash__(self):
            if self.fails:
                raise KeyError("hash")
            return 1

    data = {"first": "\ud800", "actor": Acting(list), Failing(): 1}
    Failing.fails = True
    with pytest.raises(KeyError, match="hash"):
        resolved(kernel, data)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_overlays_and_sets_of_data_that_changes_itself(kernel, change):
    snapshot = resolved(kernel, {"a": {"b": 1}})
    for derive in (
        lambda data: snapshot.set("a.n", data)["a.n"],
        lambda data: snapshot.overlay({"n": data})["n"],
    ):
        data = {"a": 1, "b": {}, "c": 3}
        data["b"] = Acting(lambda data=data: change(data))
        assert list(derive(data).items()) == [("a", 1), ("b", {}), ("c", 3)]


def test_data_that_holds_itself_and_has_code(kernel):
    data = {"actor": Acting(list)}
    data["self"] = data
    with pytest.raises(LimitError):
        resolved(kernel, data)


def test_what_is_wrong_behind_a_value_with_code_is_said_once(kernel):
    reads = []
    data = {"actor": Acting(lambda: reads.append(1)), "n": [DELETE]}
    with pytest.raises(TypeError, match="an operator cannot stand inside a list"):
        resolved(kernel, data)
    assert len(reads) == 1


class PairsOf(Mapping):
    """A mapping whose items are whatever it is given."""

    def __init__(self, *pairs):
        self.pairs = pairs

    def items(self):
        return iter(self.pairs)

    def __iter__(self):
        return iter(())

    def __getitem__(self, key):
        raise KeyError(key)

    def __len__(self):
        return len(self.pairs)


class Swapped(tuple):
    """A tuple that is iterated backwards."""

    __slots__ = ()

    def __iter__(self):
        return reversed(self[:])


USES = {
    "layer": resolved,
    "nested": lambda kernel, data: resolved(kernel, {"n": data})["n"],
    "list": lambda kernel, data: resolved(kernel, {"n": [data]})["n"][0],
    "replace": lambda kernel, data: resolved(kernel, {"n": replace(data)})["n"],
    "overlay": lambda kernel, data: resolved(kernel, {}).overlay(data),
    "set": lambda kernel, data: resolved(kernel, {}).set("n", data)["n"],
}


@pytest.mark.parametrize("use", USES)
def test_a_pair_is_whatever_python_unpacks_into_two(kernel, use):
    pairs = (["list", 1], "st", {"dict": 0, "second": 1}, (each for each in ("made", 2)), ("pair", 3))
    found = USES[use](kernel, PairsOf(*pairs, Swapped((4, "swapped"))))
    assert dict(found) == {"list": 1, "s": "t", "dict": "second", "made": 2, "pair": 3, "swapped": 4}


def test_origins_come_in_any_pairs_too(kernel):
    own = Origin("a", "environment", variable="APP_A")
    layer = kernel.Layer("a", {"a": 1}, origins=PairsOf([("a",), own]))
    assert kernel.resolve([layer]).explain("a").origin == own
    with pytest.raises(TypeError, match="cannot unpack non-iterable int object"):
        kernel.Layer("a", {"a": 1}, origins=PairsOf(5))


def unpacking_error(pair):
    with pytest.raises(Exception) as raised:  # noqa: PT011  which one Python raises is what is asked
        _first, _second = pair
    return raised.value


@pytest.mark.parametrize(
    "pair", [(), ("a",), ("a", 1, 2), ["a"], ["a", 1, 2], "a", "abc", {}, 5, None, int, 0.5], ids=repr
)
@pytest.mark.parametrize("use", USES)
def test_what_is_no_pair_is_refused_as_python_refuses_it(kernel, use, pair):
    expected = unpacking_error(pair)
    with pytest.raises(type(expected)) as raised:
        USES[use](kernel, PairsOf(("x", 1), pair))
    assert type(raised.value) is type(expected)
    assert str(raised.value) == str(expected)


def test_the_error_of_a_pair_is_its_own(kernel):
    def failing():
        yield "a"
        raise KeyError("own")

    with pytest.raises(KeyError, match="own"):
        resolved(kernel, {"n": PairsOf(failing())})


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="other collectors have no thresholds")
@pytest.mark.parametrize("most", range(1, 12))
def test_garbage_that_is_collected_meanwhile_changes_no_data(kernel, most):
    """What is collected may run code; data is read as it stands, all of it before or all of it after."""
    snapshot = kernel.resolve([kernel.Layer("low", {"m": {}})])
    snapshot.overlay({"m": {"a": [0]}})
    data = {"m": {f"k{number}": [0, [0]] for number in range(6)}}

    class Garbage:
        def __init__(self):
            self.itself = self

        def __del__(self):
            data["m"].update({key: [9, [9]] for key in data["m"]})

    thresholds = gc.get_threshold()
    gc.collect()
    gc.disable()
    Garbage()
    gc.set_threshold(most)
    gc.enable()
    try:
        values = [*snapshot.overlay(data)["m"].values()]
        assert gc.isenabled()
        gc.disable()
        snapshot.overlay(data)
        assert not gc.isenabled()
    finally:
        gc.set_threshold(*thresholds)
        gc.enable()
    assert values in ([(0, (0,))] * 6, [(9, (9,))] * 6)
