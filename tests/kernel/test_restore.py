"""What a pickle names, given what no snapshot writes: refused with words, by both implementations alike."""

from __future__ import annotations

import pytest

from veltrix import DELETE, Dimension, Origin, implementations

OWN = Origin("x", "s")


def refusal(call, *state):
    with pytest.raises((TypeError, ValueError)) as caught:
        call(*state)
    return f"{type(caught.value).__name__}: {caught.value}"


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ((OWN, 1, {}, False), "TypeError: layer data is a mapping, not int"),
        ((OWN, DELETE, {}, False), "TypeError: layer data is a mapping, not Delete"),
        ((OWN, {}, [], False), "TypeError: origins are a mapping, not list"),
        ((OWN, {}, {}, "a"), "TypeError: secret is a bool or paths, not str"),
        ((OWN, {}, {}, ((1,),)), "PathError: path (1,): index without a name"),
        ((1, 1, 1, 1), "TypeError: an origin is a veltrix.Origin, not int"),
        ((OWN, 1, 1, 1), "TypeError: layer data is a mapping, not int"),
    ],
)
def test_no_layer(kernel, state, text):
    assert refusal(kernel.restore_layer, *state) == text


@pytest.mark.parametrize(
    ("generation", "text"),
    [
        ("1", "TypeError: a generation is an int, not str"),
        (1.0, "TypeError: a generation is an int, not float"),
        (True, "TypeError: a generation is an int, not bool"),
        (None, "TypeError: a generation is an int, not NoneType"),
        (0, "ValueError: a generation is from 1 to 4611686018427387904"),
        (-1, "ValueError: a generation is from 1 to 4611686018427387904"),
        (2**62 + 1, "ValueError: a generation is from 1 to 4611686018427387904"),
        (2**63, "ValueError: a generation is from 1 to 4611686018427387904"),
        (2**64, "ValueError: a generation is from 1 to 4611686018427387904"),
    ],
)
def test_no_generation(kernel, generation, text):
    assert refusal(kernel.restore_snapshot, (), "error", (), generation) == text
    assert refusal(kernel.restore_snapshot, 1, 1, 1, generation) == text


@pytest.mark.parametrize("generation", [1, 2**32, 2**62])
def test_a_generation_goes_on(kernel, generation):
    snapshot = kernel.restore_snapshot((kernel.Layer("x", {}),), "error", (), generation)
    assert snapshot.generation == generation
    assert snapshot.set("a", 1).generation == generation + 1


def test_no_snapshot(kernel):
    layer = kernel.Layer("x", {"a": 1})
    dimension = Dimension("d", {"y": layer})
    restore = kernel.restore_snapshot
    assert refusal(restore, (1,), "error", (), 1) == "TypeError: a layer is a veltrix.Layer, not int"
    assert refusal(restore, (), "none", (), 1) == "ValueError: conflicts is 'error' or 'replace', not 'none'"
    text = "TypeError: a dimension is a veltrix.Dimension, not int"
    assert refusal(restore, (), "error", (1,), 1) == text
    text = "ValueError: dimension 'd' is declared twice"
    assert refusal(restore, (), "error", (dimension, dimension), 1) == text
    text = "TypeError: a layer is a veltrix.Layer, not int"
    assert refusal(restore, (), "error", (Dimension("d", {"y": 1}),), 1) == text
    assert restore([layer], "replace", [dimension], 5).scope(d="y").layer_names == ("x", "x")


def test_no_difference(kernel):
    for at in range(3):
        state = [{}, {}, {}]
        state[at] = []
        text = "TypeError: a difference is made of dicts, not list"
        assert refusal(kernel.restore_difference, *state) == text
    assert not kernel.restore_difference({}, {}, {})


def test_no_view(kernel):
    snapshot = kernel.resolve([kernel.Layer("x", {"a": {"b": {"c": 1}}})])
    restore = kernel.restore_view
    assert refusal(restore, {}, "a") == "TypeError: a view is of a veltrix.Snapshot, not dict"
    text = "TypeError: a view is of a veltrix.Snapshot, not View"
    assert refusal(restore, snapshot["a"], "b") == text
    assert refusal(restore, snapshot, "a.b.c") == "TypeError: a view is of a mapping, not int"
    assert refusal(restore, snapshot, "") == "PathError: path '', column 1: empty path"
    assert refusal(restore, snapshot, ()) == "PathError: path (): empty path"
    for path in ("a.b", ("a", "b")):
        assert restore(snapshot, path) == {"c": 1}


def test_both_write_the_same_of_a_layer():
    secret = ["b", "a[0].c", "b.c", 'b."c"', "a", "é", "\U0001f600", "\uffff", ("a b",)]
    layers = [
        module.Layer(
            "x",
            {"a": [1], "b": {"c": 1}},
            source="s",
            origins={("b", "c"): OWN, ("b",): Origin("x", "s", "f", 1)},
            secret=secret,
        )
        for module in implementations().values()
    ]
    states = [layer.__reduce__()[1] for layer in layers]
    assert [repr(state) for state in states] == [repr(states[0])] * len(states)
    assert states[0][4] == (("a",), ("a b",), ("b",), ("b", "c"), ("é",), ("\uffff",), ("\U0001f600",))
