"""A configuration that lives: one value is set after the other, in several layers; every snapshot stays."""

from __future__ import annotations

from itertools import pairwise

NAMES = [f"k{number}" for number in range(50)]
TURNS = 120


def resolved(data):
    return {**data["low"], **data["high"]}


def lives(kernel):
    """Every turn's snapshot, what its layers define, and the path that was set."""
    data = {"low": dict.fromkeys(NAMES, 0), "high": dict.fromkeys(NAMES[:9], 1)}
    live = kernel.resolve([kernel.Layer(name, {"m": values}) for name, values in data.items()])
    yield live, data, None
    for turn in range(TURNS):
        layer = "high" if turn % 5 == 0 else "low"
        name = NAMES[turn * 7 % (9 if layer == "high" else 50)]
        data = {**data, layer: {**data[layer], name: turn + 100}}
        live = live.set(f"m.{name}", turn + 100, layer=layer)
        yield live, data, name


def test_every_snapshot_keeps_its_values(kernel):
    turns = list(lives(kernel))
    for live, data, _ in turns:
        assert live["m"].to_dict() == resolved(data)


def test_every_snapshot_keeps_its_definitions(kernel):
    for live, data, name in list(lives(kernel))[1::10]:
        found = live.explain(f"m.{name}").definitions
        expected = [data[layer][name] for layer in ("high", "low") if name in data[layer]]
        assert [definition.value for definition in found] == expected


def test_any_two_snapshots_differ_in_what_was_set_between(kernel):
    turns = list(lives(kernel))
    for at in range(0, TURNS, 7):
        for other in (at, at + 1, TURNS - at, TURNS):
            (old, before, _), (new, after, _) = turns[at], turns[other]
            before, after = resolved(before), resolved(after)
            differing = {f"m.{name}": (before[name], after[name]) for name in sorted(NAMES)}
            differing = {path: pair for path, pair in differing.items() if pair[0] != pair[1]}
            found = new.diff(old)
            assert (found.added, found.removed, found.changed) == ({}, {}, differing)
            assert list(found.changed) == list(differing)


def test_the_generation_rises_with_what_is_seen(kernel):
    turns = list(lives(kernel))
    for (older, before, _), (newer, after, _) in pairwise(turns):
        assert newer.generation - older.generation == (resolved(before) != resolved(after))


def test_structure_that_changes_between_values(kernel):
    """Values set, keys brought in and taken out, and layers replaced, in turn."""
    live = kernel.resolve([kernel.Layer("low", {"m": dict.fromkeys(NAMES, 0)})])
    expected = dict.fromkeys(NAMES, 0)
    for turn, name in enumerate(NAMES):
        live = live.set(f"m.{name}", turn)
        expected[name] = turn
        if turn % 6 == 5:
            live = live.set(f"m.new_{turn}", turn).delete(f"m.{NAMES[turn - 1]}")
            expected[f"new_{turn}"] = turn
            del expected[NAMES[turn - 1]]
        assert live["m"].to_dict() == expected
        assert list(live["m"]) == list(expected)
    assert live.without_layer("low") == {}
