"""Deriving: overlay, set, delete. The old snapshot stays as it was."""

from __future__ import annotations

import pytest

from tests.kernel.stack import layers, nested, stack
from veltrix import DELETE, Origin, append, prepend, replace
from veltrix.errors import ConflictError, LimitError, MissingKeyError, ParseError, PathError

LOW = {"m": {"x": 1, "y": 2}, "l": [1], "s": "low"}
HIGH = {"m": {"y": 3, "z": 4}, "s": "high"}


@pytest.fixture
def snapshot(kernel):
    """Whatever a test derives from it, it must be the same afterwards."""
    made = stack(kernel, LOW, HIGH)
    before = repr(made.to_dict())
    yield made
    assert repr(made.to_dict()) == before
    assert made.generation == 1
    assert made.layer_names == ("a", "b")


OVERLAYS = {
    "nothing": ({}, {"m": {"x": 1, "y": 3, "z": 4}, "l": (1,), "s": "high"}),
    "a leaf": ({"s": 1}, {"m": {"x": 1, "y": 3, "z": 4}, "l": (1,), "s": 1}),
    "a leaf within": ({"m": {"x": 9}}, {"m": {"x": 9, "y": 3, "z": 4}, "l": (1,), "s": "high"}),
    "a new branch": (
        {"n": {"o": {"p": 1}}},
        {"m": {"x": 1, "y": 3, "z": 4}, "l": (1,), "s": "high", "n": {"o": {"p": 1}}},
    ),
    "delete a leaf": ({"m": {"x": DELETE}}, {"m": {"y": 3, "z": 4}, "l": (1,), "s": "high"}),
    "delete a branch": ({"m": DELETE}, {"l": (1,), "s": "high"}),
    "replace a branch": ({"m": replace({"y": 0})}, {"m": {"y": 0}, "l": (1,), "s": "high"}),
    "null over a branch": ({"m": None}, {"m": None, "l": (1,), "s": "high"}),
    "append": ({"l": append([2])}, {"m": {"x": 1, "y": 3, "z": 4}, "l": (1, 2), "s": "high"}),
    "prepend to nothing": (
        {"k": prepend([2])},
        {"m": {"x": 1, "y": 3, "z": 4}, "l": (1,), "s": "high", "k": (2,)},
    ),
    "an empty mapping": (
        {"m": {}, "e": {}},
        {"m": {"x": 1, "y": 3, "z": 4}, "l": (1,), "s": "high", "e": {}},
    ),
}


@pytest.mark.parametrize(("data", "result"), OVERLAYS.values(), ids=OVERLAYS)
def test_an_overlay_is_the_stack_with_one_more_layer(kernel, snapshot, data, result):
    overlaid = snapshot.overlay(data)
    whole = kernel.resolve([*layers(kernel, LOW, HIGH), kernel.Layer("overlay", data, source="overlay")])
    assert overlaid == whole == result
    assert overlaid.to_dict() == whole.to_dict()
    assert repr(overlaid.flatten()) == repr(whole.flatten())
    assert list(overlaid) == list(whole)
    assert [*overlaid.items()] == [*whole.items()]
    assert overlaid.digest == whole.digest
    assert overlaid.layer_names == ("a", "b", "overlay")
    assert overlaid.generation == 1
    assert repr(overlaid) == repr(whole)
    for path in whole.flatten():
        assert overlaid[path] == whole[path]
        assert overlaid.explain(path) == whole.explain(path)


def test_an_overlay_keeps_the_generation_and_has_its_name(kernel, snapshot):
    changed = snapshot.set("s", 1)
    assert changed.generation == 2
    overlaid = changed.overlay({"s": 2}, "request")
    assert overlaid.generation == 2
    assert overlaid.layer_names == ("a", "b", "request")
    assert overlaid.explain("s").origin == Origin("request", "overlay")
    assert changed.overlay({}, name="x").layer_names[-1] == "x"


def test_overlays_stack_up(snapshot):
    top = snapshot.overlay({"l": append([2])}).overlay({"l": append([3]), "m": {"x": DELETE}})
    assert top["l"] == (1, 2, 3)
    assert top.layer_names == ("a", "b", "overlay", "overlay")
    assert snapshot.overlay({"m": {"x": 5}}).overlay({"m": {"w": 6}})["m"] == {"x": 5, "y": 3, "z": 4, "w": 6}


def test_many_overlays_stack_up(snapshot):
    top = snapshot
    for number in range(200):
        top = top.overlay({"n": {f"k{number % 7}": number}, "l": append([number])})
    assert len(top["l"]) == 201
    assert top["n"] == {f"k{number % 7}": number for number in range(200)}
    assert list(top["n"]) == [f"k{number}" for number in range(7)]


def test_a_view_of_an_overlay(snapshot):
    view = snapshot.overlay({"m": {"x": DELETE, "w": {"v": 1}}})["m"]
    assert list(view) == ["y", "z", "w"]
    assert list(reversed(view)) == ["w", "z", "y"]
    assert view["w.v"] == 1
    assert "x" not in view
    assert len(view) == 3


@pytest.mark.parametrize("data", [None, [], "x", DELETE, replace({})])
def test_overlay_data_is_a_mapping(snapshot, data):
    with pytest.raises(TypeError) as caught:
        snapshot.overlay(data)
    assert str(caught.value) == f"overlay data is a mapping, not {type(data).__name__}"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"s": {"x": 1}}, ConflictError),
        ({"m": 1}, ConflictError),
        ({"s": append([1])}, ConflictError),
        ({1: 1}, TypeError),
        ({"l": [DELETE]}, TypeError),
        (nested(65), LimitError),
        ({"x": "\ud800"}, ParseError),
    ],
)
def test_an_overlay_follows_the_rules_of_every_layer(snapshot, data, error):
    with pytest.raises(error):
        snapshot.overlay(data)


def test_the_first_conflict_of_an_overlay_is_named_in_document_order(snapshot):
    with pytest.raises(ConflictError) as caught:
        snapshot.overlay({"s": {"x": 1}, "l": {"x": 1}, "m": {"z": {"x": 1}}})
    assert caught.value.path == "m.z"
    assert caught.value.upper == Origin("overlay", "overlay")


def test_an_overlay_settles_conflicts_as_its_snapshot_does(kernel):
    snapshot = stack(kernel, {"m": {"x": 1}}, conflicts="replace")
    assert snapshot.overlay({"m": 1})["m"] == 1
    assert snapshot.set("m", 1).overlay({"m": {"y": 1}})["m"] == {"y": 1}


def test_set_in_the_topmost_layer(snapshot):
    changed = snapshot.set("m.x", 9)
    assert changed["m"] == {"x": 9, "y": 3, "z": 4}
    assert changed.layer_names == ("a", "b")
    assert changed.generation == 2
    assert changed.explain("m.x").origin == Origin("b", "set")
    assert [one.value for one in changed.explain("m.x").definitions] == [9, 1]


def test_set_in_a_layer_beneath(snapshot):
    changed = snapshot.set("m.y", 9, layer="a")
    assert changed["m.y"] == 3
    assert changed.generation == 1
    assert [one.value for one in changed.explain("m.y").definitions] == [3, 9]
    assert snapshot.set("m.x", 9, layer="a").generation == 2


@pytest.mark.parametrize(
    ("path", "value", "result"),
    [
        ("s", None, None),
        ("s", [1, [2]], (1, (2,))),
        ("s", replace({"n": 1}), {"n": 1}),
        ("m", {"q": 1}, {"x": 1, "y": 2, "q": 1}),
        ("m", {}, {"x": 1, "y": 2}),
        ("m", replace({"q": 1}), {"q": 1}),
        ("l", append([2]), (1, 2)),
        ("l", [5], (5,)),
        ("new.deep.path", 1, 1),
        (("new", "a.b"), {"c": 1}, {"c": 1}),
        ('"a.b"."c d"', 1, 1),
    ],
)
def test_set_puts_the_definition_into_the_layer(snapshot, path, value, result):
    assert snapshot.set(path, value)[path] == result


def test_set_delete_hides_what_is_beneath(snapshot):
    assert "m.x" not in snapshot.set("m.x", DELETE)
    assert snapshot.set("m", DELETE).to_dict() == {"l": [1], "s": "high"}


def test_set_keeps_places_and_puts_what_is_new_last(kernel):
    snapshot = stack(kernel, {"a": {"x": 1, "y": 2}, "b": 1})
    changed = snapshot.set("a.x", 9).set("a.w", 0).set("c", 1).set("a", {"y": 1, "x": 1})
    assert list(changed) == ["a", "b", "c"]
    assert list(changed["a"]) == ["y", "x"]
    assert list(snapshot.set("a.x", 9).set("a.w", 0)["a"]) == ["x", "y", "w"]


def test_set_goes_inside_replace(kernel):
    snapshot = stack(kernel, {"m": {"x": 1}}, {"m": replace({"y": {"z": 2}})})
    changed = snapshot.set("m.y.w", 3)
    assert changed["m"] == {"y": {"z": 2, "w": 3}}
    assert changed.explain("m").definitions[0].operator == "replace"


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (1, "int"),
        (None, "null"),
        ([1], "list"),
        (append([1]), "append"),
        (DELETE, "delete"),
        (replace(5), "int"),
    ],
)
def test_set_does_not_go_through_another_definition_of_the_layer(kernel, value, word):
    snapshot = stack(kernel, {}, {"m": {"v": value}})
    with pytest.raises(ConflictError) as caught:
        snapshot.set("m.v.x.y", 1)
    error = caught.value
    assert (error.path, error.upper_type, error.lower_type) == ("m.v", "mapping", word)
    assert error.upper == Origin("b", "set")
    assert error.lower == Origin("b", "mapping")


def test_set_can_bring_up_a_conflict_between_layers(snapshot):
    with pytest.raises(ConflictError) as caught:
        snapshot.set("l.x", 1)
    assert caught.value.path == "l"
    assert caught.value.upper == Origin("b", "set")


def test_set_with_an_equal_value_keeps_the_generation(snapshot):
    assert snapshot.set("s", "high").generation == 1
    assert snapshot.set("m.x", 1).generation == 1
    assert snapshot.set("m.x", True).generation == 2
    assert snapshot.set("m.x", 1.0).generation == 2
    assert snapshot.set("e", {}).generation == 2


def test_generations_rise_by_one(snapshot):
    changed = snapshot.set("s", 1).set("s", 2).set("s", 2).delete("s")
    assert changed.generation == 4


@pytest.mark.parametrize("path", ["l[0]", "l[0].x", ("l", 0), "x[0]"])
@pytest.mark.parametrize("change", ["set", "delete"])
def test_an_item_of_a_list_cannot_be_set_alone(kernel, snapshot, path, change):
    arguments = (path, 1) if change == "set" else (path,)
    with pytest.raises(PathError) as caught:
        getattr(snapshot, change)(*arguments)
    assert caught.value.reason == "a list's item cannot be set alone; give the whole list"
    assert caught.value.text == kernel.format_path(kernel.parse_path(path))
    assert caught.value.column is None


@pytest.mark.parametrize("path", ["", ".", "a[", ()])
def test_a_malformed_path_cannot_be_set(snapshot, path):
    with pytest.raises(PathError):
        snapshot.set(path, 1)
    with pytest.raises(PathError):
        snapshot.delete(path)


def test_the_depth_limit_holds_for_set(snapshot):
    path = ".".join(["k"] * 64)
    assert snapshot.set(path, 1)[path] == 1
    with pytest.raises(LimitError) as caught:
        snapshot.set(path + ".k", 1)
    assert caught.value.path == path + ".k"
    with pytest.raises(LimitError) as caught:
        snapshot.set(path, {"x": 1})
    assert caught.value.path == path + ".x"


def test_delete_lets_what_is_beneath_shine_through(snapshot):
    assert snapshot.delete("s")["s"] == "low"
    assert snapshot.delete("m.y")["m"] == {"x": 1, "y": 2, "z": 4}
    assert snapshot.delete("m")["m"] == {"x": 1, "y": 2}
    assert snapshot.delete("m.x", layer="a")["m"] == {"y": 3, "z": 4}
    assert snapshot.delete("s").generation == 2
    assert snapshot.delete("s", layer="a").generation == 1


def test_delete_leaves_an_empty_mapping(kernel):
    assert stack(kernel, {"m": {"x": 1}}).delete("m.x").to_dict() == {"m": {}}


def test_delete_goes_inside_replace(kernel):
    snapshot = stack(kernel, {"m": {"x": 1}}, {"m": replace({"y": 2, "z": 3})})
    assert snapshot.delete("m.y")["m"] == {"z": 3}
    assert snapshot.delete("m")["m"] == {"x": 1}


@pytest.mark.parametrize(
    ("path", "prefix", "key", "siblings"),
    [
        ("l", "", "l", ("m", "s")),
        ("m.x", "m", "x", ("y", "z")),
        ("m.x.y", "m", "x", ("y", "z")),
        ("s.x", "s", "x", ()),
        ("n.o", "", "n", ("m", "s")),
    ],
)
def test_delete_needs_a_definition_of_that_layer(snapshot, path, prefix, key, siblings):
    with pytest.raises(MissingKeyError) as caught:
        snapshot.delete(path)
    error = caught.value
    assert (error.path, error.prefix, error.key, error.siblings) == (path, prefix, key, siblings)


def test_with_layer_goes_on_top(kernel, snapshot):
    changed = snapshot.with_layers(kernel.Layer("c", {"s": 1}))
    assert changed.layer_names == ("a", "b", "c")
    assert changed["s"] == 1
    assert changed.generation == 2
    assert snapshot.with_layers(kernel.Layer("c", {})).generation == 1


def test_with_layer_takes_the_place_of_its_name(kernel, snapshot):
    changed = snapshot.with_layers(kernel.Layer("a", {"s": 0, "n": 1}))
    assert changed.layer_names == ("a", "b")
    assert changed.to_dict() == {"s": "high", "n": 1, "m": {"y": 3, "z": 4}}
    assert changed.generation == 2


def test_a_value_set_in_a_layer_that_replaced_its_equal_is_seen(kernel):
    replaced = stack(kernel, {"x": 1}, {"y": 2}).with_layers(kernel.Layer("a", {"x": 1}))
    assert replaced.set("x", 5, layer="a")["x"] == 5
    assert replaced.set("x", 5, layer="a").generation == 2


def test_with_layer_takes_the_topmost_place_of_its_name(kernel):
    snapshot = kernel.resolve([kernel.Layer("a", {"x": number}) for number in range(3)])
    assert snapshot.with_layers(kernel.Layer("a", {}))["x"] == 1
    assert snapshot.with_layers(without=["a"])["x"] == 1
    assert snapshot.set("x", 9).with_layers(without=["a"])["x"] == 1


@pytest.mark.parametrize("layer", [None, "a", {}])
def test_with_layer_takes_a_layer(snapshot, layer):
    with pytest.raises(TypeError) as caught:
        snapshot.with_layers(layer)
    assert str(caught.value) == f"a layer is a veltrix.Layer, not {type(layer).__name__}"


def test_layers_are_left_out_by_name(snapshot):
    assert snapshot.with_layers(without=["b"]).to_dict() == LOW
    assert snapshot.with_layers(without=["a"]).with_layers(without=["b"]).to_dict() == {}
    assert snapshot.with_layers(without=["b"]).generation == 2


def test_an_unknown_layer_is_refused_by_name(snapshot):
    for use in (
        lambda: snapshot.set("s", 1, layer="c"),
        lambda: snapshot.delete("s", layer="c"),
        lambda: snapshot.with_layers(without=["c"]),
    ):
        with pytest.raises(ValueError, match="no layer") as caught:
            use()
        assert str(caught.value) == "no layer named 'c'; the layers are 'a', 'b'"


def test_without_layers_nothing_can_be_set(kernel):
    empty = kernel.resolve([])
    for use in (
        lambda: empty.set("s", 1),
        lambda: empty.delete("s"),
        lambda: empty.set("s", 1, layer="c"),
        lambda: empty.with_layers(without=["c"]),
    ):
        with pytest.raises(ValueError, match="no layers") as caught:
            use()
        assert str(caught.value) == "the snapshot has no layers; with_layers() adds one"
    assert empty.with_layers(kernel.Layer("a", {"x": 1}))["x"] == 1
    assert empty.overlay({"x": 1})["x"] == 1


def test_derived_snapshots_derive_in_turn(kernel, snapshot):
    changed = (
        snapshot.set("m.w", 5).overlay({"n": 1}, "top").set("n", 2, layer="top").delete("m.w", layer="b")
    )
    assert changed == {"m": {"x": 1, "y": 3, "z": 4}, "l": (1,), "s": "high", "n": 2}
    assert changed.layer_names == ("a", "b", "top")
    assert changed.generation == 4
    assert changed.with_layers(without=["top"]).with_layers(kernel.Layer("a", {})).to_dict() == HIGH


@pytest.mark.parametrize("hold", [lambda value: [value], replace, lambda value: [[value]]])
def test_a_change_of_nothing_but_order_is_seen_and_no_new_generation(kernel, hold):
    one, other = {"x": 1, "y": 2}, {"y": 2, "x": 1}
    snapshot = stack(kernel, {}, {"k": hold(one)})
    expected = repr(stack(kernel, {}, {"k": hold(other)}).to_dict())
    for derived in (
        snapshot.set("k", hold(other)),
        snapshot.with_layers(kernel.Layer("b", {"k": hold(other)})),
    ):
        assert repr(derived.to_dict()) == expected
        assert derived.generation == 1
