"""The merge rule, case by case. In a stack the lowest layer stands first; their names are a, b, c, …"""

from __future__ import annotations

from itertools import product

import pytest

from tests.kernel.stack import NAMES, layers, stack
from veltrix import DELETE, append, prepend, replace
from veltrix.errors import ConflictError

ABSENT = object()

# The definitions of one path, the lowest first, and what they resolve to.
CASES = {
    "one value": ([1], 1),
    "the highest value, whole": ([1, "x", 2.5], 2.5),
    "a list replaces a list": ([[1, 2], [3]], (3,)),
    "types may change": ([1, [2], "x"], "x"),
    "null is a value": ([1, None], None),
    "null is overridden": ([None, 1], 1),
    "null over a mapping": ([{"x": 1}, None], None),
    "a mapping over null hides what is below": ([{"x": 1}, None, {"y": 2}], {"y": 2}),
    "a value over null over a mapping": ([{"x": 1}, None, 5], 5),
    "delete": ([1, DELETE], ABSENT),
    "delete alone": ([DELETE], ABSENT),
    "delete a mapping": ([{"x": 1}, DELETE], ABSENT),
    "defined again above delete": ([{"x": 1}, DELETE, {"y": 2}], {"y": 2}),
    "a value above delete over a mapping": ([{"x": 1}, DELETE, 3], 3),
    "mappings merge": ([{"x": 1, "y": 1}, {"y": 2, "z": 3}], {"x": 1, "y": 2, "z": 3}),
    "an empty mapping changes nothing": ([{"x": 1}, {}], {"x": 1}),
    "empty mappings stay": ([{}, {}], {}),
    "all children deleted": ([{"x": 1}, {"x": DELETE}], {}),
    "replace a mapping": ([{"x": 1}, replace({"y": 2})], {"y": 2}),
    "replace a mapping by a value": ([{"x": 1}, replace(5)], 5),
    "replace a value by a mapping": ([5, replace({"x": 1})], {"x": 1}),
    "a mapping over replace merges with its value": (
        [{"x": 1}, replace({"y": 2}), {"z": 3}],
        {"y": 2, "z": 3},
    ),
    "replace by null": ([1, replace(None)], None),
    "replace alone": ([replace(1)], 1),
    "append": ([[1], append([2, 3])], (1, 2, 3)),
    "prepend": ([[1], prepend([2, 3])], (2, 3, 1)),
    "append twice": ([[1], append([2]), append([3])], (1, 2, 3)),
    "append over prepend": ([[1], prepend([0]), append([2])], (0, 1, 2)),
    "append to nothing": ([append([1])], (1,)),
    "prepend to nothing": ([prepend([1, 2])], (1, 2)),
    "append nothing": ([append([])], ()),
    "append to what is deleted": ([[1], DELETE, append([2])], (2,)),
    "append to a replaced list": ([[1], replace([2]), append([3])], (2, 3)),
    "append to replace over a mapping": ([{"x": 1}, replace([2]), append([3])], (2, 3)),
    "append only to the highest list": ([[1], [2], append([3])], (2, 3)),
    "append to a list over a value": ([5, [1], append([2])], (1, 2)),
    "a value over append": ([[1], append([2]), 5], 5),
    "a list over append": ([append([2]), [5]], (5,)),
    "operators inside mappings": (
        [{"x": [1], "y": 1, "z": 1}, {"x": append([2]), "y": DELETE}],
        {"x": (1, 2), "z": 1},
    ),
    "operators inside replace": (
        [{"x": [1], "y": 1}, replace({"x": append([2]), "y": DELETE, "z": replace(3)})],
        {"x": (2,), "z": 3},
    ),
    "an operator in replace acts on nothing below": (
        [{"x": {"k": [1]}}, {"x": replace({"k": append([2])})}],
        {"x": {"k": (2,)}},
    ),
    "barriers are per path": (
        [{"x": {"a": 1}, "y": {"b": 1}}, {"x": None}, {"x": {}, "y": {}}],
        {"x": {}, "y": {"b": 1}},
    ),
    "what looks like an operator in python data is data": ([{"$delete": True}], {"$delete": True}),
}


@pytest.mark.parametrize("conflicts", ["error", "replace"])
@pytest.mark.parametrize(("definitions", "result"), CASES.values(), ids=CASES)
def test_a_path_resolves(kernel, definitions, result, conflicts):
    snapshot = stack(kernel, *({"p": one, "q": 0} for one in definitions), conflicts=conflicts)
    if result is ABSENT:
        assert "p" not in snapshot
        assert snapshot.to_dict() == {"q": 0}
    else:
        assert snapshot["p"] == result
        assert type(snapshot["p"]) is (kernel.View if isinstance(result, dict) else type(result))


# The definitions, the lowest first; which layer lies over which, and their words.
CONFLICTS = {
    "a mapping over a value": ([1, {"x": 1}], "b mapping, a int", {"x": 1}),
    "a value over a mapping": ([{"x": 1}, "s"], "b str, a mapping", "s"),
    "a list over a mapping": ([{"x": 1}, []], "b list, a mapping", ()),
    "a mapping over a list": ([[1], {"x": 1}], "b mapping, a list", {"x": 1}),
    "the highest of each": ([1, {"x": 1}, {"y": 2}, {}], "d mapping, a int", {"x": 1, "y": 2}),
    "the highest of each, among three": ([1, {"x": 1}, 2.0, True], "d bool, b mapping", True),
    "through replace": ([replace(5), {"x": 1}], "b mapping, a int", {"x": 1}),
    "through replace by null": ([replace(None), {"x": 1}], "b mapping, a null", {"x": 1}),
    "a value over replace by a mapping": ([replace({"x": 1}), 5], "b int, a mapping", 5),
    "append to a value": ([5, append([1])], "b append, a int", (1,)),
    "append to null": ([None, append([1])], "b append, a null", (1,)),
    "prepend to a mapping": ([{"x": 1}, prepend([1])], "b prepend, a mapping", (1,)),
    "the lowest of several extensions": ([5, append([1]), prepend([0])], "b append, a int", (0, 1)),
    "a mapping over append": ([append([1]), {"x": 1}], "b mapping, a append", {"x": 1}),
    "below an extension": ([{"x": 1}, 5, append([1])], "b int, a mapping", (1,)),
    "an opaque object over a mapping": ([{"x": 1}, print], "b object, a mapping", print),
}


@pytest.mark.parametrize(("definitions", "sides", "_"), CONFLICTS.values(), ids=CONFLICTS)
def test_what_cannot_stand_together_is_a_conflict(kernel, definitions, sides, _):
    with pytest.raises(ConflictError) as caught:
        stack(kernel, *({"m": {"p.q": one}} for one in definitions))
    error = caught.value
    assert f"{error.upper.layer} {error.upper_type}, {error.lower.layer} {error.lower_type}" == sides
    assert error.path == 'm."p.q"'


@pytest.mark.parametrize(("definitions", "_", "result"), CONFLICTS.values(), ids=CONFLICTS)
def test_a_conflict_can_be_settled_for_the_higher_side(kernel, definitions, _, result):
    assert stack(kernel, *({"p": one} for one in definitions), conflicts="replace")["p"] == result


def test_the_text_of_a_conflict_names_both_origins_and_the_way_out(kernel):
    with pytest.raises(ConflictError) as caught:
        kernel.resolve(
            [
                kernel.Layer("defaults", {"server": {"port": 80}}),
                kernel.Layer("prod", {"server": {"port": {"secret value": 1}}}),
            ]
        )
    assert str(caught.value) == (
        "server.port: mapping in layer 'prod' over int in layer 'defaults'; "
        'say replace() or conflicts="replace" if that is meant'
    )


def test_the_first_conflict_in_document_order_is_named(kernel):
    with pytest.raises(ConflictError) as caught:
        stack(kernel, {"a": {"x": 1}, "b": 1, "c": 1}, {"c": {}, "b": {}, "a": {"x": {}}})
    assert caught.value.path == "a.x"


def test_what_is_hidden_causes_no_conflict(kernel):
    assert stack(kernel, {"a": 1}, {"a": {"x": 1}}, {"a": DELETE}).to_dict() == {}
    assert stack(kernel, {"a": {"b": 1}}, {"a": {"b": {"c": 1}}}, {"a": replace({"b": 2})})["a.b"] == 2


def test_conflicts_replace_hides_what_lies_beneath_the_other_kind(kernel):
    snapshot = stack(kernel, {"p": {"x": 1}}, {"p": 5}, {"p": {"y": 2}}, conflicts="replace")
    assert snapshot.to_dict() == {"p": {"y": 2}}


def test_no_layers_resolve_to_nothing(kernel):
    snapshot = kernel.resolve([])
    assert snapshot.to_dict() == {}
    assert snapshot.layer_names == ()
    assert snapshot.generation == 1


def test_very_many_layers_resolve(kernel):
    many = [
        kernel.Layer(f"l{number}", {"x": append([number]), "y": {"z": number}}) for number in range(1_000)
    ]
    snapshot = kernel.resolve(many)
    assert snapshot["x"] == tuple(range(1_000))
    assert snapshot["y.z"] == 999


def test_a_layer_may_stand_in_the_stack_twice(kernel):
    below, above = layers(kernel, {"x": 1}, {"x": 2})
    snapshot = kernel.resolve([above, below, above])
    assert snapshot["x"] == 2
    assert snapshot.layer_names == ("b", "a", "b")


@pytest.mark.parametrize("item", [None, {}, "x", 1])
def test_resolve_takes_layers(kernel, item):
    with pytest.raises(TypeError) as caught:
        kernel.resolve([*layers(kernel, {}), item])
    assert str(caught.value) == f"a layer is a veltrix.Layer, not {type(item).__name__}"


@pytest.mark.parametrize("choice", ["merge", "", None, 1, "Error"])
def test_conflicts_is_one_of_two_words(kernel, choice):
    with pytest.raises(ValueError, match="conflicts is") as caught:
        kernel.resolve([], conflicts=choice)
    assert str(caught.value) == f"conflicts is 'error' or 'replace', not {choice!r}"


@pytest.mark.parametrize("where", [[DELETE], [[replace(1)]], [{"m": append([1])}]])
def test_an_operator_cannot_stand_inside_a_list(kernel, where):
    with pytest.raises(TypeError, match=r"an operator cannot stand inside a list \(at m\.l\[0\]") as caught:
        kernel.Layer("x", {"m": {"l": where}})
    assert type(caught.value) is TypeError


# Where children stand: layers of the path m, the lowest first, and the order of its names.
ORDERS = {
    "by their first definition": ([{"b": 1, "a": 1}, {"c": 1, "a": 2}], "b a c"),
    "overriding moves nothing": ([{"a": 1, "b": 1}, {"b": 2, "a": 2}], "a b"),
    "what is deleted is skipped": ([{"a": 1, "b": 1, "c": 1}, {"b": DELETE}], "a c"),
    "what is defined again keeps its place": ([{"a": 1, "b": 1}, {"a": DELETE}, {"a": 2}], "a b"),
    "delete holds a place": ([{"a": DELETE, "b": 1}, {"a": 1}], "a b"),
    "what lies below a barrier does not": ([{"a": 1, "b": 1}, replace({"b": 1}), {"a": 1}], "b a"),
    "below null": ([{"a": 1, "b": 1}, None, {"b": 1, "a": 1}], "b a"),
}


@pytest.mark.parametrize(("definitions", "order"), ORDERS.values(), ids=ORDERS)
def test_children_stand_in_order(kernel, definitions, order):
    snapshot = stack(kernel, *({"m": one} for one in definitions))
    names = order.split()
    assert list(snapshot["m"]) == names
    assert list(reversed(snapshot["m"])) == names[::-1]
    assert list(snapshot["m"].to_dict()) == names
    assert list(snapshot.flatten()) == [f"m.{name}" for name in names]


def test_conflicts_replace_takes_the_order_of_what_counts(kernel):
    snapshot = stack(kernel, {"m": {"a": 1, "b": 1}}, {"m": 0}, {"m": {"b": 1, "a": 1}}, conflicts="replace")
    assert list(snapshot["m"]) == ["b", "a"]


def test_layers_are_named_from_low_to_high(kernel):
    assert stack(kernel, {}, {}, {}).layer_names == tuple(NAMES[:3])


def extended(operators):
    """Layers that extend one list, the lowest first, and what they make of the list `[0]` and of nothing."""
    data, onto, alone = [], [0], []
    for number, operator in enumerate(operators, 1):
        data.append({"l": operator([number, -number])})
        before, behind = ([number, -number], []) if operator is prepend else ([], [number, -number])
        onto, alone = before + onto + behind, before + alone + behind
    return data, tuple(onto), tuple(alone)


# All orders of some, and of more than are judged at once without a list of their own.
EXTENSIONS = [
    *(order for count in range(1, 5) for order in product((append, prepend), repeat=count)),
    *((append, prepend, prepend) * 3, (prepend,) * 9, (append,) * 9, (prepend, append) * 5),
]


@pytest.mark.parametrize("operators", EXTENSIONS, ids=lambda each: "".join(one.__name__[0] for one in each))
def test_extensions_act_from_the_lowest_to_the_highest(kernel, operators):
    data, onto, alone = extended(operators)
    resolved = kernel.resolve([kernel.Layer(f"{at}", one) for at, one in enumerate(({"l": [0]}, *data))])
    derived = kernel.resolve([kernel.Layer("0", {"l": [0]})])
    overlaid = derived
    for at, one in enumerate(data, 1):
        derived = derived.with_layers(kernel.Layer(f"{at}", one))
        overlaid = overlaid.overlay(one)
    for snapshot in (resolved, derived, overlaid):
        assert (snapshot["l"], snapshot.explain("l").value) == (onto, onto)
        assert snapshot.delete("l", layer="0")["l"] == alone
        assert snapshot.set("l", DELETE, layer="0")["l"] == alone
        assert snapshot.set("l", [8], layer="0")["l"] == tuple(8 if item == 0 else item for item in onto)
