"""Reading in steps: views that come and go, tuples of names, and what is remembered of the way."""

from __future__ import annotations

import gc
import sys
import weakref

import pytest

from tests.kernel.stack import stack

DATA = {
    "a": {"b": {"c": {"d": 1, "list": [5]}, "empty": {}}, "a.b": {"x": 2}, '"q"': {"x": 3}},
    "a.b": {"x": 4},
    "wide": {f"n{number}": number for number in range(100)},
}
TURNS = range(3)
"""The first read of a path finds it, later ones are remembered."""


@pytest.fixture(params=["base", "overlay", "changed", "new section", "taken out and put in"])
def snapshot(kernel, request):
    """The same content, over a base in different ways."""
    base = stack(kernel, DATA)
    if request.param == "base":
        return base
    if request.param == "overlay":
        return stack(kernel, {**DATA, "wide": {**DATA["wide"], "n5": 0}}).overlay({"wide": {"n5": 5}})
    if request.param == "changed":
        return base.set("a.b.c.d", 0).set("a.b.c.d", 1)
    if request.param == "new section":
        return base.set("a.new.x", 1).delete("a.new")
    return base.set("a.b", 0).set("a.b", DATA["a"]["b"])


def test_every_way_of_reading_leads_to_the_same(snapshot):
    for _ in TURNS:
        assert snapshot["a"]["b"]["c"]["d"] == 1
        assert snapshot["a"]["b.c.d"] == snapshot["a.b"]["c.d"] == snapshot["a", "b", "c", "d"] == 1
        assert snapshot.get("a").get("b").get("c").get("d") == 1
        assert snapshot["a"].get("b.c.d") == snapshot["a", "b"]["c", "d"] == 1
        assert snapshot["a", "b", "c", "list", 0] == snapshot["a"]["b"]["c"]["list[0]"] == 5
        assert "b" in snapshot["a"]
        assert ("a", "b") in snapshot
        assert bool(snapshot["a.b"])
        assert not snapshot["a", "b", "empty"]
        assert snapshot.get(("a", "b", "no"), 7) == 7


def test_a_name_of_a_tuple_is_no_path(snapshot):
    for _ in TURNS:
        assert snapshot["a.b"]["c"]["d"] == 1
        assert snapshot[("a.b",)]["x"] == snapshot["a.b", "x"] == snapshot['"a.b"']["x"] == 4
        assert snapshot["a", "a.b", "x"] == snapshot["a"]['"a.b"'].get("x") == 2
        assert snapshot["a", '"q"', "x"] == snapshot["a"][r'"\"q\""']["x"] == 3
        assert snapshot["a"]["b.c.list[0]"] == 5
        assert ("a", "b.c.list[0]") not in snapshot
        assert ("a", "b.c", "d") not in snapshot
        assert ("a", "b", "c", "list[0]") not in snapshot
        assert ("a", '"a.b"') not in snapshot


def test_a_bad_name_behind_a_missing_one_is_still_refused(kernel, snapshot):
    for _ in TURNS:
        assert "no" not in snapshot
        for bad in (("no", -1), ("no", None), ("no", 10**18), ("a", "no", "\ud800")):
            with pytest.raises((TypeError, ValueError)):
                snapshot.get(bad)
            with pytest.raises((TypeError, ValueError)):
                bad in snapshot  # noqa: B015


def test_lengths_are_those_of_the_children(snapshot):
    assert [len(snapshot), len(snapshot["a"]), len(snapshot["a.b"]), len(snapshot["wide"])] == [3, 3, 2, 100]
    more = snapshot.set("wide.more", 1, layer="a").set("wide.n8", {}, layer="a").delete("wide.n7", layer="a")
    assert len(more["wide"]) == len(list(more["wide"])) == 100
    assert len(more["wide.n8"]) == 0
    assert (list(more["wide"])[-1], "n7" in list(more["wide"])) == ("more", False)
    one = snapshot.set("a.b.more", 1, layer="a")
    assert (len(one["a.b"]), list(one["a.b"])[-1]) == (3, "more")
    assert len(snapshot["wide"]) == 100


def test_lengths_at_every_width(kernel):
    for width in (0, 1, 2, 3, 4, 15, 16, 17, 18, 40):
        inner = {f"n{number}": {"x": {"y": 1}} if number % 3 else number for number in range(width)}
        snapshot = stack(kernel, {"s": inner, "t": {"s": inner}})
        assert len(snapshot["s"]) == len(snapshot["t"]["s"]) == width
        assert bool(snapshot["s"]) == (width > 0)


def test_views_that_are_held_together_stay_apart(snapshot):
    held = [
        snapshot["a"]["b"],
        snapshot["a"],
        snapshot["wide"],
        snapshot["a"]["b"]["c"],
        snapshot["a.b.empty"],
    ]
    for _ in range(20):
        assert snapshot["a"]["b"]["c"]["d"] == 1
    assert [list(view) for view in held[:2]] == [["c", "empty"], ["b", "a.b", '"q"']]
    assert [len(view) for view in held] == [2, 3, 100, 2, 0]
    assert [view.key(name).path for view, name in zip(held, ("c", "b", "n1", "d"), strict=False)] == [
        "a.b.c",
        "a.b",
        "wide.n1",
        "a.b.c.d",
    ]


@pytest.mark.skipif(not hasattr(sys, "getrefcount"), reason="everything waits for the collector here")
def test_what_was_read_in_steps_goes_at_once(kernel):
    if kernel.__name__.endswith("_pure"):
        pytest.skip("the reference's snapshot holds its views, and waits for the collector")
    gc.collect()
    gc.disable()
    try:
        base = stack(kernel, DATA)
        overlay = base.overlay({"a": {"b": {"c": {"d": 2}}}})
        gone = [weakref.ref(base), weakref.ref(overlay)]
        for one in (base, overlay):
            for _ in TURNS:
                assert one["a"]["b"]["c"]["d"]
                held = [one["a"], one["a"], one["wide"], one["a.b"], one["a"]]
                assert len(held) == 5
                del held
        view = overlay["a"]["b"]
        del base, overlay, one
        assert gone[0]() is None
        assert gone[1]() is not None
        assert view["c"]["d"] == 2
        del view
        assert gone[1]() is None
    finally:
        gc.enable()


def test_weak_references_to_views_end_with_them(kernel):
    snapshot = stack(kernel, DATA)
    ended = []
    for turn in range(10):
        view = snapshot["a"]["b"]
        watched = weakref.ref(view, lambda _: ended.append(snapshot["wide"]["n1"]))
        assert watched() is view
        del view
        gc.collect()
        if kernel.__name__.endswith("_native"):
            assert watched() is None
            assert len(ended) == turn + 1
        # What takes the place of the view has no weak references.
        assert weakref.getweakrefcount(snapshot["a"]["b"]) <= (not kernel.__name__.endswith("_native"))


def test_a_cycle_through_a_view_is_collected_whatever_was_used_again(kernel):
    class Thing:
        """An opaque value that can be watched."""

    for _ in range(5):
        thing = Thing()
        snapshot = stack(kernel, {"a": {"b": {"thing": thing}}})
        assert snapshot["a"]["b"]["thing"] is thing
        thing.view = snapshot["a"]["b"]
        watched = weakref.ref(thing)
        del thing, snapshot
        gc.collect()
        assert watched() is None
