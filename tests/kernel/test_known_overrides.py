"""Overrides of paths that were overridden or read before: they are no other than at first."""

from __future__ import annotations

from functools import partial

import pytest

from tests.kernel.stack import stack
from veltrix import DELETE, replace
from veltrix.errors import ConfigError, PathError

DATA = {"m": {"x": 1, "n": {"y": 2, "w": [7]}, "g": {"h": 1}}, "l": [1, 2], "k": 0, "a.b": 3, "e": {}}
VALUES = [
    {"m.x": 5},
    {"m.x": 5, "k": [6, [7]], "m.n.y": None, "e.z": 1},
    {"m.x": 5, "l": 1, "m.n.y": 2, "k": 3, "m.n.w": 4, "m.g.h": 5},
    {"k": 1, "m.new": 2, "m.n.y": 3, "m.other": 4},
    {"q.r.s": 1, "m.x": 2, "q.r.t": [3], "q.u": 4, "w": 5},
    {"m.n.new.deep.er": 1, "m.n.new.deep.est": 2, "m.n.new.flat": 3},
    {"q.r": 1, "k": 2, "q.s.t": 3},
]
LIVES = {
    "as resolved": lambda s: s,
    "set": lambda s: s.set("m.x", 8).set("q.r.v", 9),
    "a value set new": lambda s: s.set("m.new", 1).set("q.r.s", 2),
    "a section deleted": lambda s: s.set("m.n", DELETE),
    "a value deleted": lambda s: s.set("m.x", DELETE),
    "a section replaced": lambda s: s.set("m", replace({"n": {"y": 6, "new": 1}})),
    "a value in a section's place": lambda s: s.set("m.n", replace(7)),
    "a section in a value's place": lambda s: s.set("k", replace({"z": 1})),
    "a section in nothing's place": lambda s: s.set("q", {"r": {"z": 1}}),
}


def layer_data(snapshot):
    """The data of the topmost layer, as a pickle would hold it."""
    return snapshot.__reduce__()[1][1][-1].__reduce__()[1][2]


def outcome(call):
    """What a call gives, or the class and the text of its error."""
    try:
        return call()
    except (ConfigError, TypeError, LookupError) as error:
        return type(error), str(error)


def seen(snapshot):
    """What can be seen of a snapshot that an override made, or the error in its place."""
    if isinstance(snapshot, tuple):
        return snapshot
    return list(snapshot.flatten().items()), repr(layer_data(snapshot)), snapshot.layer_names


@pytest.mark.parametrize("values", VALUES, ids=repr)
@pytest.mark.parametrize("lives", LIVES)
def test_what_is_known_is_overridden_as_what_is_not(kernel, values, lives):
    known = stack(kernel, DATA)
    for path in values:
        outcome(lambda path=path: known.override({path: values[path]})[path])
        known.get(path)
    expected = outcome(lambda: LIVES[lives](stack(kernel, DATA)).override(values))

    def read(overridden):
        return outcome(lambda: [overridden[path] for path in values])

    for snapshot in (LIVES[lives](known), LIVES[lives](known.overlay({"o": 1}))):
        for _ in range(2):
            found = outcome(partial(snapshot.override, values))
            assert read(found) == read(expected)
            if "o" not in snapshot:
                assert seen(found) == seen(expected)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"m.x": 1, '"m".x': 2}, "given twice"),
        ({"m.n.y": 1, ("m", "n", "y"): 2}, "given twice"),
        ({"q.r": 1, "q": 2}, "overlaps another given path"),
        ({"q": 2, "q.r": 1}, "overlaps another given path"),
        ({"m.new": 1, "m.new.er": 2}, "overlaps another given path"),
        ({"q.r.s": 1, "q.r": 2}, "overlaps another given path"),
        ({"l[0]": 1}, "a list's item cannot be set alone; give the whole list"),
    ],
)
def test_what_cannot_be_overridden_is_refused_again(kernel, values, text):
    base = stack(kernel, DATA)
    for path in values:
        base.get(path)
        outcome(lambda path=path: base.override({path: 1})[path])
    for _ in range(2):
        with pytest.raises(PathError, match=text):
            base.override(values)


def test_a_known_override_holds_values_of_its_own(kernel):
    base, values = stack(kernel, DATA), {"m.x": [1, 2], "q.r": 3}
    base.override(values)
    overridden = base.override(values)
    values["m.x"].append(3)
    values["k"] = 4
    assert (overridden["m.x"], overridden["q.r"], overridden["k"], base["m.x"]) == ((1, 2), 3, 0, 1)


@pytest.mark.parametrize("depth", [63, 64, 65])
def test_a_known_path_may_be_as_deep_as_any(kernel, depth):
    base = stack(kernel, {"x": 1})
    path = ".".join(["a"] * depth)
    base.get(path)
    for value in (1, [1], [[1]]):
        again = [seen(outcome(lambda value=value: base.override({path: value}))) for _ in range(3)]
        assert again[1:] == again[:2]
        assert (
            again[0] == seen(outcome(lambda value=value: base.overlay(nested(path, value), "override")))
        ) or (isinstance(again[0][0], type))


def nested(path, value):
    for name in reversed(path.split(".")):
        value = {name: value}
    return value


def test_sections_that_only_an_override_has_are_read_in_steps(kernel):
    base = stack(kernel, DATA)
    for snapshot in (base, base.overlay({"p": {"low": 1}})):
        for _ in range(2):
            made = snapshot.override({"q.r.s": 1, "q.r.t": [2], "q.u": 3, "m.new.z": 4})
            assert (made["q"]["r"]["s"], made["q"]["r.t"], made["q", "u"], made["m"]["new"]["z"]) == (
                1,
                (2,),
                3,
                4,
            )
            section = made["q"]
            assert (list(section), len(section), "r" in section, "x" in section) == (
                ["r", "u"],
                2,
                True,
                False,
            )
            assert (section.get("x", 5), section.get("r.s"), section.get("r.x")) == (5, 1, None)
            assert section["r"].to_dict() == {"s": 1, "t": [2]}
            assert section == {"r": {"s": 1, "t": (2,)}, "u": 3}
            assert repr(section["r"].explain("s").path) == repr(made.explain("q.r.s").path)
            whole = base.overlay({"q": {"r": {"s": 1, "t": [2]}, "u": 3}})["q"]
            for key in ("x", "r.x", "s[0]", "r.t[0]", '"r"', '"r".s', "", "r..s", ("r", "s"), ("x",), 5):
                by_step, by_layer = (
                    outcome(lambda view=view, key=key: view[key]) for view in (section, whole)
                )
                assert by_step == by_layer, key
            upper = made.override({"q.r.s": 5, "q.w.v": 6})
            assert (upper["q"]["r"]["s"], upper["q"]["r"]["t"], upper["q"]["w"]["v"]) == (5, (2,), 6)
            assert (made["q"]["r"]["s"], "w" in made["q"]) == (1, False)


def test_a_known_section_is_overridden_as_an_unknown_one(kernel):
    base = stack(kernel, DATA)
    for value in ({"y": 5}, {}, DELETE, replace(1)):
        expected = seen(outcome(lambda value=value: stack(kernel, DATA).override({"m.n": value})))
        assert base["m.n"] == base["m"]["n"]
        assert seen(outcome(lambda value=value: base.override({"m.n": value}))) == expected
