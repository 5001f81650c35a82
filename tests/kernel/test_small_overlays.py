"""Overlays of a few values, which are read in a way of their own: all reads of them agree."""

from __future__ import annotations

import pytest

from tests.kernel.stack import stack
from veltrix import DELETE, replace
from veltrix.errors import ConflictError, LimitError
from veltrix.types import NAN

# Beside what an overlay holds without being derived, whatever the build: 3 values, or 8.
COUNTS = range(1, 13)
ABSENT = object()


def resolved_again(kernel, snapshot):
    """The same stack, resolved as a whole."""
    layers, conflicts, dimensions, generation = snapshot.__reduce__()[1][-4:]
    return kernel.restore_snapshot(layers, conflicts, dimensions, generation)


def assert_reads_alike(snapshot, expected, paths, prefix=""):
    """All ways to read one snapshot, or view, against those of another."""
    for path in paths:
        value = expected.get(path, ABSENT)
        assert (path in snapshot) is (value is not ABSENT), prefix + path
        assert snapshot.get(path, ABSENT) == value, prefix + path
        if value is not ABSENT:
            assert snapshot[path] == value, prefix + path
            assert snapshot[tuple(path.split("."))] == value, prefix + path
    assert list(snapshot) == list(expected)
    assert list(reversed(snapshot)) == list(reversed(expected))
    assert len(snapshot) == len(expected)
    assert list(snapshot.flatten().items()) == list(expected.flatten().items())
    assert snapshot.to_dict() == expected.to_dict()
    assert snapshot.digest == expected.digest
    for name, child in expected.items():
        if hasattr(child, "flatten"):
            assert_reads_alike(snapshot[name], child, list(child.flatten()), f"{prefix}{name}.")


@pytest.mark.parametrize("lives", [False, True])
@pytest.mark.parametrize("count", COUNTS)
def test_every_value_of_an_overlay_is_read(kernel, count, lives):
    # Two paths may share a bit of the filter, and then one is enough: so many names that some share none.
    for letter in "abcdefghijkl":
        names = [f"{letter}{number}" for number in range(16)]
        snapshot = stack(kernel, {"m": dict.fromkeys(names, 0), "n": 0})
        if lives:
            snapshot = snapshot.set(f"m.{names[-1]}", 2).set("n", 2)
        before = {path: snapshot[path] for path in snapshot.flatten()}
        overlaid = snapshot.overlay({"m": dict.fromkeys(names[:count], 1)})
        expected = {**before, **{f"m.{name}": 1 for name in names[:count]}}
        for _ in range(2):
            assert {path: overlaid[path] for path in before} == expected
            assert {path: overlaid.get(path) for path in before} == expected
            assert {name: overlaid["m"][name] for name in names} == overlaid["m"].to_dict()
        assert overlaid.flatten() == expected
        assert {path: snapshot[path] for path in before} == before


HIDDEN = {
    "deleted": lambda s: s.set("m", DELETE),
    "deleted below": lambda s: s.set("m.n", DELETE),
    "taken out": lambda s: s.delete("m", layer="a"),
    "taken out below": lambda s: s.delete("m.n", layer="a"),
    "null": lambda s: s.set("m", replace(None)),
    "a value": lambda s: s.set("m", replace(7)),
    "a value below": lambda s: s.set("m.n", replace(7)),
    "another mapping": lambda s: s.set("m", replace({"z": 1})),
    "the same mapping": lambda s: s.set("m", replace({"x": 5, "n": {"y": 6}})),
    "a leaf": lambda s: s.set("m.x", DELETE).set("m.n.y", DELETE),
    "given back": lambda s: s.set("m", DELETE).set("m", {"x": 4}),
}
GIVEN = [
    {"m": {"x": 9}},
    {"m": {"n": {"y": 9}}},
    {"m": {"x": 9, "n": {"y": 8}}},
    {"k": 9},
    {"k": 9, "m": {"x": 8}},
    {"m": {"z": 9}},
    {"m": {"x": 9}, "q": {"r": 8}},
    {"k": 9, "m": {"z": 8}, "new": 7},
]
PATHS = ["m", "m.x", "m.n", "m.n.y", "m.z", "m.no", "k", "q", "q.r", "no"]


@pytest.mark.parametrize("given", GIVEN, ids=repr)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_hidden_path_is_given_back(kernel, hidden, given):
    low = {"m": {"x": 1, "n": {"y": 2}, "w": 3}, "k": 4, "q": {"r": 5}}
    snapshot = HIDDEN[hidden](stack(kernel, low, {}, conflicts="replace"))
    for seen in ([], PATHS):
        # Once with what was read from below remembered, once with nothing remembered.
        assert [snapshot.get(path, ABSENT) for path in seen] == [
            resolved_again(kernel, snapshot).get(path, ABSENT) for path in seen
        ]
        overlaid = snapshot.overlay(given)
        for path, value in stack(kernel, given).flatten().items():
            assert (overlaid[path], overlaid.explain(path).origin.layer) == (value, "overlay")
        assert_reads_alike(overlaid, resolved_again(kernel, overlaid), PATHS)
        over = overlaid.overlay({"k": 0})
        assert_reads_alike(over, resolved_again(kernel, over), PATHS)


def test_a_small_overlay_takes_what_any_layer_takes(kernel):
    snapshot = stack(kernel, {"k": 1, "f": 2.5})
    for _ in range(2):
        overlaid = snapshot.overlay({"k": 2, "f": float("nan")})
        assert overlaid["f"] is NAN
        assert (overlaid["k"], snapshot["k"]) == (2, 1)
        for key in ("\ud800", 1):
            with pytest.raises((ValueError, TypeError)):
                snapshot.overlay({"k": 2, key: 3})


SHAPES = {
    "existing": lambda number: (f"m.k{number}", number),
    "new": lambda number: (f"m.new{number}", number),
    "lists": lambda number: (f"m.k{number}", [number, "x", [number, ()]]),
    "over lists": lambda number: (f"l.k{number}", [number]),
    "values over lists": lambda number: (f"l.k{number}", number),
    "new mappings": lambda number: (f"m.map{number}.x", number),
    "a new section": lambda number: (f"section.part.k{number}", number),
    "everywhere": lambda number: (
        ("m.k{0}", "l.k{0}", "new{0}", "m.new{0}", "n.{0}.z")[number % 5].format(number),
        number,
    ),
}


def reads(snapshot, paths):
    return [snapshot.get(path, ABSENT) for path in paths]


def nested(pairs):
    data = {}
    for path, value in pairs:
        *above, last = path.split(".")
        mapping = data
        for name in above:
            mapping = mapping.setdefault(name, {})
        mapping[last] = value
    return data


@pytest.fixture(params=["resolved", "lives"])
def wide(kernel, request):
    names = [f"k{number}" for number in range(40)]
    snapshot = stack(kernel, {"m": dict.fromkeys(names, 0), "l": dict.fromkeys(names, (1, 2, 3)), "n": {}})
    if request.param == "lives":
        snapshot = snapshot.set("m.k3", 7).set("m.added", 1).set("l.k2", [9]).set("section.part.k1", [0])
    for path in snapshot.flatten():
        snapshot.get(path), snapshot.get(f"{path}[0]")
    return snapshot


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [1, 2, 5, 8, 9, 12, 33, 40])
def test_an_overlay_of_any_shape_and_size_reads_as_its_stack_does(kernel, wide, shape, count):
    data = nested(map(SHAPES[shape], range(count)))
    overlaid, other = wide.overlay(data), wide.overlay(data)
    expected = resolved_again(kernel, other)
    paths = [*expected.flatten(), "m", "l", "n", "section", "section.part", "k1", "part.k1", "m.no", "n.0.y"]
    for _ in range(2):
        assert reads(overlaid, paths) == reads(expected, paths)
        assert [path in overlaid for path in paths] == [path in expected for path in paths]
        items = [f"{path}[{at}]" for path in paths for at in (0, 2)]
        assert reads(overlaid, items) == reads(expected, items)
    assert_reads_alike(overlaid, expected, paths)


@pytest.mark.parametrize("lower", SHAPES)
@pytest.mark.parametrize("upper", SHAPES)
@pytest.mark.parametrize("count", [2, 12])
def test_an_overlay_over_another_one_gives_its_own_values_first(kernel, wide, lower, upper, count):
    low = nested((path, "low") for path, _ in map(SHAPES[lower], range(count)))
    high = nested((path, "high") for path, _ in map(SHAPES[upper], range(0, count, 2)))
    over = wide.overlay(low, "low").overlay(high, "high").overlay({"new": {"x": 1}})
    other = wide.overlay(low, "low").overlay(high, "high").overlay({"new": {"x": 1}})
    assert other.layer_names[-3:] == ("low", "high", "overlay")
    expected = resolved_again(kernel, other)
    paths = [*expected.flatten(), "m", "new", "section", "no", "new.y"]
    assert reads(over, paths) == reads(expected, paths)
    assert_reads_alike(over, expected, paths)
    assert over.explain("new.x").origin.layer == "overlay"


@pytest.mark.parametrize("name", ["a.b", "", "é", "日本", "a b", "[0]", "a"])
def test_the_names_of_an_overlay_are_names(kernel, name):
    snapshot = stack(kernel, {"m": {"k": 0}, "a": {"z": 0}})
    for place in ({name: 1}, {"m": {name: 1}}, {"m": {name: {"k": 1}}}, {name: {"q": {"k": 1}}}):
        absent = ("b", "a.b", "m.b", "m.a.b", "k", "q.k", "b.k", "m.b.k", "é", "m.日本")
        assert not any(path in snapshot for path in absent)
        if name == "a" and name in place and place[name] == 1:
            with pytest.raises(ConflictError):
                snapshot.overlay(place)
            continue
        overlaid, other = snapshot.overlay(place), snapshot.overlay(place)
        expected = resolved_again(kernel, other)
        paths = [*absent, "m.é", "日本.q.k", "a.q.k"]
        assert reads(overlaid, paths) == reads(expected, paths)
        assert [path in overlaid for path in paths] == [path in expected for path in paths]
        assert overlaid.to_dict() == expected.to_dict()


def test_the_data_of_an_overlay_keeps_its_order(kernel):
    snapshot = stack(kernel, {"m": {"b": 0, "a": 0}, "z": 0})
    data = {"new": {"y": 1, "x": [2]}, "z": 1, "m": {"c": 1, "a": 1, "b": 1, "empty": {}}, "last": {}}
    layer = snapshot.overlay(data).__reduce__()[1][1][-1]
    assert ordered(layer.__reduce__()[1][2]) == ordered({**data, "new": {"y": 1, "x": (2,)}})


def ordered(data):
    return [(name, ordered(value) if isinstance(value, dict) else value) for name, value in data.items()]


def test_what_an_overlay_was_given_may_change_afterwards(kernel):
    snapshot = stack(kernel, {"m": {"a": 0}})
    data = {"m": {"a": [1, [2]], "n": {"x": [3]}}}
    overlaid = snapshot.overlay(data)
    data["m"]["a"][1].append(9)
    data["m"]["n"]["x"].append(9)
    data["m"]["n"]["y"] = 9
    assert overlaid == {"m": {"a": (1, (2,)), "n": {"x": (3,)}}}
    assert overlaid["m.a"] == (1, (2,))


def outcome(call):
    try:
        return call()
    except LimitError as error:
        return str(error)


def test_an_overlay_is_as_deep_as_any_layer(kernel):
    snapshot = stack(kernel, {"m": {}})
    for depth in (63, 64, 65):
        for innermost in ({}, 1, [], [1]):
            data = innermost
            for _ in range(depth - 1):
                data = {"m": data}
            whole = outcome(lambda data=data: stack(kernel, {"m": {}}, {"m": data}).to_dict())
            assert outcome(lambda data=data: snapshot.overlay({"m": data}).to_dict()) == whole
    endless = {}
    endless["m"] = endless
    with pytest.raises(LimitError):
        snapshot.overlay(endless)
