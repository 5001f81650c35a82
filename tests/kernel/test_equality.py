"""Equality of snapshots and views: as two dicts of the same values, however each of them came to be."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest

from veltrix import replace

NAN = float("nan")


class Nosy:
    """An opaque value that notes what it is compared with."""

    def __init__(self, name, log, equal=True):
        self.name, self.log, self.equal = name, log, equal

    def __eq__(self, other):
        self.log.append((self.name, getattr(other, "name", other)))
        return self.equal

    __hash__ = None


ALWAYS = Nosy("always", [])
NEVER = Nosy("never", [], equal=False)
EAST = dt.timezone(dt.timedelta(hours=2))
VALUES = [
    None,
    False,
    True,
    0,
    1,
    0.0,
    -0.0,
    1.0,
    2**70,
    float(2**70),
    NAN,
    "",
    "1",
    "é",
    b"1",
    dt.date(2026, 1, 1),
    dt.datetime(2026, 1, 1),
    dt.datetime(2026, 1, 1, fold=1),
    dt.datetime(2026, 1, 1, 2, tzinfo=EAST),
    dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    dt.time(2, tzinfo=EAST),
    dt.time(0, tzinfo=dt.UTC),
    [],
    [1, "a"],
    [True, "a"],
    [1, {"a": 1, "b": NAN}],
    [1, {"b": NAN, "a": 1.0}],
    [ALWAYS],
    [NEVER],
    {},
    {"x": 1},
    {"x": {"y": 1.0}},
    {"x": {"y": True}},
    ALWAYS,
    NEVER,
]


def resolved(kernel, data):
    return kernel.resolve([kernel.Layer("low", data)])


def frozen(value):
    """What a value is in a snapshot, with one NaN."""
    if isinstance(value, list):
        return tuple(map(frozen, value))
    return {name: frozen(item) for name, item in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize(
    "place", [lambda value: {"v": value}, lambda value: {"a": {"b": {"v": value}}, "z": 1}]
)
def test_values_are_equal_where_those_of_dicts_are(kernel, place):
    for one, other in product(VALUES, repeat=2):
        left, right = resolved(kernel, place(one)), resolved(kernel, place(other))
        expected = {"v": frozen(one)} == {"v": frozen(other)}
        assert (left == right, left != right) == (expected, not expected), (one, other)
        for mapping, same in ((left, left), (left["a"], right["a"])) if "a" in left else ():
            assert (mapping == same) == (expected or mapping is same), (one, other)


def test_names_count_and_their_order_does_not(kernel):
    data = {"a": 1, "b": {"c": 2, "d": {}, "e f": [3]}, 'q"': None}
    left = resolved(kernel, data)
    assert left == resolved(kernel, dict(reversed(data.items())))
    assert left["b"] == resolved(kernel, {"b": dict(reversed(data["b"].items()))})["b"]
    for other in (
        {**data, "more": 1},
        {"A": 1, "b": data["b"], 'q"': None},
        {"a": 1, "b": {**data["b"], "d": {"x": 1}}, 'q"': None},
        {"a": 1, "b": {"c": 2, "d": {}, "e g": [3]}, 'q"': None},
        {"a": {}, "b": data["b"], 'q"': None},
        {},
    ):
        right = resolved(kernel, other)
        assert (left == right, right == left, left != right) == (False, False, True)


def test_derived_snapshots_are_compared_by_what_they_hold(kernel):
    start = {"a": {"b": 1, "c": [1], "d": {"e": 2}}, "f": 3, "wide": {f"w{at}": at for at in range(60)}}
    base, other = resolved(kernel, start), resolved(kernel, start)
    steps = [
        lambda one: one.set("a.b", 5),
        lambda one: one.set("a.new", 1),
        lambda one: one.delete("a.new"),
        lambda one: one.set("a.b", 1),
        lambda one: one.delete("a.d.e"),
        lambda one: one.set("a.d.e", 2),
        lambda one: one.overlay({"f": 4}),
        lambda one: one.overlay({"wide": {"w7": "seven"}, "g": {}}),
        lambda one: one.set("wide", replace("narrow")),
    ]
    ours = [base]
    for step in steps:
        ours.append(step(ours[-1]))
    theirs = [resolved(kernel, one.to_dict()) for one in ours]
    for (at, one), (place, whole) in product(enumerate(ours), enumerate(theirs)):
        expected = ours[at].to_dict() == ours[place].to_dict()
        assert (one == whole, whole == one, one == ours[place]) == (expected,) * 3, (at, place)
    assert ours[4] == other
    assert base.overlay({"f": 4}) == other.set("f", 4)
    assert base.overlay({"f": 4})["a"] == other["a"]


def test_names_of_other_tables_are_names(kernel):
    data = {"s": {f"k{at}": at for at in range(20)}, "t": 1}
    before = resolved(kernel, data)
    kernel.Layer("worn", {f"worn {number}": 0 for number in range(12_000)})
    after = resolved(kernel, data)
    assert before == after
    assert before["s"] == after["s"]
    assert before != resolved(kernel, {"s": data["s"], "u": 1})


def test_opaque_values_are_asked_in_order_until_one_differs(kernel):
    def compared(equal):
        log = []
        ours = {"a": Nosy("a", log), "b": {"c": Nosy("b.c", log, equal), "x": 1}, "d": Nosy("d", log)}
        theirs = {"d": Nosy("D", log), "b": {"x": 1, "c": Nosy("B.C", log)}, "a": Nosy("A", log)}
        assert (resolved(kernel, ours) == resolved(kernel, theirs)) == equal
        return log

    assert compared(True) == [("a", "A"), ("b.c", "B.C"), ("d", "D")]
    assert compared(False) == [("a", "A"), ("b.c", "B.C")]


def test_a_value_that_is_no_mapping_may_be_equal_to_one(kernel):
    log = []
    ours, theirs = resolved(kernel, {"m": Nosy("m", log)}), resolved(kernel, {"m": {"x": 1}})
    assert ours == theirs
    assert theirs == ours
    assert [(name, dict(other)) for name, other in log] == [("m", {"x": 1})] * 2


def test_what_an_equality_raises_is_raised(kernel):
    class Broken:
        def __eq__(self, other):
            raise RuntimeError("not comparable")

        __hash__ = None

    with pytest.raises(RuntimeError, match="not comparable"):
        assert resolved(kernel, {"a": 1, "b": Broken()}) == resolved(kernel, {"a": 1, "b": Broken()})
    assert resolved(kernel, {"a": 1, "b": Broken()}) != resolved(kernel, {"a": 2, "b": Broken()})


def test_the_two_kernels_are_equal_to_each_other(both):
    for one, other in product(VALUES, repeat=2):
        pure, native = (
            resolved(kernel, {"v": value}) for kernel, value in zip(both, (one, other), strict=True)
        )
        assert (pure == native) == ({"v": frozen(one)} == {"v": frozen(other)}), (one, other)
        assert (native == pure) == ({"v": frozen(other)} == {"v": frozen(one)}), (one, other)
