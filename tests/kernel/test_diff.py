"""What changed between two snapshots, and the digest that tells whether anything did."""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
import math
import struct
import weakref

import pytest

from tests.kernel.stack import layers, stack
from veltrix import DELETE, FrozenMapping


def parts(difference):
    return difference.added, difference.removed, difference.changed


def test_added_removed_and_changed(kernel):
    old = stack(kernel, {"a": {"x": 1, "y": [1]}, "b": 1, "same": 0})
    new = stack(kernel, {"a": {"x": 2, "z": None}, "c": {"d.e": 1}, "same": 0})
    difference = kernel.diff(old, new)
    assert type(difference) is kernel.Difference
    assert difference.added == {"a.z": None, 'c."d.e"': 1}
    assert difference.removed == {"a.y": (1,), "b": 1}
    assert difference.changed == {"a.x": (1, 2)}
    assert repr(difference) == "<veltrix.Difference 2 added, 2 removed, 1 changed>"
    assert difference


def test_the_paths_are_sorted(kernel):
    new = stack(kernel, {"b": 1, "B": 1, "a": {"z": 1, "é": 1, "😀": 1, "\uffff": 1, "": 1}})
    assert list(kernel.diff(kernel.resolve([]), new).added) == sorted(new.flatten())
    assert list(kernel.diff(new, kernel.resolve([])).removed) == sorted(new.flatten())


def test_no_change(kernel):
    one = stack(kernel, {"a": {"x": [1, {"y": 2}]}, "b": 1})
    other = stack(kernel, {"b": 1}, {"a": {"x": [1, {"y": 2}]}})
    assert not kernel.diff(one, one)
    assert not kernel.diff(other, one)
    assert parts(kernel.diff(other, one)) == ({}, {}, {})


def test_it_is_true_if_anything_changed(kernel):
    for dicts in (({"x": 1}, {}, {}), ({}, {"x": 1}, {}), ({}, {}, {"x": (1, 2)})):
        assert kernel.restore_difference(*dicts)
    assert not kernel.restore_difference({}, {}, {})
    base = stack(kernel, {"x": 1})
    assert kernel.diff(base, base.set("y", 1))
    assert kernel.diff(base.set("y", 1), base)
    assert kernel.diff(base, base.set("x", 2))
    assert not kernel.diff(base, base.set("x", 1))


def test_it_equals_a_difference_of_the_same_changes(kernel):
    base = stack(kernel, {"x": 1, "y": 1})
    one, again = (kernel.diff(base, base.set("x", value)) for value in (2, 2.0))
    assert one == again
    assert one != kernel.diff(base, base.set("x", 3))
    assert one != kernel.diff(base.set("x", 2), base)
    assert one != kernel.diff(base, base.set("y", 2))
    assert one != kernel.diff(base, base.overlay({"z": 1}))
    assert one != ({}, {}, {"x": (1, 2)})
    with pytest.raises(TypeError, match=r"^unhashable type: '(veltrix\.)?Difference'$"):
        hash(one)


def test_the_dicts_stay_the_same_objects(kernel):
    base = stack(kernel, {"x": 1, "y": 1})
    difference = kernel.diff(base, base.set("x", 2).delete("y").overlay({"z": 1}))
    assert repr(difference) == "<veltrix.Difference 1 added, 1 removed, 1 changed>"
    added, removed, changed = parts(difference)
    assert parts(difference) == ({"z": 1}, {"y": 1}, {"x": (1, 2)})
    assert difference.added is added
    assert difference.removed is removed
    assert difference.changed is changed
    changed.clear()
    assert repr(difference) == "<veltrix.Difference 1 added, 1 removed, 0 changed>"


def test_it_can_be_looked_at_when_its_snapshots_are_gone(kernel):
    base = stack(kernel, {"x": Equal(), "m": {}, "l": [1]})
    known = base["x"]
    difference = kernel.diff(base, base.set("x", 1).set("l", [2]).set("m.y", 1))
    del base
    gc.collect()
    assert parts(difference) == ({"m.y": 1}, {"m": {}}, {"l": ((1,), (2,)), "x": (known, 1)})


def test_once_looked_at_it_holds_values_alone(kernel):
    base = stack(kernel, {"x": 1})
    new = base.set("x", 2)
    alive = [weakref.ref(base), weakref.ref(new)]
    difference = kernel.diff(base, new)
    assert difference.changed == {"x": (1, 2)}
    del base, new
    gc.collect()
    assert [one() for one in alive] == [None, None]


def test_a_cycle_through_it_is_collected(kernel):
    class Node:
        pass

    for look in (False, True):
        node = Node()
        base = stack(kernel, {"x": node})
        node.difference = kernel.diff(base, base.set("x", 1))
        if look:
            assert node.difference.changed == {"x": (node, 1)}
        alive = weakref.ref(node)
        del node, base
        gc.collect()
        assert alive() is None


def test_an_empty_mapping_is_a_leaf(kernel):
    empty, full, value = (stack(kernel, {"m": m}) for m in ({}, {"x": 1}, 5))
    assert parts(kernel.diff(empty, full)) == ({"m.x": 1}, {"m": {}}, {})
    assert kernel.diff(empty, value).changed == {"m": ({}, 5)}
    assert not kernel.diff(stack(kernel, {"m": {}}), empty)


HOUR_EAST = dt.timezone(dt.timedelta(hours=1))

DIFFERENT = [
    (1, True),
    (1, 1.0),
    (0, False),
    (0.0, -0.0),
    (0, None),
    ("", b""),
    ("1", 1),
    ((1,), (1.0,)),
    ((0.0,), (-0.0,)),
    ((), None),
    (({"x": 1},), ({"x": True},)),
    (({"x": 1},), ({"y": 1},)),
    (dt.datetime(2024, 1, 1), dt.date(2024, 1, 1)),
    (dt.datetime(2024, 10, 27, 2, 30), dt.datetime(2024, 10, 27, 2, 30, fold=1)),
    (dt.datetime(2024, 1, 1, 1, tzinfo=dt.UTC), dt.datetime(2024, 1, 1, 2, tzinfo=HOUR_EAST)),
    (dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, tzinfo=dt.UTC)),
    (dt.time(1), dt.time(1, tzinfo=dt.UTC)),
    (2**63, float(2**63)),
    ({1}, frozenset({1})),
]

SAME = [
    (math.nan, -math.nan),
    ((math.nan,), [float("nan")]),
    (10**30, 10**30),
    ("ab", str(b"ab", "ascii")),
    ([{"x": 1, "y": 2}], ({"y": 2, "x": 1},)),
    (dt.datetime(2024, 1, 1, tzinfo=dt.UTC), dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(0)))),
    (print, print),
    ([1, [2]], (1, (2,))),
]


@pytest.mark.parametrize(("left", "right"), DIFFERENT, ids=repr)
def test_values_that_differ(kernel, left, right):
    one, other = stack(kernel, {"m": {"x": left}}), stack(kernel, {"m": {"x": right}})
    assert list(kernel.diff(other, one).changed) == ["m.x"]
    assert list(kernel.diff(one, other).changed) == ["m.x"]
    assert one.digest != other.digest
    assert one.set("m.x", right).generation == 2


@pytest.mark.parametrize(("left", "right"), SAME, ids=repr)
def test_values_that_are_the_same(kernel, left, right):
    one, other = stack(kernel, {"m": {"x": left}}), stack(kernel, {"m": {"x": right}})
    assert not kernel.diff(other, one)
    assert one.digest == other.digest
    assert one.set("m.x", right).generation == 1


class Equal:
    def __eq__(self, other):
        raise RuntimeError("asked")

    __hash__ = None


def test_an_opaque_object_is_compared_by_identity(kernel):
    same, other = Equal(), Equal()
    snapshot = stack(kernel, {"x": same, "l": [same]})
    assert not kernel.diff(stack(kernel, {"x": same, "l": [same]}), snapshot)
    assert list(kernel.diff(stack(kernel, {"x": other, "l": [other]}), snapshot).changed) == ["l", "x"]


def test_the_values_of_a_difference_are_those_of_the_snapshots(kernel):
    old = stack(kernel, {"x": [{"k": 1}], "m": {}})
    new = old.set("x", [{"k": 2}]).set("m.y", 1)
    difference = kernel.diff(old, new)
    assert difference.changed == {"x": (({"k": 1},), ({"k": 2},))}
    assert type(difference.changed["x"][0][0]) is FrozenMapping
    assert type(difference.removed["m"]) is kernel.View


def test_derived_snapshots_can_be_compared(kernel):
    base = stack(kernel, {"a": {str(number): number for number in range(50)}, "l": [1]}, {})
    new = base.set("a.7", "seven").delete("a.9", layer="a").overlay({"b": 1})
    assert parts(kernel.diff(base, new)) == ({"b": 1}, {"a.9": 9}, {"a.7": (7, "seven")})
    assert parts(kernel.diff(new, base)) == ({"a.9": 9}, {"b": 1}, {"a.7": ("seven", 7)})


@pytest.mark.parametrize("other", [None, {}, "x"])
def test_diff_takes_a_snapshot(kernel, other):
    snapshot = stack(kernel, {"m": {}})
    with pytest.raises(TypeError) as caught:
        kernel.diff(other, snapshot)
    assert str(caught.value) == f"diff() takes a Snapshot, not {type(other).__name__}"
    with pytest.raises(TypeError, match="not View"):
        kernel.diff(snapshot["m"], snapshot)


def test_the_digest_ignores_order_and_layers(kernel):
    one = stack(kernel, {"a": {"x": 1, "y": 2}, "b": []})
    other = stack(kernel, {"b": [], "a": {"y": 2}}, {"a": {"x": 1}})
    assert one.digest == other.digest
    assert one.digest != one.set("a.x", 2).digest
    assert len(one.digest) == 32


def framed(content: bytes) -> bytes:
    return len(content).to_bytes(8, "big") + content


def key(name: str) -> bytes:
    return framed(b"s" + name.encode())


def leaf(content: bytes) -> bytes:
    return framed(b"m" + key("x") + framed(content))


BYTES = [
    ({}, framed(b"m")),
    ({"x": None}, leaf(b"n")),
    ({"x": True}, leaf(b"t")),
    ({"x": False}, leaf(b"f")),
    ({"x": -12}, leaf(b"i-12")),
    ({"x": 0}, leaf(b"i0")),
    ({"x": 10**30}, leaf(b"i1" + b"0" * 30)),
    ({"x": -(10**9000)}, leaf(b"i-1" + b"0" * 9000)),
    ({"x": 10**9000 - 1}, leaf(b"i" + b"9" * 9000)),
    ({"x": -0.5}, leaf(b"d" + struct.pack(">d", -0.5))),
    ({"x": math.nan}, leaf(b"d" + bytes.fromhex("7ff8000000000000"))),
    ({"x": "é"}, leaf(b"s\xc3\xa9")),
    ({"x": b"\xff"}, leaf(b"b\xff")),
    ({"x": dt.datetime(2024, 1, 2, 3)}, leaf(b"T2024-01-02T03:00:000")),
    ({"x": dt.datetime(2024, 1, 2, fold=1, tzinfo=dt.UTC)}, leaf(b"T2024-01-02T00:00:00+00:001")),
    ({"x": dt.date(1, 2, 3)}, leaf(b"D0001-02-03")),
    ({"x": dt.time(1, 2, 3, 4)}, leaf(b"H01:02:03.0000040")),
    ({"x": print}, leaf(b"o" + str(id(print)).encode())),
    ({"x": []}, leaf(b"l")),
    ({"x": [1, "a"]}, leaf(b"l" + framed(b"i1") + framed(b"sa"))),
    ({"x": {}}, leaf(b"m")),
    ({"x": [{}]}, leaf(b"l" + framed(b"m"))),
    ({"b": 1, "a.b": 2}, framed(b"m" + key("a.b") + framed(b"i2") + key("b") + framed(b"i1"))),
    ({"\uffff": 1, "😀": 2}, framed(b"m" + key("\uffff") + framed(b"i1") + key("😀") + framed(b"i2"))),
]


@pytest.mark.parametrize(("data", "canonical"), BYTES, ids=lambda value: type(value).__name__)
def test_the_digest_is_that_of_the_canonical_bytes(kernel, data, canonical):
    expected = hashlib.blake2b(canonical, digest_size=16).hexdigest()
    assert stack(kernel, data).digest == expected
    assert stack(kernel, {"v": data})["v"].digest == expected
    assert kernel.resolve([]).overlay(data).digest == expected


def test_the_same_layers_give_the_same_digest_in_any_snapshot(kernel):
    made = layers(kernel, {"x": 1}, {"y": 2})
    assert kernel.resolve(made).digest == kernel.resolve(made[:1]).with_layers(made[1]).digest


class Odd:
    """Answers both comparisons in its own way."""

    def __eq__(self, other):
        return "equal"

    def __ne__(self, other):
        return "different"

    __hash__ = None


def test_another_class_may_answer_comparisons(kernel):
    snapshot = stack(kernel, {"m": {"x": 1}})
    for one in (snapshot, snapshot["m"], kernel.diff(snapshot, snapshot)):
        assert (one == Odd(), one != Odd()) == ("equal", "different")
        assert one.__eq__(5) is one.__ne__(5) is NotImplemented
        assert one != 5
        assert not one != one  # noqa: SIM202


@pytest.mark.parametrize(
    "emptied",
    [
        lambda kernel, base: base.delete("m.x", layer="a"),
        lambda kernel, base: base.set("m.x", DELETE),
        lambda kernel, base: base.overlay({"m": {"x": DELETE}}),
        lambda kernel, base: base.with_layers(kernel.Layer("a", {"m": {}, "z": 1})),
    ],
    ids=["delete", "set", "overlay", "with_layers"],
)
def test_a_mapping_that_lost_its_last_child_is_a_leaf(kernel, emptied):
    base = stack(kernel, {"m": {"x": 1}, "z": 1})
    changed = emptied(kernel, base)
    assert parts(kernel.diff(base, changed)) == ({"m": {}}, {"m.x": 1}, {})
    assert parts(kernel.diff(changed, base)) == ({"m.x": 1}, {"m": {}}, {})
    assert changed.flatten() == {"m": {}, "z": 1}
