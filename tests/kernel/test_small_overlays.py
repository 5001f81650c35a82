"""Overlays of a few values, which are read in a way of their own: all reads of them agree."""

from __future__ import annotations

import pytest

from tests.kernel.stack import stack
from veltrix import DELETE, replace
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
