"""Overrides: an overlay by path; what is allowed from outside, and what is not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NewType, Optional, Union

import pytest

from tests.kernel.stack import stack
from veltrix import DELETE, Allowed, _pickle, append, replace
from veltrix.errors import ConflictError, LimitError, ParseError, PathError, ValidationError
from veltrix.types import Name


@pytest.fixture
def base(kernel):
    return stack(kernel, {"m": {"x": 1, "n": {"y": 2}}, "l": [1, 2], "k": 0, "a.b": 3})


@pytest.mark.parametrize(
    ("values", "data"),
    [
        ({"m.x": 5}, {"m": {"x": 5}}),
        (
            {"m.new": 5, "q.r.s": [1], ("m", "n", "y"): None},
            {"m": {"new": 5, "n": {"y": None}}, "q": {"r": {"s": [1]}}},
        ),
        ({"m": {"x": 5, "z": 6}}, {"m": {"x": 5, "z": 6}}),
        ({"m": {}}, {"m": {}}),
        (
            {"m.x": DELETE, "l": append([3]), "m.n": replace({"z": 1})},
            {"m": {"x": DELETE, "n": replace({"z": 1})}, "l": append([3])},
        ),
        ({'"a.b"': 4, ("c.d",): 5, Name("e.f"): 6}, {"a.b": 4, "c.d": 5, "e.f": 6}),
        ({"m.b": 1, "k": 2, "m.a": 3}, {"m": {"b": 1, "a": 3}, "k": 2}),
    ],
)
def test_an_override_is_an_overlay_by_path(kernel, base, values, data):
    overridden, overlaid = base.override(values), base.overlay(data, "override")
    assert list(overridden.flatten().items()) == list(overlaid.flatten().items())
    assert overridden.layer_names == overlaid.layer_names
    assert overridden.generation == base.generation
    for path in overlaid.flatten():
        assert overridden.explain(path) == overlaid.explain(path)
    assert base.override(values, name="mine").layer_names[-1] == "mine"


ROWS = [
    ["m.x", "m.new", "m.n.y", "m.n.z"],
    ["m.x", "k", "m.new"],
    ["q.r.s", "q.r.t", "q.u", "m.x"],
    ["q.r.s", "m.x", "q.r.t"],
    ["q.r", "q.s.t", "q.s.u", "q.v", "w"],
    ["k", "l", "m.n.y", "é.ü", "m.n.x", "z"],
    ["m.n.y", "m.x", "m.n.z"],
    ["longer", "longer_still.a", "longer_still.b", "long"],
]


@pytest.mark.parametrize("paths", ROWS, ids=repr)
@pytest.mark.parametrize("value", [1, [1, [2]], DELETE, 1.5], ids=repr)
def test_overrides_stand_in_the_order_in_which_paths_name_them(kernel, base, paths, value):
    data: dict[str, Any] = {}
    for path in paths:
        *above, last = path.split(".")
        mapping = data
        for name in above:
            mapping = mapping.setdefault(name, {})
        mapping[last] = value
    lower = base.overlay({"q": {"low": 1}, "m": {"new": 1}}, "low")
    for snapshot in (base, lower):
        overridden, overlaid = snapshot.override(dict.fromkeys(paths, value)), snapshot.overlay(data)
        for path in (*paths, "q", "m.n", "q.r", "longer_still", "longer_still.c", "k.x"):
            assert overridden.get(path) == overlaid.get(path), path
            assert (path in overridden) is (path in overlaid), path
        assert list(overridden.flatten().items()) == list(overlaid.flatten().items())
        assert repr(layer_data(overridden)) == repr(layer_data(overlaid))


def layer_data(snapshot):
    """The data of the topmost layer, as a pickle would hold it."""
    return snapshot.__reduce__()[1][1][-1].__reduce__()[1][2]


def test_nothing_overrides_nothing(base):
    assert base.override({}) is base
    assert base.override({}, allowed=Allowed({})) is base
    with pytest.raises(TypeError, match=r"^a layer's name is a str, not int$"):
        base.override({}, name=1)


@pytest.mark.parametrize(
    ("values", "error", "text"),
    [
        (1, TypeError, "override values are a mapping, not int"),
        ([("k", 1)], TypeError, "override values are a mapping, not list"),
        ({1: 2}, TypeError, "a path is a str or a tuple of str and int, not int"),
        ({"a..b": 1}, PathError, "path 'a..b', column 3: empty segment"),
        ({"l[0]": 1}, PathError, "path 'l[0]': a list's item cannot be set alone; give the whole list"),
        ({("l", 0): 1}, PathError, "path 'l[0]': a list's item cannot be set alone; give the whole list"),
        ({"m.x": 1, ("m", "x"): 2}, PathError, "path 'm.x': given twice"),
        ({"m": {"x": 1}, "m.y": 2}, PathError, "path 'm.y': overlaps another given path"),
        ({"m": 1, "m.y": 2}, PathError, "path 'm.y': overlaps another given path"),
        ({"m.y": 2, "m": {"x": 1}}, PathError, "path 'm': overlaps another given path"),
        ({"m.y.z": 2, "m.y": {}}, PathError, "path 'm.y': overlaps another given path"),
        ({"m": {"x": [DELETE]}}, TypeError, "an operator cannot stand inside a list (at m.x[0])"),
        ({"k": "\ud800"}, ParseError, "a lone surrogate, which UTF-8 cannot carry, in the text at k"),
        ({"m": 1}, ConflictError, None),
        ({("x",) * 65: 1}, LimitError, None),
    ],
)
def test_what_cannot_be_overridden_is_named(base, values, error, text):
    with pytest.raises(error) as raised:
        base.override(values)
    assert text is None or str(raised.value) == text


def test_arguments_come_before_what_they_hold(base):
    with pytest.raises(TypeError, match=r"^allowed is a veltrix\.Allowed, not dict$"):
        base.override({"a..b": 1}, allowed={}, name=1)
    with pytest.raises(TypeError, match=r"^a layer's name is a str, not int$"):
        base.override({"a..b": 1}, allowed=Allowed({}), name=1)


@dataclass(frozen=True)
class Bound:
    """A constraint as libraries have them."""

    gt: Any = None
    ge: Any = None
    lt: Any = None
    le: Any = None
    multiple_of: Any = None
    min_length: Any = None
    max_length: Any = None
    pattern: Any = None
    func: Any = None


@dataclass(frozen=True)
class Field:
    """Metadata that holds constraints, as a field of pydantic does."""

    metadata: tuple[Any, ...]


class Colour(Enum):
    RED = "red"


Count = NewType("Count", int)
TAKEN = [
    (bool, [True, False], [0, 1, "true", None]),
    (int, [0, -1, 10**40], [True, 1.0, "1", None, Decimal(1)]),
    (float, [1.5, 1, float("inf")], [True, "1.5", Decimal(1)]),
    (str, ["", "é"], [b"", 1, None]),
    (bytes, [b"x"], ["x", bytearray(b"x")]),
    (None, [None], [0, False, ""]),
    (list, [[], [1, "x"], (1,)], ["x", {}, None, [DELETE]]),
    (dict, [{}, {"a": 1}], [[], None, {"a": {"b": DELETE}}]),
    (Decimal, [Decimal(1)], [1, "1"]),
    (Colour, [Colour.RED], ["red"]),
    (Any, [1, None, "x", object()], [DELETE]),
    (list[int], [[], [1, 2], (3,)], [[True], ["1"], 1, [1, None]]),
    (tuple[str, ...], [["a"], ()], [[1], "a"]),
    (dict[str, int], [{"a": 1}, {}], [{"a": "1"}, {1: 1}, []]),
    (Optional[int], [1, None], [True, "1"]),  # noqa: UP045
    (Union[int, str], [1, "x"], [None, 1.0]),  # noqa: UP007
    (int | None, [1, None], [True, "1"]),
    (Literal["a", 1, None], ["a", 1, None], [True, 1.0, "b", 0]),
    (Count, [1], ["1", True]),
    (Annotated[int, Bound(ge=1, le=20)], [1, 20], [0, 21, True, "5", None]),
    (Annotated[int, Bound(gt=1), Bound(lt=4), "for people"], [2, 3], [1, 4]),
    (Annotated[int, Bound(multiple_of=5)], [0, 10], [3]),
    (Annotated[str, Bound(min_length=1, max_length=3)], ["a", "abc"], ["", "abcd", 1]),
    (Annotated[str, Bound(pattern="^[a-z]+$")], ["abc"], ["", "A1", 1]),
    (Annotated[int, Bound(func=lambda value: value % 2)], [1], [2, 0]),
    (Annotated[int, Field((Bound(ge=0), Bound(le=9)))], [0, 9], [-1, 10]),
    (Annotated[int | str, Bound(gt=3)], [4], [3, "x"]),
    (lambda value: value, [1, "x", None], [DELETE, append([1])]),
]


@pytest.mark.parametrize(("given", "passing", "refused"), TAKEN, ids=[str(one[0])[:40] for one in TAKEN])
def test_a_path_takes_what_it_says(base, given, passing, refused):
    allowed = Allowed({"v": given})
    for value in passing:
        assert base.override({"v": value}, allowed=allowed).explain("v").origin.layer == "override"
    for value in refused:
        with pytest.raises(ValidationError) as raised:
            base.override({"v": value}, allowed=allowed)
        assert raised.value.path == "v"
        assert raised.value.__cause__ is None
        assert raised.value.__context__ is None


@pytest.mark.parametrize(
    "given",
    [
        set[int],
        tuple[int, str],
        dict[int, str],
        list,
        "int",
        1,
        Annotated[int, object()],
        Annotated[int, Bound()],
        frozenset[int],
    ],
)
def test_what_cannot_be_checked_is_refused_at_once(both, given):
    if given is list:
        Allowed({"k": given})
        return
    with pytest.raises(TypeError, match=r"^k: no value can be checked against "):
        Allowed({"k": given})


def test_a_callable_gives_the_value_or_refuses_without_a_word(base):
    def port(text):
        if text == "interrupt":
            raise KeyboardInterrupt
        return int(text)

    allowed = Allowed({"k": port})
    assert base.override({"k": "80"}, allowed=allowed)["k"] == 80
    with pytest.raises(ValidationError) as raised:
        base.override({"k": "hunter2"}, allowed=allowed)
    assert str(raised.value) == "k: expected what port takes"
    assert raised.value.__cause__ is raised.value.__context__ is None
    with pytest.raises(KeyboardInterrupt):
        base.override({"k": "interrupt"}, allowed=allowed)


def test_only_what_is_listed_is_open(base):
    allowed = Allowed({"m.x": int, ("m", "n"): dict, '"a.b"': int})
    for values in ({"m": {"x": 2}}, {"m.n.y": 1}, {"m.x.y": 1}, {"a.b": 1}, {"k": 1}, {Name("m.x"): 1}):
        (path,) = values
        with pytest.raises(ValidationError, match=r": not open to overrides$") as raised:
            base.override(values, allowed=allowed)
        assert raised.value.path == ('"m.x"' if isinstance(path, Name) else path)
    assert base.override({("m", "x"): 2, "m.n": {"y": 3}, Name("a.b"): 4}, allowed=allowed) == {
        **base,
        "m": {"x": 2, "n": {"y": 3}},
        "a.b": 4,
    }
    with pytest.raises(PathError, match="given twice"):
        base.override({"m.x": 2, ("m", "x"): 3}, allowed=allowed)


def test_overrides_from_outside_are_few_and_small(base):
    names = [f"o.k{number}" for number in range(40)]
    allowed = Allowed(dict.fromkeys(names, object))
    base.override(dict.fromkeys(names[:32], 1), allowed=allowed)
    with pytest.raises(LimitError, match=r"^more than 32 overrides$"):
        base.override(dict.fromkeys(names[:33], 1), allowed=allowed)
    more = Allowed(dict.fromkeys(names, object), max_overrides=40, max_bytes=10**6)
    base.override(dict.fromkeys(names, "x" * 4096), allowed=more)


@pytest.mark.parametrize(
    ("value", "size"),
    [(1, 8), (True, 8), (None, 8), ("", 8), ("x" * 9, 9), ("é" * 9, 18), (b"x" * 20, 20), (1.5, 8),
     (2**127, 16), ([], 8), (["x", "y" * 10], 26), ({"k": 1}, 24), ({"k" * 9: ["x"]}, 33)],
)  # fmt: skip
def test_the_bytes_of_an_override_are_counted(base, value, size):
    for most in (8 + size, 7 + size):
        allowed = Allowed({"v": object}, max_bytes=most)
        if most == 8 + size:
            base.override({"v": value}, allowed=allowed)
        else:
            with pytest.raises(LimitError) as raised:
                base.override({"v": value}, allowed=allowed)
            assert str(raised.value) == f"overrides of more than {most} bytes at v"


def test_a_path_from_outside_that_is_too_long_is_not_parsed(base, monkeypatch):
    allowed = Allowed({"m.x": int}, max_bytes=100)
    monkeypatch.setattr(_pickle, "kernel", None)  # what parses and formats
    with pytest.raises(LimitError, match=r"^overrides of more than 100 bytes$"):
        base.override({"a" + ".a" * 1_000: 1}, allowed=allowed)


@pytest.mark.parametrize("given", [dict, object, Any])
def test_a_mapping_from_outside_has_keys_that_are_texts(base, given):
    allowed = Allowed({"m.x": given})
    for value in ({1: 1}, {"a": [{None: 1}]}):
        with pytest.raises(ValidationError, match=r"not a mapping with a key that is no str$"):
            base.override({"m.x": value}, allowed=allowed)


def test_what_holds_itself_ends_at_the_bound(base):
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(LimitError, match=r"^overrides of more than 4096 bytes at k$"):
        base.override({"k": endless}, allowed=Allowed({"k": object}))


def test_what_is_allowed_is_said_rightly(both):
    assert repr(Allowed({"a": int, "b.c": str})) == "<veltrix.Allowed 2 paths>"
    for call, error, text in (
        (lambda: Allowed([]), TypeError, "allowed paths are a mapping, not list"),
        (lambda: Allowed({"a..b": int}), PathError, "path 'a..b', column 3: empty segment"),
        (
            lambda: Allowed({"a[0]": int}),
            PathError,
            "path 'a[0]': a list's item cannot be set alone; give the whole list",
        ),
        (lambda: Allowed({"a": int, ("a",): str}), ValueError, "a: allowed twice"),
        (lambda: Allowed({}, max_bytes=True), TypeError, "max_bytes is an int, not bool"),
        (lambda: Allowed({}, max_overrides=-1), ValueError, "max_overrides is at least 0"),
    ):
        with pytest.raises(error) as raised:
            call()
        assert str(raised.value) == text


@pytest.mark.parametrize("depth", [63, 64, 65, 66, 100, 20_000])
def test_a_path_is_as_deep_as_a_document(kernel, depth):
    snapshot = kernel.resolve([kernel.Layer("a", {"a": 1})])
    path = ".".join(["n"] * depth)
    if depth <= 64:
        assert snapshot.override({path: 2})[path] == 2
        return
    with pytest.raises(LimitError) as caught:
        snapshot.override({path: 2})
    assert str(caught.value).startswith("deeper than 64 levels at n.n.n")
