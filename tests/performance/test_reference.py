"""What a derivation of the reference judges, calls, shares and keeps alive: counted, never timed."""

from __future__ import annotations

import gc
import importlib
import sys
import weakref
from pathlib import Path

import pytest

from veltrix import Dimension, append
from veltrix import _pure as pure
from veltrix._pure.edit import put

REFERENCE = Path(pure.__file__).parent
SIZES = (300, 3_000)
FIELDS = 10

resolving = importlib.import_module("veltrix._pure.resolve")
deriving = importlib.import_module("veltrix._pure.derive")


def stack(leaves):
    """Two layers of sections with ten settings each, of which the upper one overrides five."""
    sections = range(leaves // FIELDS)
    low = {f"s{at}": {f"f{field}": field for field in range(FIELDS)} for at in sections}
    low["lists"] = {"l": [1]}
    high = {f"s{at}": {f"f{field}": -field for field in range(0, FIELDS, 2)} for at in sections}
    region = pure.Layer("eu", {"s0": {"f1": "eu", "f2": "eu"}, "s2": {"new": "eu"}})
    layers = [pure.Layer("low", low), pure.Layer("high", high)]
    return pure.resolve(layers, dimensions=[Dimension("region", {"eu": region})])


@pytest.fixture
def judged(monkeypatch):
    """The paths that were judged since it was cleared."""
    paths = []
    counting = resolving.counting

    def noted(run, path, conflicts):
        paths.append(path)
        return counting(run, path, conflicts)

    for module in (resolving, deriving):
        monkeypatch.setattr(module, "counting", noted)
    return paths


DERIVATIONS = {
    "overlay of three keys": lambda s: s.overlay({"s1": {"f0": 1, "f1": 2, "f2": 3}}),
    "overlay of three sections": lambda s: s.overlay({"s1": {"f0": 1}, "s2": {"f1": 2}, "s3": {"f2": 3}}),
    "overlay of a new key": lambda s: s.overlay({"s1": {"new": 1}}),
    "overlay of a list": lambda s: s.overlay({"lists": {"l": append([2])}}),
    "set": lambda s: s.set("s1.f1", "x", layer="low"),
    "set of a new key": lambda s: s.set("s1.new", "x", layer="low"),
    "delete": lambda s: s.delete("s1.f0", layer="high"),
    "with_layers": lambda s: s.with_layers(pure.Layer("top", {"s1": {"f1": 7}})),
    "with_layers of two at once": lambda s: s.with_layers(
        put(s._layers[0], ("s1", "f1"), "x"), put(s._layers[1], ("s2", "f2"), "y")
    ),
    "with_layers without one": lambda s: s.overlay({"s1": {"f1": 7}}).with_layers(without=["overlay"]),
    "scope": lambda s: s.scope(region="eu"),
}


@pytest.mark.parametrize("derived", DERIVATIONS.values(), ids=DERIVATIONS)
def test_the_nodes_that_are_judged_depend_on_the_change_alone(judged, derived):
    counts = []
    for leaves in SIZES:
        snapshot = stack(leaves)
        judged.clear()
        derived(snapshot)
        counts.append(len(judged))
    assert counts[0] == counts[1]
    assert 0 < counts[0] <= 16


def test_only_what_is_on_a_touched_path_is_judged(judged):
    snapshot = stack(300)
    judged.clear()
    snapshot.overlay({"s1": {"f0": 1, "f1": 2}, "s5": {"new": {"x": 3}}})
    leaves = {("s1", "f0"), ("s1", "f1"), ("s5", "new", "x")}
    assert {("s1",), ("s5",), ("s5", "new")} < set(judged) <= {(), ("s1",), ("s5",), ("s5", "new"), *leaves}


@pytest.mark.parametrize("derived", DERIVATIONS.values(), ids=DERIVATIONS)
def test_the_calls_of_a_derivation_depend_on_the_change_alone(derived):
    counts = []
    for leaves in SIZES:
        snapshot, calls = stack(leaves), []

        def note(frame, event, _, calls=calls):
            # A collector may call what finalises objects of others at any time.
            if event == "call" and Path(frame.f_code.co_filename).parent == REFERENCE:
                calls.append(frame.f_code)

        sys.setprofile(note)
        try:
            derived(snapshot)
        finally:
            sys.setprofile(None)
        counts.append(len(calls))
    assert counts[0] == counts[1] > 10


@pytest.mark.parametrize("derived", DERIVATIONS.values(), ids=DERIVATIONS)
def test_every_section_beside_the_change_is_shared(derived):
    snapshot = stack(300)
    after = derived(snapshot)
    shared = [name for name in snapshot if after._tree[name] is snapshot._tree[name]]
    assert len(shared) >= len(snapshot) - 3
    assert "s29" in shared


def test_a_view_of_a_shared_section_answers_for_the_derived_snapshot():
    snapshot = stack(300).set("s0.f0", "set")
    before = snapshot["s7"]
    derived = snapshot.set("s1.f1", "x").overlay({"s2": {"f0": "mine"}})
    view = derived["s7"]
    assert view._tree is before._tree
    assert (before.layer_names, before.generation) == (("low", "high"), 2)
    assert (view.layer_names, view.generation) == (("low", "high", "overlay"), 3)
    assert derived.overlay({"s7": {"f1": 0}})["s7"].explain("f1").origin.layer == "overlay"


def test_no_chain_of_snapshots_is_kept_alive():
    """Five hundred changes in a row, each read: the last snapshot holds none of those before it."""
    snapshot, seen = stack(300), []
    for number in range(500):
        seen.append(weakref.ref(snapshot))
        section, field = f"s{number % 30}", f"f{number % 10}"
        snapshot = snapshot.set(f"{section}.{field}", number)
        assert snapshot[section][field] == snapshot[f"{section}.{field}"] == number
    gc.collect()
    assert [ref for ref in seen if ref() is not None] == []
    assert snapshot.flatten() == pure.resolve(snapshot._layers).flatten()


@pytest.mark.skipif(not hasattr(sys, "getrefcount"), reason="everything waits for the collector here")
def test_what_is_derived_and_not_read_is_no_garbage_for_the_collector():
    snapshot = stack(300)
    gc.collect()
    gc.disable()
    try:
        overlay = snapshot.overlay({"s1": {"f0": 1}})
        assert overlay["s1.f0"] == 1
        alive = weakref.ref(overlay)
        del overlay
        assert alive() is None
    finally:
        gc.enable()


def test_what_is_read_twice_is_looked_for_once(monkeypatch):
    overlay = stack(300).overlay({"s1": {"f0": 1}})
    view = overlay["s1"]
    walked = []
    for kind in (type(overlay), type(view)):
        walk = kind._walk
        monkeypatch.setattr(kind, "_walk", lambda *of, walk=walk: walked.append(of[1]) or walk(*of))
    for _ in range(3):
        assert (overlay["s1.f0"], overlay.get("s2.f1"), "s3.f1" in overlay, view["f2"]) == (1, 1, True, -2)
    assert len(walked) == 4
