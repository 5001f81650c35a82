"""One value set in the place of another, in any layer, whatever stands above it and below it."""

from __future__ import annotations

from itertools import product

import pytest

from veltrix import DELETE, append, prepend, replace
from veltrix.errors import ConflictError

ABSENT = object()
BELOW = [ABSENT, 1, None, [1], {"x": 1}]
STANDING = [ABSENT, 1, 2, None, [1], append([5])]
ABOVE = [ABSENT, 1, True, None, [1], append([2]), prepend([3]), replace(1), DELETE]
SET = [1, 2, None, [1], [4]]
NAMES = ("below", "edited", "above")


def data(value):
    return {"m": {"other": 0} if value is ABSENT else {"other": 0, "v": value}}


def layers(kernel, values):
    return [kernel.Layer(name, data(value)) for name, value in zip(NAMES, values, strict=True)]


def seen(snapshot):
    """All that a snapshot shows, without where it was written."""
    definitions = snapshot.explain("m.v").definitions if "v" in snapshot["m"] else ()
    return (
        snapshot.to_dict(),
        [type(value) for value in snapshot["m"].values()],
        snapshot.digest,
        [(one.origin.layer, one.value, one.operator, one.role) for one in definitions],
    )


def outcome(make):
    try:
        return seen(make())
    except ConflictError as error:
        return str(error).partition(" in layer")[0]


@pytest.mark.parametrize("conflicts", ["error", "replace"])
@pytest.mark.parametrize("below", range(len(BELOW)))
def test_a_value_that_was_set_is_what_its_stack_resolves_to(kernel, below, conflicts):
    for standing, above in product(STANDING, ABOVE):
        start = [BELOW[below], standing, above]
        try:
            snapshot = kernel.resolve(layers(kernel, start), conflicts=conflicts)
        except ConflictError:
            continue
        for value in SET:
            after = [BELOW[below], value, above]
            expected = outcome(lambda after=after: kernel.resolve(layers(kernel, after), conflicts=conflicts))
            made = outcome(lambda old=snapshot, value=value: old.set("m.v", value, layer="edited"))
            assert made == expected, (start, value)
            if isinstance(expected, str):
                continue
            derived = snapshot.set("m.v", value, layer="edited")
            whole = kernel.resolve(layers(kernel, after), conflicts=conflicts)
            assert kernel.diff(whole, derived) == kernel.diff(whole, whole)
            assert kernel.diff(snapshot, derived) == kernel.diff(snapshot, whole)
            assert derived.generation - snapshot.generation == bool(kernel.diff(snapshot, whole))


def test_many_values_are_set_before_anything_asks_for_the_layer(kernel):
    """What is only noted of a layer is seen by whatever asks for it: explain, new keys, other layers."""
    values = {f"k{at}": at for at in range(40)}
    live = kernel.resolve(
        [kernel.Layer("low", {"m": {**values, "l": [1], "n": None}}), kernel.Layer("high", {})]
    )
    expected = {**values, "l": (1,), "n": None}
    for turn in range(120):
        name = f"k{turn * 7 % 40}"
        value = [turn] if turn % 5 == 0 else None if turn % 11 == 0 else turn + 100
        live = live.set(f"m.{name}", value, layer="low")
        expected[name] = tuple(value) if isinstance(value, list) else value
        if turn % 30 == 29:
            found = live.explain(f"m.{name}").definitions[0].value
            assert found == expected[name]
        if turn % 40 == 31:
            live = live.set(f"m.new{turn}", turn, layer="low").delete("m.k3", layer="low")
            expected[f"new{turn}"] = turn
            del expected["k3"]
            live = live.set("m.k3", 0, layer="low")
            expected["k3"] = 0
        if turn % 50 == 17:
            assert live.with_layers(kernel.Layer("high", {"m": {"k1": "over"}}))["m"] == {
                **expected,
                "k1": "over",
            }
            assert live.with_layers(without=["high"])["m"] == expected
        assert live["m"] == expected
    assert list(live["m"]) == list(expected)
    whole = kernel.resolve([kernel.Layer("low", {"m": live["m"].to_dict()}), kernel.Layer("high", {})])
    assert live.digest == whole.digest
    assert not kernel.diff(whole, live)
