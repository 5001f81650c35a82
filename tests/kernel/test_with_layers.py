"""`with_layers`: layers that come, go and are exchanged at once, tables of scopes, and generations."""

from __future__ import annotations

import pytest

from tests.kernel.stack import stack
from veltrix import DELETE, Dimension, Origin, append, replace
from veltrix.errors import ConflictError, LimitError

LAST = 2**62


class Number(int):
    """An `int` of a subclass, with comparisons of its own."""

    def __int__(self):
        return 1

    __index__ = __int__


@pytest.fixture
def snapshot(kernel):
    return stack(kernel, {"a": 1, "m": {"x": 1}}, {"m": {"y": 2}}, {"a": 3})


def layer(kernel, name, data, **options):
    return kernel.Layer(name, data, **options)


def said(error, call):
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    return str(caught.value)


def test_layers_take_their_places_at_once(kernel, snapshot):
    changed = snapshot.with_layers(layer(kernel, "c", {"a": 4}), layer(kernel, "a", {"n": 0, "m": {"z": 9}}))
    assert changed.layer_names == ("a", "b", "c")
    assert changed.to_dict() == {"n": 0, "m": {"z": 9, "y": 2}, "a": 4}
    assert list(changed) == ["n", "m", "a"]
    assert changed.generation == 2
    assert snapshot.to_dict() == {"a": 3, "m": {"x": 1, "y": 2}}


def test_new_layers_go_on_top_in_the_order_given(kernel, snapshot):
    changed = snapshot.with_layers(
        layer(kernel, "z", {"a": "z"}), layer(kernel, "b", {}), layer(kernel, "y", {"a": "y"}), without=["c"]
    )
    assert changed.layer_names == ("a", "b", "z", "y")
    assert changed.to_dict() == {"a": "y", "m": {"x": 1}}
    assert changed.generation == 2


def test_what_changes_together_is_judged_together(kernel):
    """Either file alone conflicts with the other one as it was."""
    snapshot = stack(kernel, {"db": {"port": 1}}, {"db": {"host": "x"}})
    files = layer(kernel, "a", {"db": "url"}), layer(kernel, "b", {"db": "other"})
    for file in files:
        with pytest.raises(ConflictError):
            snapshot.with_layers(file)
    for order in (files, files[::-1]):
        changed = snapshot.with_layers(*order)
        assert changed.to_dict() == {"db": "other"}
        assert changed.generation == 2
    hidden = snapshot.with_layers(files[0], layer(kernel, "c", {"db": replace(5)}), without=["b"])
    assert (hidden["db"], hidden.generation, hidden.layer_names) == (5, 2, ("a", "c"))
    with pytest.raises(ConflictError) as caught:
        snapshot.with_layers(files[1], layer(kernel, "c", {"n": 1}))
    assert (caught.value.upper.layer, caught.value.lower.layer) == ("b", "a")


def test_layers_that_say_the_same_are_no_new_generation(kernel, snapshot):
    places = {("m", "x"): Origin("a", "file", "moved.toml", 7, 3)}
    moved = snapshot.with_layers(
        layer(kernel, "a", {"m": {"x": 1}, "a": 1}, origins=places), layer(kernel, "c", {"a": 3})
    )
    assert moved is not snapshot
    assert moved.generation == 1
    assert not kernel.diff(snapshot, moved)
    assert moved.explain("m.x").origin == Origin("a", "file", "moved.toml", 7, 3)
    assert snapshot.explain("m.x").origin == Origin("a", "mapping")
    assert list(moved) == ["m", "a"]
    hidden = snapshot.with_layers(layer(kernel, "a", {"a": 2, "m": {"x": 1}}), layer(kernel, "e", {}))
    assert (hidden.generation, hidden.layer_names) == (1, ("a", "b", "c", "e"))


def test_without_layers_nothing_is_another_one(kernel, snapshot):
    same = snapshot.with_layers()
    assert type(same) is kernel.Snapshot
    assert (same, same.layer_names, same.generation) == (snapshot, snapshot.layer_names, 1)
    assert kernel.resolve([]).with_layers().to_dict() == {}
    assert kernel.resolve([]).with_layers(layer(kernel, "a", {"x": 1}), generation=4).generation == 4


def test_the_topmost_of_a_name_is_meant(kernel):
    snapshot = kernel.resolve([layer(kernel, name, {name: at}) for at, name in enumerate("aba")])
    assert snapshot.with_layers(layer(kernel, "a", {"n": 1})).to_dict() == {"a": 0, "b": 1, "n": 1}
    assert snapshot.with_layers(layer(kernel, "b", {}), without=["a"]).to_dict() == {"a": 0}


def test_names_that_go_may_be_any_iterable(kernel, snapshot):
    for names in (["a", "c"], ("c", "a"), {"a": 1, "c": 2}, iter(["a", "c"])):
        assert snapshot.with_layers(without=names).to_dict() == {"m": {"y": 2}}
    assert snapshot.with_layers(without=["a", "b", "c"]).to_dict() == {}
    assert snapshot.with_layers(without=["a", "b", "c"]).generation == 2


MISTAKES = {
    "a layer is a veltrix.Layer, not int": lambda s, a, b: s.with_layers(a, 1, without=3),
    "a layer is a veltrix.Layer, not list": lambda s, a, b: s.with_layers([a, b]),
    "layer 'a' is given twice": lambda s, a, b: s.with_layers(a, b, a, without="a"),
    "without is an iterable of names, not str": lambda s, a, b: s.with_layers(a, without="b", generation=0),
    "'int' object is not iterable": lambda s, a, b: s.with_layers(without=7),
    "'NoneType' object is not iterable": lambda s, a, b: s.with_layers(without=None),
    "no layer named 'z'; the layers are 'a', 'b', 'c'": lambda s, a, b: s.with_layers(a, without=["c", "z"]),
    "no layer named None; the layers are 'a', 'b', 'c'": lambda s, a, b: s.with_layers(without=[None]),
    "layer 'a' is given and left out": lambda s, a, b: s.with_layers(b, a, without=["a", "a"]),
    "layer 'c' is left out twice": lambda s, a, b: s.with_layers(a, without=["c", "c"], dimensions=1),
    "a dimension is a veltrix.Dimension, not str": lambda s, a, b: s.with_layers(
        dimensions="d", generation=0
    ),
    "'float' object is not iterable": lambda s, a, b: s.with_layers(a, dimensions=1.5),
    "a generation is an int, not float": lambda s, a, b: s.with_layers(a, generation=2.0),
    "a generation is an int, not bool": lambda s, a, b: s.with_layers(generation=True),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_said(kernel, snapshot, text):
    error = ValueError if text.startswith(("layer", "no layer")) else TypeError
    given = layer(kernel, "a", {}), layer(kernel, "b", {})
    assert said(error, lambda: MISTAKES[text](snapshot, *given)) == text


def test_a_layer_of_another_kernel_is_refused(both, snapshot):
    for one, other in (both, both[::-1]):
        with pytest.raises(TypeError, match=r"^a layer is a veltrix\.Layer, not Layer$"):
            stack(one, {}).with_layers(other.Layer("a", {}))
        with pytest.raises(TypeError, match=r"^diff\(\) takes a Snapshot, not Snapshot$"):
            one.diff(stack(one, {}), stack(other, {}))


def test_nothing_can_go_where_nothing_is(kernel):
    empty = kernel.resolve([])
    assert (
        said(ValueError, lambda: empty.with_layers(without=["a"]))
        == "the snapshot has no layers; with_layers() adds one"
    )


def test_a_full_stack_is_counted_when_all_has_changed(kernel):
    full = kernel.resolve([layer(kernel, f"l{at}", {}) for at in range(1000)])
    new = [layer(kernel, f"n{at}", {"n": at}) for at in range(3)]
    changed = full.with_layers(*new, without=["l5", "l0", "l999"])
    assert (len(changed.layer_names), changed["n"]) == (1000, 2)
    with pytest.raises(LimitError, match=r"^more than 1000 layers$"):
        full.with_layers(*new, without=["l5", "l0"])


def test_a_generation_is_at_least_the_one_that_is_said(kernel, snapshot):
    change = layer(kernel, "c", {"a": 0})
    assert snapshot.with_layers(change, generation=1).generation == 2
    assert snapshot.with_layers(change, generation=2).generation == 2
    assert snapshot.with_layers(change, generation=7).generation == 7
    seventh = snapshot.with_layers(generation=7)
    assert (seventh.generation, snapshot.generation) == (7, 1)
    assert seventh.with_layers(generation=3).generation == 7
    assert seventh.with_layers(change, generation=3).generation == 8
    assert seventh.set("a", 0).generation == 8
    assert seventh.overlay({"a": 0}).generation == 7
    assert seventh.with_layers(generation=LAST).set("a", 0).generation == LAST + 1
    found = snapshot.with_layers(generation=Number(9)).generation
    assert (type(found), found) == (int, 9)


@pytest.mark.parametrize(
    "number", [0, -1, LAST + 1, 2**64, -(2**64), 10**5000], ids=lambda number: f"{number:x}"[:9]
)
def test_a_generation_has_its_limits(kernel, snapshot, number):
    text = f"a generation is from 1 to {LAST}"
    assert said(ValueError, lambda: snapshot.with_layers(generation=number)) == text
    assert said(ValueError, lambda: kernel.resolve([], generation=number)) == text


def test_a_stack_is_resolved_as_of_a_generation(kernel):
    assert kernel.resolve([], generation=LAST).generation == LAST
    snapshot = kernel.resolve([layer(kernel, "a", {"x": 1})], conflicts="replace", generation=5)
    assert (snapshot.generation, snapshot.set("x", 2).generation) == (5, 6)
    for wrong in (None, 1.0, "1", True):
        text = f"a generation is an int, not {type(wrong).__name__}"
        assert said(TypeError, lambda wrong=wrong: kernel.resolve([], conflicts=1, generation=wrong)) == text


def test_of_another_generation_everything_else_is_the_same(kernel):
    thing = object()
    scoped = Dimension("d", {"one": layer(kernel, "one", {"m": {"x": 2}})})
    snapshot = kernel.resolve([layer(kernel, "a", {"m": {"x": 1}, "o": thing})], dimensions=[scoped])
    for start in (snapshot, snapshot.overlay({"m": {"x": 5}}), snapshot.set("n", 1), snapshot.scope(d="one")):
        view = start["m"]
        again = start.with_layers(generation=9)
        assert again == start
        assert (again.generation, again["m"].generation, again.scope(d="one").generation) == (9, 9, 9)
        assert again["o"] is thing
        assert (again.digest, again.layer_names) == (start.digest, start.layer_names)
        assert again.explain("m.x") == start.explain("m.x")
        assert view.generation == start.generation < 9


def table(kernel, strict=False, name="region", **layers):
    tables = {choice: kernel.Layer(f"{name} {choice}", data) for choice, data in layers.items()}
    return Dimension(name, tables, strict)


@pytest.fixture
def scoped(kernel):
    regions = table(kernel, eu={"price": 2, "l": append([1])}, us={"price": 3})
    return kernel.resolve([kernel.Layer("a", {"price": 1, "l": [0]})], dimensions=[regions])


def test_a_table_that_changed_is_a_new_generation(kernel, scoped):
    assert scoped.scope(region="eu")["price"] == 2
    changed = scoped.with_layers(
        dimensions=[table(kernel, eu={"price": 5, "l": append([1])}, us={"price": 3})]
    )
    assert (changed.scope(region="eu")["price"], changed.scope(region="us")["price"]) == (5, 3)
    assert (changed.generation, changed.scope(region="eu").generation) == (2, 2)
    assert not kernel.diff(scoped, changed)
    assert scoped.scope(region="eu")["price"] == 2
    both = scoped.with_layers(kernel.Layer("a", {"price": 7}), dimensions=[table(kernel, eu={"price": 8})])
    assert (both["price"], both.scope(region="eu")["price"], both.generation) == (7, 8, 2)


SAME = {"price": 2, "l": append([1])}
OTHERS = {
    "another value": {"eu": {**SAME, "price": 2.0}, "us": {"price": 3}},
    "another operator": {"eu": {"price": 2, "l": replace([1])}, "us": {"price": 3}},
    "no operator": {"eu": {"price": 2, "l": [1]}, "us": {"price": 3}},
    "a mapping": {"eu": {**SAME, "price": {}}, "us": {"price": 3}},
    "a value more": {"eu": {**SAME, "n": DELETE}, "us": {"price": 3}},
    "a value less": {"eu": {"price": 2}, "us": {"price": 3}},
    "another name": {"eu": {"Price": 2, "l": append([1])}, "us": {"price": 3}},
    "a choice more": {"eu": SAME, "us": {"price": 3}, "uk": {}},
    "a choice less": {"eu": SAME},
    "another choice": {"eu": SAME, "uk": {"price": 3}},
    "strict": {"eu": SAME, "us": {"price": 3}, "strict": True},
    "another dimension": {"eu": SAME, "us": {"price": 3}, "name": "area"},
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_what_scopes_can_show_is_content(kernel, scoped, other):
    changed = scoped.with_layers(dimensions=[table(kernel, **other)])
    assert changed.generation == 2
    assert changed == scoped


def test_tables_that_say_the_same_are_no_new_generation(kernel, scoped):
    again = {"eu": {"l": append([1]), "price": 2}, "us": {"price": 3}}
    place = Origin("x", "file", "eu.toml", 3, 1)
    moved = {
        "us": kernel.Layer("other name", {"price": 3}),
        "eu": kernel.Layer("x", again["eu"], origins={("price",): place}),
    }
    for dimension in (table(kernel, **again), Dimension("region", moved)):
        same = scoped.with_layers(dimensions=iter([dimension]))
        assert (same.generation, same.scope(region="eu")["price"]) == (1, 2)
    assert same.scope(region="eu").explain("price").origin == place
    nested = {"m": {"x": [float("nan"), {"a": 1}], "r": replace({"b": {"c": object}}), "d": DELETE}}
    first = scoped.with_layers(dimensions=[table(kernel, eu=nested)])
    assert first.with_layers(dimensions=[table(kernel, eu=nested)]).generation == first.generation == 2


def test_the_order_of_dimensions_is_content(kernel):
    one, two = table(kernel, name="one", x={"a": 1}), table(kernel, name="two", x={"a": 2})
    snapshot = kernel.resolve([], dimensions=[one, two])
    assert snapshot.with_layers(dimensions=[one, two]).generation == 1
    turned = snapshot.with_layers(dimensions=[two, one])
    assert turned.generation == 2
    assert (snapshot.scope(one="x", two="x")["a"], turned.scope(one="x", two="x")["a"]) == (2, 1)


def test_dimensions_are_kept_unless_others_are_given(kernel, scoped):
    changed = scoped.with_layers(kernel.Layer("a", {"price": 9}))
    assert changed.scope(region="us")["price"] == 3
    none = scoped.with_layers(dimensions=())
    assert none.generation == 2
    with pytest.raises(TypeError, match="declared are none"):
        none.scope(region="eu")
    with pytest.raises(ValueError, match=r"^dimension 'region' is declared twice$"):
        scoped.with_layers(dimensions=[table(kernel), table(kernel)])
    with pytest.raises(TypeError, match=r"^a layer is a veltrix\.Layer, not int$"):
        scoped.with_layers(dimensions=[Dimension("d", {"x": 1})])


def test_a_layer_that_a_scope_chooses_does_not_go_on_top(kernel, scoped):
    file = kernel.Layer("region eu", {"price": 5})
    text = "layer 'region eu' belongs to dimension 'region': give dimensions= with it in its table"
    assert said(ValueError, lambda: scoped.with_layers(file)) == text
    assert said(ValueError, lambda: scoped.with_layers(file, dimensions=[table(kernel, eu={})])) == text
    # Where no table of the new snapshot has it, it is a layer as any other one.
    ordinary = scoped.with_layers(file, dimensions=[table(kernel, us={})])
    assert (ordinary.layer_names, ordinary["price"]) == (("a", "region eu"), 5)
    # What stands in the stack is replaced there, as the scope's own snapshot is.
    chosen = scoped.scope(region="eu").with_layers(file)
    assert (chosen.layer_names, chosen["price"]) == (("a", "region eu"), 5)


def test_layers_of_the_tables_may_come_from_snapshots(kernel, scoped):
    """Such a layer may be a version that was changed by `set`; what it says counts."""
    edited = scoped.scope(region="eu").set("price", 2).set("price", 5)

    def region(snapshot):
        layers = dict(zip(snapshot.layer_names, snapshot.__reduce__()[1][1], strict=True))
        us = kernel.Layer("us", {"price": 3})
        return [Dimension("region", {"eu": layers["region eu"], "us": us})]

    assert scoped.with_layers(dimensions=region(scoped.scope(region="eu"))).generation == 1
    changed = scoped.with_layers(dimensions=region(edited))
    assert (changed.generation, changed.scope(region="eu")["price"]) == (2, 5)
    assert changed.with_layers(dimensions=region(edited)).generation == 2
    assert changed.with_layers(dimensions=region(edited.set("price", 2))).generation == 3


def test_a_layer_that_stands_twice_and_is_read_again_is_what_a_set_changes(kernel):
    twice = kernel.Layer("a", {"x": 1, "y": 1})
    live = kernel.resolve([twice, twice]).with_layers(kernel.Layer("a", {"x": 1, "y": 1}))
    assert live.generation == 1
    changed = live.set("x", 7)
    assert changed == {"x": 7, "y": 1}
    assert changed.generation == 2
    assert changed.with_layers(without=["a"]).set("y", 8) == {"x": 1, "y": 8}
