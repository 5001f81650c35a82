"""Why a path has its value: every definition, the highest first, and what became of it."""

from __future__ import annotations

import pytest

from tests.kernel.stack import stack
from veltrix import DELETE, Definition, Explanation, Origin, append, prepend, replace
from veltrix.errors import MissingKeyError, PathError


def described(explanation):
    """Layer, path, operator, type and role of each definition, on a line."""
    return [
        f"{one.origin.layer} {one.path} {one.operator or '='} {one.type} {one.role}"
        for one in explanation.definitions
    ]


def test_an_explanation(kernel):
    explanation = stack(kernel, {"m": {"x": 1}}, {}, {"m": {"x": "two"}}).explain("m.x")
    assert explanation == Explanation(
        path="m.x",
        present=True,
        value="two",
        origin=Origin("c", "mapping"),
        secret=False,
        definitions=(
            Definition("m.x", None, "str", "two", Origin("c", "mapping"), "wins"),
            Definition("m.x", None, "int", 1, Origin("a", "mapping"), "overridden"),
        ),
    )
    assert type(explanation) is Explanation
    assert type(explanation.definitions[0]) is Definition
    assert type(explanation.origin) is Origin


# The definitions of p.q, the lowest first; is it there; whose origin; what is described.
CASES = {
    "null": ([1, None], True, "b", ["b p.q = null wins", "a p.q = int overridden"]),
    "null below": (
        [{"x": 1}, None, 5],
        True,
        "c",
        ["c p.q = int wins", "b p.q = null overridden", "a p.q = mapping overridden"],
    ),
    "delete": ([1, DELETE], False, "b", ["b p.q delete delete wins", "a p.q = int overridden"]),
    "delete alone": ([DELETE], False, "a", ["a p.q delete delete wins"]),
    "delete below": (
        [1, DELETE, 2],
        True,
        "c",
        ["c p.q = int wins", "b p.q delete delete overridden", "a p.q = int overridden"],
    ),
    "replace": ([1, replace("x")], True, "b", ["b p.q replace str wins", "a p.q = int overridden"]),
    "append": ([[1], append([2])], True, "b", ["b p.q append list wins", "a p.q = list merges"]),
    "a chain": (
        [[0], [1], prepend([2]), append([3])],
        True,
        "d",
        [
            "d p.q append list wins",
            "c p.q prepend list merges",
            "b p.q = list merges",
            "a p.q = list overridden",
        ],
    ),
    "append to replace": (
        [[0], replace([1]), append([2])],
        True,
        "c",
        ["c p.q append list wins", "b p.q replace list merges", "a p.q = list overridden"],
    ),
    "append above delete": (
        [[0], DELETE, append([2])],
        True,
        "c",
        ["c p.q append list wins", "b p.q delete delete overridden", "a p.q = list overridden"],
    ),
    "append below": (
        [[0], append([1]), [2]],
        True,
        "c",
        ["c p.q = list wins", "b p.q append list overridden", "a p.q = list overridden"],
    ),
    "mappings": (
        [{"x": 1}, {}, {"y": 1}],
        True,
        "c",
        ["c p.q = mapping wins", "b p.q = mapping merges", "a p.q = mapping merges"],
    ),
    "mappings above replace": (
        [{"x": 1}, replace({}), {"y": 1}],
        True,
        "c",
        ["c p.q = mapping wins", "b p.q replace mapping merges", "a p.q = mapping overridden"],
    ),
    "mappings above null": (
        [{"x": 1}, None, {"y": 1}],
        True,
        "c",
        ["c p.q = mapping wins", "b p.q = null overridden", "a p.q = mapping overridden"],
    ),
}


@pytest.mark.parametrize(("definitions", "present", "layer", "lines"), CASES.values(), ids=CASES)
def test_every_definition_has_its_role(kernel, definitions, present, layer, lines):
    snapshot = stack(kernel, *({"p": {"q": one}} for one in definitions))
    explanation = snapshot.explain("p.q")
    assert described(explanation) == lines
    assert explanation.present is present is ("p.q" in snapshot)
    assert explanation.origin == Origin(layer, "mapping")
    assert explanation.value == snapshot.get("p.q")
    assert snapshot["p"].explain("q") == explanation


def test_the_values_of_definitions(kernel):
    snapshot = stack(
        kernel,
        {"x": [1, {"k": 1}], "m": {}},
        {"x": replace([2]), "m": replace({"y": 1})},
        {"x": append([{"a": 3}]), "m": DELETE},
        {"x": prepend([])},
    )
    assert [one.value for one in snapshot.explain("x").definitions] == [(), ({"a": 3},), (2,), (1, {"k": 1})]
    assert [one.value for one in snapshot.explain("m").definitions] == [None, None, None]
    assert snapshot.explain("m").value is None


def test_the_value_of_a_mapping_is_its_view(kernel):
    snapshot = stack(kernel, {"m": {"x": 1}})
    assert type(snapshot.explain("m").value) is kernel.View
    assert snapshot.explain("m").value == {"x": 1}


@pytest.mark.parametrize(
    ("path", "present", "value"),
    [("l[0]", True, 1), ("l[1]", True, {"k": 2}), ("l[1].k", True, 2)],
)
def test_a_path_into_a_list_explains_the_list(kernel, path, present, value):
    explanation = stack(kernel, {"l": [1]}, {"l": append([{"k": 2}])}).explain(path)
    assert explanation.path == path
    assert explanation.present is present
    assert explanation.value == value
    assert described(explanation) == ["b l append list wins", "a l = list merges"]


def test_the_list_explains_a_name_below_it(kernel):
    explanation = stack(kernel, {"l": [1]}, {"l": append([2])}).explain("l.k")
    assert (explanation.path, explanation.present, explanation.value) == ("l.k", False, None)
    assert described(explanation) == ["b l append list wins", "a l = list overridden"]


def test_a_deleted_list_explains_its_items(kernel):
    explanation = stack(kernel, {"l": [1]}, {"l": DELETE}).explain("l[0]")
    assert (explanation.path, explanation.present, explanation.value) == ("l[0]", False, None)
    assert described(explanation) == ["b l delete delete wins", "a l = list overridden"]


def test_a_definition_above_the_path_has_its_own_path(kernel):
    snapshot = stack(kernel, {"m": {"x": {"y": 1}}}, {"m": replace(5)})
    explanation = snapshot.explain("m.x.y")
    assert (explanation.present, explanation.value) == (False, None)
    assert described(explanation) == ["b m replace int wins", "a m.x.y = int overridden"]
    assert explanation.origin == Origin("b", "mapping")


def test_a_replaced_mapping_above_the_path_is_listed_too(kernel):
    snapshot = stack(kernel, {"m": {"x": 1}}, {"m": replace({"y": 2})})
    assert described(snapshot.explain("m.x")) == ["b m replace mapping wins", "a m.x = int overridden"]
    assert described(snapshot.explain("m.y")) == ["b m.y = int wins"]
    higher = snapshot.set("m.x", 3, layer="b").with_layers(kernel.Layer("c", {"m": {"x": 4}}))
    assert described(higher.explain("m.x")) == [
        "c m.x = int wins",
        "b m.x = int overridden",
        "a m.x = int overridden",
    ]


def test_null_above_the_path(kernel):
    snapshot = stack(kernel, {"m": {"x": 1}}, {"m": None}, {"m": {"y": 1}})
    assert described(snapshot.explain("m.x")) == ["b m = null wins", "a m.x = int overridden"]


def test_what_conflicts_replace_hides_is_overridden(kernel):
    snapshot = stack(kernel, {"m": {"x": 1}}, {"m": 5}, {"m": {"x": 2}}, conflicts="replace")
    assert described(snapshot.explain("m.x")) == [
        "c m.x = int wins",
        "b m = int overridden",
        "a m.x = int overridden",
    ]
    assert described(snapshot.explain("m")) == [
        "c m = mapping wins",
        "b m = int overridden",
        "a m = mapping overridden",
    ]
    lists = stack(kernel, {"l": 5}, {"l": append([1])}, conflicts="replace")
    assert described(lists.explain("l")) == ["b l append list wins", "a l = int overridden"]


@pytest.mark.parametrize("path", ["x", "m.y", "m.y.z", "m[0]", "m.x[0]", "x[0]", "l[1]", "l[0].x"])
def test_what_nobody_defines_cannot_be_explained(kernel, path):
    snapshot = stack(kernel, {"m": {"x": 1}, "l": [1]})
    with pytest.raises(MissingKeyError) as caught:
        snapshot.explain(path)
    assert caught.value.path == path
    with pytest.raises(MissingKeyError) as read:
        snapshot[path]
    assert caught.value == read.value


def test_a_malformed_path_cannot_be_explained(kernel):
    with pytest.raises(PathError):
        stack(kernel, {}).explain("")


def test_origins_of_set_and_overlay(kernel):
    snapshot = stack(kernel, {"x": 1}).set("x", 2).overlay({"x": 3}, "top").set("m.y", 4)
    assert [str(one.origin) for one in snapshot.explain("x").definitions] == ["layer 'top'", "layer 'a'"]
    assert [one.origin for one in snapshot.explain("x").definitions] == [
        Origin("top", "overlay"),
        Origin("a", "set"),
    ]
    assert snapshot.explain("m").origin == Origin("top", "set")


def test_origins_of_single_paths(kernel):
    variable = Origin("env", "environment", variable="APP_M_X")
    layer = kernel.Layer(
        "env", {"m": {"x": 1, "y": 2}, "l": [1]}, source="environment", origins={("m", "x"): variable}
    )
    snapshot = kernel.resolve([layer])
    assert snapshot.explain("m.x").origin == variable
    assert snapshot.explain("m.y").origin == snapshot.explain("m").origin == Origin("env", "environment")


def test_explaining_describes_this_snapshot(kernel):
    old = stack(kernel, {"x": 1}, {})
    new = old.set("x", 2)
    assert described(old.explain("x")) == ["a x = int wins"]
    assert described(new.explain("x")) == ["b x = int wins", "a x = int overridden"]


def test_no_class_is_asked_for_the_word_of_its_type(kernel):
    class Loud(type):
        __module__ = property(lambda _: 1 / 0)
        __name__ = property(lambda _: 1 / 0)

    opaque = Loud("Opaque", (), {})()
    assert stack(kernel, {"x": opaque}).explain("x").definitions[0].type == "object"


def test_an_explanation_of_a_number_too_long_to_be_written_shows_its_type(kernel):
    explanation = stack(kernel, {"a": 10**5_000}, {"a": 1}).explain("a")
    assert "type='int', value=<int>, origin=Origin(" in repr(explanation)
    assert repr(explanation).startswith("Explanation(path='a', present=True, value=1, origin=Origin(")
    assert "value=<tuple>" in repr(stack(kernel, {"l": [10**5_000]}).explain("l"))


def test_an_item_of_a_list_has_a_place_of_its_own(kernel):
    text = b"a = [1,\n  'x', {b = 2}]\n"
    document = kernel.Layer.parse("app", text, "toml", file="app.toml")
    snapshot = kernel.resolve([document])
    knows = snapshot.explain("a").origin.line is not None
    for path, place in [("a", "1:1"), ("a[0]", "1:6"), ("a[1]", "2:3"), ("a[2]", "2:8"), ("a[2].b", "2:9")]:
        found = snapshot.explain(path)
        assert str(found.origin) == (f"app.toml:{place}" if knows else "app.toml")
        assert str(found.definitions[0].origin) == ("app.toml:1:1" if knows else "app.toml")
    extended = snapshot.overlay({"a": append([3])})
    assert str(extended.explain("a[1]").origin) == str(extended.explain("a").origin) == "layer 'overlay'"
    assert str(snapshot.overlay({"a": [5]}).explain("a[0]").origin) == "layer 'overlay'"
