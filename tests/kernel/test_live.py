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
            found = kernel.diff(old, new)
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
    assert live.with_layers(without=["low"]) == {}


def test_what_one_snapshot_remembers_is_right_for_the_others(kernel):
    """Snapshots of one base share what was read: values, mappings and absent keys, in any order."""
    data = {
        "a": {"x": 1, "y": {"z": 2, "l": [5]}},
        "b": {str(number): number for number in range(80)},
        "c": 3,
    }
    base = kernel.resolve([kernel.Layer("low", data), kernel.Layer("high", {"c": 4})])
    many = base
    for number in range(70):
        many = many.set(f"b.{number}", -number, layer="low")
    snapshots = [
        (base, {}),
        (base.set("a.y", 7, layer="low"), {"a.y": 7, "a.y.z": None, "a.y.l": None, "a.y.l[0]": None}),
        (base.delete("a", layer="low"), dict.fromkeys(("a", "a.x", "a.y", "a.y.z", "a.y.l", "a.y.l[0]"))),
        (base.set("a.new", 8), {"a.new": 8}),
        (base.overlay({"a": {"x": 9}, "gone": {"now": 1}}), {"a.x": 9, "gone.now": 1}),
        (many, {f"b.{number}": -number for number in range(70)}),
        (many.overlay({"c": 5}), {"c": 5, **{f"b.{number}": -number for number in range(70)}}),
    ]
    plain = {**base.flatten(), "a.y.l[0]": 5, "a.new": None, "gone.now": None, "nothing": None}
    for turn in range(3):
        for snapshot, changed in snapshots[turn:] + snapshots[:turn]:
            for path, value in {**plain, **changed}.items():
                assert snapshot.get(path) == value, (turn, path)
                assert (path in snapshot) == (value is not None), (turn, path)
            for path in ("a", "a.y", "b"):
                present = path not in changed or isinstance(changed[path], dict)
                assert (type(snapshot.get(path)) is kernel.View) == present, (turn, path)


def test_a_key_that_comes_is_seen_after_many_absent_ones(kernel):
    """More absent keys are asked for than are remembered, so that the base is asked each time."""
    base = kernel.resolve([kernel.Layer("low", {"m": {"x": 1}, "gone": {"y": 2}})])
    assert not any(f"absent.{number}" in base for number in range(3_000))
    derived = base.set("new", 3).set("m.new", 4).delete("gone", layer="low")
    for path in ("new", "m.new"):
        assert path in derived
        assert path not in base
        assert derived.get(path) == derived[path]
        assert base.get(path, "default") == "default"
    for path in ("gone", "gone.y"):
        assert path not in derived
        assert derived.get(path, "default") == "default"
        assert path in base
    assert "new" in derived["m"]
    assert not any(f"absent.{number}" in derived for number in range(3_000))


def test_a_key_that_is_not_ascii_is_seen_after_many_absent_ones(kernel):
    for key in ("é", "日本", "😀"):
        base = kernel.resolve([kernel.Layer("low", {key: 1, "m": {key: {key: 2}}})])
        assert not any(f"absent.{number}" in base for number in range(3_000))
        assert key in base
        assert key in base["m"]
        assert f"m.{key}.{key}" in base
        assert (base.get(key), base.get(f"m.{key}.{key}")) == (1, 2)
        assert base.get(f"{key}{key}", "default") == "default"


def test_an_overlay_over_a_list_hides_its_items(kernel):
    base = kernel.resolve([kernel.Layer("low", {"l": [1, [2]], "m": {"x": 1}, "q": 3})])
    lists = base, base.set("q", [1, [2]]).set("m.x", [4])
    for snapshot in lists:
        for path in ("l[0]", "l[1][0]", "l", "q[0]", "m.x[0]", "q"):
            snapshot.get(path)
        overlaid = snapshot.overlay({"l": 5, "q": 6, "m": {"x": 7}})
        for path in ("l[0]", "l[1][0]", "q[0]", "m.x[0]", ("l", 0)):
            assert overlaid.get(path) is None
            assert path not in overlaid
        assert (overlaid["l"], overlaid["q"], overlaid["m.x"]) == (5, 6, 7)
        again = overlaid.overlay({"l": [8]})
        assert (again["l[0]"], overlaid.get("l[0]"), snapshot["l[0]"]) == (8, None, 1)


def test_overlays_of_a_live_configuration(kernel):
    """Over values that were set, keys that came and went, and mappings that are new."""
    base = kernel.resolve([kernel.Layer("low", {"m": {"x": 1, "y": {"z": 2}}, "q": 3, "r": {"s": 4}})])
    for snapshot in (base, base.set("m.x", 5), base.set("q", 6).set("m.new", 7), base.delete("r")):
        for path in ("m.x", "q", "m.new", "r.s", "r"):
            snapshot.get(path)
        expected = snapshot.to_dict()
        overlaid = snapshot.overlay({"m": {"x": 10, "y": {"z": 11}}, "q": 12})
        expected["m"].update(x=10, y={"z": 11})
        expected["q"] = 12
        for _ in range(2):
            assert [overlaid[path] for path in ("m.x", "m.y.z", "q")] == [10, 11, 12]
            assert [overlaid["m"]["x"], overlaid["m", "x"], overlaid["m.y"]["z"]] == [10, 10, 11]
            for path in ("m.new", "r.s", "nothing"):
                assert overlaid.get(path) == snapshot.get(path)
                assert (path in overlaid) == (path in snapshot)
            assert snapshot["m.x"] in (1, 5)
        assert overlaid == expected
        assert list(overlaid["m"]) == list(expected["m"])
        assert overlaid.explain("m.x").definitions[0].origin.layer == "overlay"
        assert overlaid.delete("m.x", layer="overlay")["m.x"] == snapshot["m.x"]
    gone = base.delete("m.x").overlay({"m": {"x": 1}})
    assert list(gone["m"]) == ["y", "x"]
