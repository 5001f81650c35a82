"""What changed between two snapshots, and the digest that tells whether anything did."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import struct

import pytest

from tests.kernel.stack import layers, stack
from veltrix import Difference, FrozenMapping


def test_added_removed_and_changed(kernel):
    old = stack(kernel, {"a": {"x": 1, "y": [1]}, "b": 1, "same": 0})
    new = stack(kernel, {"a": {"x": 2, "z": None}, "c": {"d.e": 1}, "same": 0})
    difference = new.diff(old)
    assert type(difference) is Difference
    assert difference.added == {"a.z": None, 'c."d.e"': 1}
    assert difference.removed == {"a.y": (1,), "b": 1}
    assert difference.changed == {"a.x": (1, 2)}
    assert repr(difference) == "<veltrix.Difference 2 added, 2 removed, 1 changed>"
    assert difference


def test_the_paths_are_sorted(kernel):
    new = stack(kernel, {"b": 1, "B": 1, "a": {"z": 1, "é": 1, "😀": 1, "\uffff": 1, "": 1}})
    assert list(new.diff(kernel.resolve([])).added) == sorted(new.flatten())
    assert list(kernel.resolve([]).diff(new).removed) == sorted(new.flatten())


def test_no_change(kernel):
    one = stack(kernel, {"a": {"x": [1, {"y": 2}]}, "b": 1})
    other = stack(kernel, {"b": 1}, {"a": {"x": [1, {"y": 2}]}})
    assert not one.diff(one)
    assert not one.diff(other)
    assert one.diff(other) == Difference({}, {}, {})


def test_an_empty_mapping_is_a_leaf(kernel):
    empty, full, value = (stack(kernel, {"m": m}) for m in ({}, {"x": 1}, 5))
    assert full.diff(empty) == Difference({"m.x": 1}, {"m": {}}, {})
    assert value.diff(empty).changed == {"m": ({}, 5)}
    assert not empty.diff(stack(kernel, {"m": {}}))


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
    assert list(one.diff(other).changed) == ["m.x"]
    assert list(other.diff(one).changed) == ["m.x"]
    assert one.digest != other.digest
    assert one.set("m.x", right).generation == 2


@pytest.mark.parametrize(("left", "right"), SAME, ids=repr)
def test_values_that_are_the_same(kernel, left, right):
    one, other = stack(kernel, {"m": {"x": left}}), stack(kernel, {"m": {"x": right}})
    assert not one.diff(other)
    assert one.digest == other.digest
    assert one.set("m.x", right).generation == 1


class Equal:
    def __eq__(self, other):
        raise RuntimeError("asked")

    __hash__ = None


def test_an_opaque_object_is_compared_by_identity(kernel):
    same, other = Equal(), Equal()
    snapshot = stack(kernel, {"x": same, "l": [same]})
    assert not snapshot.diff(stack(kernel, {"x": same, "l": [same]}))
    assert list(snapshot.diff(stack(kernel, {"x": other, "l": [other]})).changed) == ["l", "x"]


def test_the_values_of_a_difference_are_those_of_the_snapshots(kernel):
    old = stack(kernel, {"x": [{"k": 1}], "m": {}})
    new = old.set("x", [{"k": 2}]).set("m.y", 1)
    difference = new.diff(old)
    assert difference.changed == {"x": (({"k": 1},), ({"k": 2},))}
    assert type(difference.changed["x"][0][0]) is FrozenMapping
    assert type(difference.removed["m"]) is kernel.View


def test_derived_snapshots_can_be_compared(kernel):
    base = stack(kernel, {"a": {str(number): number for number in range(50)}, "l": [1]}, {})
    new = base.set("a.7", "seven").delete("a.9", layer="a").overlay({"b": 1})
    assert new.diff(base) == Difference({"b": 1}, {"a.9": 9}, {"a.7": (7, "seven")})
    assert base.diff(new) == Difference({"a.9": 9}, {"b": 1}, {"a.7": ("seven", 7)})


@pytest.mark.parametrize("other", [None, {}, "x"])
def test_diff_takes_a_snapshot(kernel, other):
    snapshot = stack(kernel, {"m": {}})
    with pytest.raises(TypeError) as caught:
        snapshot.diff(other)
    assert str(caught.value) == f"diff() takes a Snapshot, not {type(other).__name__}"
    with pytest.raises(TypeError, match="not View"):
        snapshot.diff(snapshot["m"])


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
    assert kernel.resolve(made).digest == kernel.resolve(made[:1]).with_layer(made[1]).digest
