"""What the short ways of the native kernel must not pass by; the reference takes none of them."""

from __future__ import annotations

from functools import reduce

import pytest

from tests.kernel.stack import stack
from veltrix import replace
from veltrix.errors import ConflictError

STEPS = [f"d{number}" for number in range(9)]
DEEP = ".".join(STEPS)
# More names than a table may hold without being needed.
MANY = 70_000


def deep(value):
    """A value nine mappings down: more definitions than the value itself."""
    return reduce(lambda inner, name: {name: inner}, reversed(STEPS), value)


@pytest.fixture
def branches(kernel):
    """Eight leaves, each at the end of a branch of its own; one of the branches was cut."""
    return stack(kernel, {f"r{number}": deep(number) for number in range(8)}).delete("r0.d0.d1.d2.d3")


def test_an_overlay_of_a_few_deep_values_leaves_the_snapshot_beneath_as_it_was(branches):
    overlaid = branches.overlay({f"r{number}": deep(100 + number) for number in range(1, 8)})
    for number in range(1, 8):
        for path in (f'"r{number}".{DEEP}', f"r{number}.{DEEP}", (f"r{number}", *STEPS)):
            assert (overlaid[path], branches[path]) == (100 + number, number)
    assert list(overlaid["r1"]) == ["d0"]
    assert overlaid["r1"].to_dict() == deep(101)
    assert overlaid[("r2",)].get(DEEP) == 102
    assert {name: branch.get(DEEP) for name, branch in overlaid.items()} == {
        "r0": None,
        **{f"r{number}": 100 + number for number in range(1, 8)},
    }


def test_what_is_derived_from_such_an_overlay_reads_its_own_values(branches):
    overlaid = branches.overlay({f"r{number}": deep(100 + number) for number in range(1, 8)})
    assert overlaid[f'"r1".{DEEP}'] == 101
    changed = overlaid.set(f"r1.{DEEP}", 1001).overlay({"r2": deep(1002)})
    assert [changed[f'"r{number}".{DEEP}'] for number in (1, 2, 3)] == [1001, 1002, 103]
    assert [changed[f"r{number}.{DEEP}"] for number in (1, 2, 3)] == [1001, 1002, 103]
    assert [overlaid[f"r{number}.{DEEP}"] for number in (1, 2, 3)] == [101, 102, 103]


@pytest.mark.parametrize("kernel", ["native"], indirect=True)  # the reference resolves it all for each change
def test_an_overlay_of_a_snapshot_with_as_many_changes_as_it_bears(kernel):
    snapshot = stack(kernel, {f"k{number}": number for number in range(4300)})
    for number in range(4100):
        snapshot = snapshot.set(f"k{number}", -number)
        if number > 4080:
            first = 8 * (number - 4080) + 4100  # nothing has read these yet
            overlaid = snapshot.overlay({f"k{other}": "x" for other in range(first, first + 8)})
            assert (overlaid[f'"k{first}"'], snapshot[f'"k{first}"']) == ("x", first)
            assert (overlaid[f"k{first}"], snapshot[f"k{first}"]) == ("x", first)
            assert overlaid[f'"k{number}"'] == -number


def test_a_value_set_over_replace_no_longer_hides_what_is_beneath(kernel):
    snapshot = stack(kernel, {"m": {"x": 1}}, {"m": replace(5)})
    assert snapshot.set("m", replace(6))["m"] == 6
    with pytest.raises(ConflictError, match="int in layer 'b' over mapping in layer 'a'"):
        snapshot.set("m", 6)


def test_a_layer_that_stands_twice_is_changed_where_it_was_changed(kernel):
    twice = kernel.Layer("a", {"m": {"p": 1, "q": 2}})
    snapshot = kernel.resolve([twice, kernel.Layer("b", {}), twice]).delete("m", layer="a")
    snapshot = snapshot.with_layers(kernel.Layer("b", {f"k{number}": number for number in range(90)}))
    snapshot = snapshot.set("m.p", 10, layer="a").set("m.q", 20, layer="a")
    assert snapshot["m"] == {"p": 10, "q": 20}
    assert list(snapshot.with_layers(kernel.Layer("b", {"m": replace({})}))["m"]) == ["p", "q"]


def test_the_origin_of_replace_stays_when_something_in_it_changes(kernel):
    layer = kernel.Layer.parse("a", '{"m": {"$replace": {"x": 1}}}', "json", file="app.json")
    snapshot = kernel.resolve([layer])
    origin = snapshot.explain("m").definitions[0].origin
    for changed in (snapshot.set("m.y", 2), snapshot.set("m.x", 5), snapshot.delete("m.x")):
        assert changed.explain("m").definitions[0].origin == origin


def of_new_table(kernel, data):
    """A snapshot whose names are numbered from the first on, as nothing else holds those that were before."""
    kernel.Layer("dropped", {f"dropped {number}": 0 for number in range(MANY)})
    return stack(kernel, data)


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ({"a": 1}, {"b": 1}, True),
        ({"a": 1, "b": 2}, {"b": 1, "a": 2}, True),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, False),
    ],
)
def test_mappings_in_lists_are_compared_by_name(kernel, old, new, changed):
    before, after = of_new_table(kernel, {"l": [old]}), of_new_table(kernel, {"l": [new]})
    assert bool(kernel.diff(before, after)) == changed
    assert list(kernel.diff(before, after).changed) == (["l"] if changed else [])
    assert (after.digest == before.digest) == (not changed)
