"""What goes in, what comes out, and that nothing which comes out changes the snapshot."""

from __future__ import annotations

import collections
import datetime as dt
import enum
import math
import types
from pathlib import PurePath

import pytest

import veltrix
from tests.kernel.stack import nested, stack
from veltrix.errors import LimitError, ParseError

PLAIN = [
    None,
    True,
    False,
    0,
    -1,
    2**63 - 1,
    -(2**63),
    2**63,
    10**100,
    -(10**5000),
    0.5,
    -0.0,
    math.inf,
    "",
    "text",
    "ü€😀",
    "a\0b",
    b"",
    b"\xff\0",
    dt.datetime(2024, 2, 29, 23, 59, 59, 999999),
    dt.datetime(1, 1, 1),
    dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
    dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=-3, minutes=-30))),
    dt.datetime(2024, 10, 27, 2, 30, fold=1),
    dt.date(9999, 12, 31),
    dt.time(0, 0, 0, 1),
    dt.time(23, 59, tzinfo=dt.UTC),
    (),
    (1, "x", (None,)),
]


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: str(type(value).__name__))
def test_a_plain_value_comes_out_as_it_went_in(kernel, value):
    snapshot = stack(kernel, {"x": value})
    assert snapshot["x"] == value
    assert type(snapshot["x"]) is type(value)
    assert repr_of(snapshot["x"]) == repr_of(value)


def repr_of(value):
    """Tells -0.0 from 0.0 and a fold from none; integers can be too long for `repr`."""
    return hex(value) if type(value) is int else repr(value)


def test_a_nan_stays_a_nan(kernel):
    assert math.isnan(stack(kernel, {"x": math.nan})["x"])


def test_a_list_becomes_a_tuple_all_the_way_down(kernel):
    snapshot = stack(kernel, {"x": [1, [2, [3]], ({"y": [4]},)]})
    assert snapshot["x"] == (1, (2, (3,)), ({"y": (4,)},))
    assert type(snapshot["x"][1][1]) is tuple


def test_a_subclass_of_list_is_a_list(kernel):
    class Items(list):
        pass

    assert type(stack(kernel, {"x": Items([1])})["x"]) is tuple


def test_a_mapping_in_a_list_is_read_only(kernel):
    (item,) = stack(kernel, {"x": [{"b": 1, "a": {"c": [2]}}]})["x"]
    assert type(item) is veltrix.FrozenMapping
    assert list(item) == ["b", "a"]
    assert type(item["a"]) is veltrix.FrozenMapping
    assert item == {"b": 1, "a": {"c": (2,)}}


@pytest.mark.parametrize(
    "make",
    [
        dict,
        collections.OrderedDict,
        types.MappingProxyType,
        collections.ChainMap,
        collections.UserDict,
        veltrix.FrozenMapping,
    ],
    ids=lambda make: make.__name__,
)
def test_any_mapping_is_a_mapping(kernel, make):
    snapshot = stack(kernel, make({"x": make({"y": 1})}))
    assert snapshot["x.y"] == 1
    assert type(snapshot["x"]) is kernel.View


def test_a_snapshot_and_a_view_are_mappings_too(kernel):
    inner = stack(kernel, {"x": {"a.b": 1, "l": [{"m": 2}]}})
    outer = stack(kernel, {"snapshot": inner, "view": inner["x"]})
    assert outer.to_dict() == {
        "snapshot": {"x": {"a.b": 1, "l": [{"m": 2}]}},
        "view": {"a.b": 1, "l": [{"m": 2}]},
    }


class Colour(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    LOW = 1


class Text(str):
    __slots__ = ()


class Named(dt.tzinfo):
    def utcoffset(self, _):
        return dt.timedelta(0)


Point = collections.namedtuple("Point", "x y")

OPAQUE = [
    Colour.RED,
    Level.LOW,
    Text("x"),
    Point(1, [2]),
    PurePath("/"),
    print,
    object(),
    {1, 2},
    bytearray(b"x"),
    1j,
    range(3),
    dt.timedelta(1),
    dt.datetime(2024, 1, 1, tzinfo=Named()),
    dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(0), "name")),
    dt.time(1, tzinfo=Named()),
]


@pytest.mark.parametrize("value", OPAQUE, ids=lambda value: type(value).__name__)
def test_anything_else_is_kept_by_identity(kernel, value):
    snapshot = stack(kernel, {"x": value, "l": [value, {"m": value}]})
    assert snapshot["x"] is value
    assert snapshot["l"][0] is value
    assert snapshot["l[1].m"] is value
    assert snapshot.to_dict()["l"][1]["m"] is value
    assert snapshot.explain("x").definitions[0].type == "object"


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (None, "null"),
        (True, "bool"),
        (1, "int"),
        (10**30, "int"),
        (1.0, "float"),
        ("", "str"),
        (b"", "bytes"),
        (dt.datetime(2024, 1, 1), "datetime"),
        (dt.date(2024, 1, 1), "date"),
        (dt.time(1), "time"),
        ([], "list"),
        ({}, "mapping"),
        (object(), "object"),
    ],
)
def test_each_type_has_its_word(kernel, value, word):
    assert stack(kernel, {"x": value}).explain("x").definitions[0].type == word


def test_changing_the_input_afterwards_changes_nothing(kernel):
    data = {"m": {"x": 1}, "l": [1, {"y": 2}]}
    snapshot = stack(kernel, data)
    data["m"]["x"] = data["l"][1]["y"] = 9
    data["l"].append(3)
    data["new"] = 1
    assert snapshot.to_dict() == {"m": {"x": 1}, "l": [1, {"y": 2}]}


def test_changing_the_copy_changes_nothing(kernel):
    snapshot = stack(kernel, {"m": {"x": 1}, "l": [1, {"y": 2}]})
    copy = snapshot.to_dict()
    copy["m"]["x"] = copy["l"][1]["y"] = 9
    copy["l"].append(3)
    assert snapshot.to_dict() == {"m": {"x": 1}, "l": [1, {"y": 2}]}
    assert type(copy["m"]) is dict
    assert type(copy["l"]) is list
    assert type(copy["l"][1]) is dict


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.__setitem__("m", 1),
        lambda s: s.__delitem__("m"),
        lambda s: setattr(s, "generation", 7),
        lambda s: setattr(s, "anything", 7),
        lambda s: s["m"].__setitem__("x", 1),
        lambda s: setattr(s["m"], "anything", 1),
        lambda s: s["l"][0].__setitem__("y", 1),
        lambda s: setattr(s["l"][0], "_data", {}),
        lambda s: s.key("m.x").__setattr__("value", 3),
    ],
)
def test_nothing_that_comes_out_can_be_changed(kernel, change):
    snapshot = stack(kernel, {"m": {"x": 1}, "l": [{"y": 2}]})
    with pytest.raises((TypeError, AttributeError)):
        change(snapshot)
    assert snapshot.to_dict() == {"m": {"x": 1}, "l": [{"y": 2}]}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({1: 2}, "a key is a str, not int (in the top level)"),
        ({"a": {"b.c": {None: 1}}}, 'a key is a str, not NoneType (in a."b.c")'),
        ({"l": [0, {b"x": 1}]}, "a key is a str, not bytes (in l[1])"),
        ({"o": veltrix.replace({True: 1})}, "a key is a str, not bool (in o)"),
        ({"o": veltrix.append([{1.5: 1}])}, "a key is a str, not float (in o[0])"),
    ],
)
def test_a_key_is_a_str(kernel, data, text):
    with pytest.raises(TypeError) as caught:
        kernel.Layer("x", data)
    assert str(caught.value) == text
    assert type(caught.value) is TypeError


def test_a_key_of_a_subclass_of_str_is_stored_as_plain_str(kernel):
    class Key(str):
        __slots__ = ()

        def __str__(self):
            return "other"

        def __hash__(self):
            return 1

    snapshot = stack(kernel, {Key("x"): {Key("y"): 1}, "l": [{Key("z"): 2}]})
    assert [type(name) for name in snapshot] == [str, str]
    assert snapshot.to_dict() == {"x": {"y": 1}, "l": [{"z": 2}]}
    assert type(next(iter(snapshot["l[0]"]))) is str


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"a": {"b": "x\ud800"}}, "a.b"),
        ({"a": ["", "\udfff"]}, "a[1]"),
        ({"a": {"\ud800": 1}}, "a"),
        ({"\ud800": 1}, "the top level"),
        ({"l": [{"\ud800": 1}]}, "l[0]"),
        ({"a": veltrix.replace("\ud800")}, "a"),
    ],
)
def test_a_lone_surrogate_is_refused(kernel, data, path):
    with pytest.raises(ParseError) as caught:
        kernel.Layer("x", data)
    assert caught.value.path == path
    assert caught.value.reason == "a lone surrogate, which UTF-8 cannot carry, in the text"
    str(caught.value).encode()


def test_sixty_four_levels_are_allowed(kernel):
    snapshot = stack(kernel, nested(64))
    assert snapshot[".".join(["k"] * 64)] == 1
    assert snapshot.flatten() == {".".join(["k"] * 64): 1}
    assert snapshot == nested(64)


@pytest.mark.parametrize("leaf", [1, {}, [], veltrix.DELETE, veltrix.replace({}), veltrix.append([])])
def test_the_sixty_fifth_level_is_refused_by_its_path(kernel, leaf):
    with pytest.raises(LimitError) as caught:
        kernel.Layer("x", nested(65, leaf))
    assert caught.value.path == ".".join(["k"] * 65)
    assert str(caught.value) == f"deeper than 64 levels at {'.'.join(['k'] * 65)}"


def test_the_items_of_a_list_are_a_level(kernel):
    kernel.Layer("x", nested(63, [1]))
    with pytest.raises(LimitError) as caught:
        kernel.Layer("x", nested(64, ["x", 1]))
    assert caught.value.path == ".".join(["k"] * 64) + "[0]"


def test_an_operator_is_no_level(kernel):
    assert stack(kernel, nested(64, veltrix.replace(1)))[".".join(["k"] * 64)] == 1
    assert stack(kernel, nested(63, veltrix.append([1])))[".".join(["k"] * 63)] == (1,)


@pytest.mark.parametrize("kind", ["list", "dict", "mixed"])
def test_data_that_holds_itself_ends_at_the_limit(kernel, kind):
    items: list = []
    data: dict = {"k": 1}
    if kind == "list":
        items.append(items)
    elif kind == "dict":
        data["self"] = data
    else:
        items.append({"again": items})
    with pytest.raises(LimitError, match="deeper than 64 levels"):
        kernel.Layer("x", {"items": items, "data": data})


class Raises(collections.abc.Mapping):
    def __getitem__(self, key):
        raise RuntimeError("from the mapping")

    def __iter__(self):
        return iter(["x"])

    def __len__(self):
        return 1


def test_an_error_of_the_caller_s_mapping_passes_through(kernel):
    with pytest.raises(RuntimeError, match="from the mapping"):
        kernel.Layer("x", {"m": Raises()})


@pytest.mark.parametrize("data", [None, 1, "text", [("a", 1)], veltrix.DELETE, veltrix.replace({}), {1}])
def test_layer_data_is_a_mapping(kernel, data):
    with pytest.raises(TypeError) as caught:
        kernel.Layer("x", data)
    assert str(caught.value) == f"layer data is a mapping, not {type(data).__name__}"
