"""Members of `enum` in `Literal`, keys of mappings that are no texts, null under a constraint, converters."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest

import veltrix
from tests.kernel.stack import stack
from tests.typed.places import flat, problems
from veltrix.binding.json_schema import json_schema


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"
    DARK = 5
    LIGHT = "RED"


@dataclass(frozen=True)
class Above:
    """A constraint, as other libraries write them."""

    gt: int


RED_OR_DARK = Literal[Color.RED, Color.DARK]


@pytest.mark.parametrize(
    ("value", "expected"), [("red", Color.RED), ("RED", Color.RED), (5, Color.DARK), ("DARK", Color.DARK)]
)
def test_a_member_of_enum_in_a_literal(kernel, value, expected):
    assert stack(kernel, {"v": value}).bind(RED_OR_DARK, "v") is expected
    assert flat(kernel, v=str(value)).bind(RED_OR_DARK, "v") is expected


def test_a_value_of_enum_counts_before_a_name(kernel):
    both = Literal[Color.RED, Color.LIGHT]
    assert stack(kernel, {"v": "RED"}).bind(both, "v") is Color.LIGHT
    assert stack(kernel, {"v": "RED"}).bind(Color, "v") is Color.LIGHT


def test_the_schema_of_a_literal():
    assert json_schema(RED_OR_DARK)["enum"] == ["red", 5, "RED", "DARK"]
    assert json_schema(Literal["a", 1, True])["enum"] == ["a", 1, True]


@pytest.mark.parametrize("value", ["blue", "5", "", None, 5.0, True])
def test_what_is_none_of_them(kernel, value):
    found = problems(stack(kernel, {"v": value}), RED_OR_DARK, "v")
    assert found == [("v", "expected 'red' or 5", "validation")]


def test_a_member_in_a_model_of_pydantic(kernel):
    pydantic = pytest.importorskip("pydantic", reason="binding its models needs it")
    model = pydantic.create_model("Model", v=(RED_OR_DARK, ...))
    assert flat(kernel, v="5").bind(model).v is Color.DARK
    assert flat(kernel, v="red").bind(model).v is Color.RED


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (Annotated[int, Above(0)], {1: "a", 2: "b"}),
        (Literal[1, 2], {1: "a", 2: "b"}),
        (Literal[2, "1", 1], {"1": "a", 2: "b"}),
        (Annotated[int, veltrix.SECRET], {1: "a", 2: "b"}),
        (int | str, {"1": "a", "2": "b"}),
    ],
)
def test_keys_are_read_by_the_table_of_texts(kernel, key, expected):
    assert stack(kernel, {"v": {"1": "a", "2": "b"}}).bind(dict[key, str], "v") == expected


def test_keys_of_enum(kernel):
    data = {"v": {"red": 1, "5": 2}}
    assert stack(kernel, data).bind(dict[Color, int], "v") == {Color.RED: 1, Color.DARK: 2}


@pytest.mark.parametrize(
    ("key", "names", "path", "reason"),
    [
        (int, ["1", "01"], "01", "the same key as '1'"),
        (Color, ["red", "blue", "BLUE"], "BLUE", "the same key as 'blue'"),
        (Annotated[int, Above(1)], ["2", "1"], "1", "expected a key that is int with gt=1"),
        (Literal[1], ["1", "2"], "2", "expected a key that is 1"),
        (int, ["x", "1"], "x", "expected a key that is an int (decimal digits)"),
    ],
)
def test_keys_that_are_refused(kernel, key, names, path, reason):
    snapshot = stack(kernel, {"v": dict.fromkeys(names, 0)})
    assert problems(snapshot, dict[key, int], "v") == [(f"v.{path}", reason, "validation")]


def test_a_null_that_a_constraint_does_not_concern(kernel):
    form: Any = Annotated[int | None, Above(0)]
    assert stack(kernel, {"v": None}).bind(form, "v") is None
    assert stack(kernel, {"v": None}).bind(Annotated[form, Above(1)], "v") is None
    assert flat(kernel, v="null").bind(form, "v") is None
    assert stack(kernel, {"v": 1}).bind(form, "v") == 1
    found = problems(stack(kernel, {"v": 0}), form, "v")
    assert found == [("v", "expected int or null with gt=0", "validation")]
    assert problems(stack(kernel, {"v": None}), Annotated[None, Above(0)], "v")


def test_texts_for_converters_of_attrs(kernel):
    attrs = pytest.importorskip("attrs", reason="binding its models needs it")

    @attrs.frozen
    class Converted:
        on: bool = attrs.field(converter=bool)
        many: list[int] = attrs.field(converter=list)
        number: int = attrs.field(converter=int)
        own: int = attrs.field(converter=lambda value: int(value.rstrip("M")))

    snapshot = flat(kernel, on="false", many="1,2", number="1_000", own="5")
    assert snapshot.bind(Converted) == Converted(on=False, many=[1, 2], number=1000, own="5")
    document = stack(kernel, {"on": "false", "many": ["1"], "number": "7", "own": "5"})
    assert document.bind(Converted) == Converted(on=True, many=["1"], number=7, own="5")
