"""Python data of many nodes: keys that come again, all kinds of values, data that changes meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from unittest.mock import MagicMock

import pytest

from veltrix import Origin
from veltrix.errors import ParseError

VALUES = (
    1, -1, 0, 2**63 - 1, -(2**63), 2**63, 10**30, True, False, None, 0.5, float("inf"), "", "plain", "wärme",
    "✓", b"bytes", [], [1, "x", None], ("a", ("b", 2**70), "ü"), {"inner": 1}, str, (1).__class__,
)  # fmt: skip


def lists_of(value):
    """The same with each tuple a list, as `to_dict` gives it."""
    if isinstance(value, dict):
        return {key: lists_of(inner) for key, inner in value.items()}
    return [lists_of(item) for item in value] if isinstance(value, (list, tuple)) else value


def test_every_kind_of_value_beneath_keys_that_come_again(kernel):
    keys = [f"key_{number}" for number in range(len(VALUES))]
    data = {
        f"section_{turn}": {key: VALUES[(at + turn) % len(VALUES)] for at, key in enumerate(keys)}
        for turn in range(len(VALUES))
    }
    found = kernel.resolve([kernel.Layer("a", data)]).to_dict()
    assert found == lists_of(data)
    assert [list(section) for section in found.values()] == [keys] * len(VALUES)
    kinds = [[type(value) for value in section.values()] for section in found.values()]
    assert kinds == [[type(lists_of(value)) for value in section.values()] for section in data.values()]


def test_a_list_that_begins_with_plain_items(kernel):
    odd = (2**64, "ü", {"x": "in"}, ["y"], ("z",), b"b", str, None)
    data = {
        f"m{turn}": {"list": ["one", 2, "three", one], "next": "text"} for turn in range(9) for one in odd
    }
    data |= {
        f"n{at}": {"list": ["one", 2**70, "three", one, "four"], "next": "x"} for at, one in enumerate(odd)
    }
    snapshot = kernel.resolve(
        [kernel.Layer("a", {f"early{at}": {"list": [], "next": at} for at in range(99)} | data)]
    )
    for name, mapping in data.items():
        assert snapshot[name].to_dict() == lists_of(mapping)


def test_more_keys_than_are_remembered(kernel):
    data = {f"m{turn}": {f"key_{number}": number + turn for number in range(3_000)} for turn in range(3)}
    assert kernel.resolve([kernel.Layer("a", data)]).to_dict() == data


class Passing(Mapping):
    """A mapping whose keys live no longer than they are read."""

    def __init__(self, start):
        self.numbers = range(start, start + 3)

    def __getitem__(self, key):
        return int(key.removeprefix("passing_"))

    def __iter__(self):
        return (f"passing_{number}" for number in self.numbers)

    def __len__(self):
        return len(self.numbers)


def test_keys_that_get_the_memory_of_earlier_ones(kernel):
    data = {f"m{start}": Passing(start) for start in range(500)}
    assert kernel.resolve([kernel.Layer("a", data)]).to_dict() == {
        name: dict(passing) for name, passing in data.items()
    }


class Doing(Mapping):
    """An empty mapping that does something when it is read."""

    def __init__(self, action):
        self.action = action

    def items(self):
        self.action()
        return ()

    def __getitem__(self, key):
        raise KeyError(key)

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0


def test_a_list_that_shrinks_while_it_is_read(kernel):
    items = [1, "two", 3]
    items.insert(2, Doing(items.clear))
    found = kernel.resolve([kernel.Layer("a", {"list": items})])["list"]
    assert found == (1, "two", {})


def test_a_dict_that_shrinks_while_it_is_read(kernel):
    inner = {f"key_{number}": "text " * number for number in range(100)}
    data = {"first": dict(inner), "second": inner}
    expected = dict(inner)
    inner["key_50"] = expected["key_50"] = Doing(inner.clear)
    found = kernel.resolve([kernel.Layer("a", data)])["second"]
    assert list(found.items()) == [*list(expected.items())[:50], ("key_50", {}), *list(expected.items())[51:]]


def test_a_lone_surrogate_beneath_a_key_that_comes_again(kernel):
    data = {f"m{turn}": {"text": "x", "list": ["y"]} for turn in range(100)}
    data["last"] = {"text": "\ud800"}
    with pytest.raises(ParseError) as raised:
        kernel.Layer("a", data)
    assert raised.value.path == "last.text"
    data["last"] = {"list": ["x", "\ud800"]}
    with pytest.raises(ParseError) as raised:
        kernel.Layer("a", data)
    assert raised.value.path == "last.list[1]"


def test_origins_of_single_values_among_many(kernel):
    data = {f"m{turn}": {"x": turn, "y": "text"} for turn in range(100)}
    own = Origin("a", "environment", variable="APP_X")
    snapshot = kernel.resolve([kernel.Layer("a", data, origins={("m90", "x"): own})])
    assert snapshot.explain("m90.x").origin == own
    assert snapshot.explain("m90.y").origin == Origin("a", "mapping")


def test_what_only_says_that_it_is_a_list_is_opaque(kernel):
    mock = MagicMock(spec=[])
    mock.__class__ = list
    assert isinstance(mock, list)
    assert kernel.resolve([kernel.Layer("a", {"m": mock, "l": [mock]})]).to_dict() == {"m": mock, "l": [mock]}


def test_what_only_says_that_it_is_a_bool_makes_nothing_secret(kernel):
    mock = MagicMock(spec=[])
    mock.__class__ = bool
    with pytest.raises(TypeError, match="secret is a bool or paths, not MagicMock"):
        kernel.Layer("a", {"m": 1}, secret=mock)
