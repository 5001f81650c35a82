"""Unions: which type a value is read as, how often, and what is said of one that is none of them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

import pytest

import veltrix
from tests.kernel.stack import stack
from tests.typed.places import flat, problems

DEEP = 40
"""How deep values stand: what doubles at each level does not end."""


@dataclass(frozen=True)
class Node:
    value: int
    next: Node | None = None


@dataclass(frozen=True)
class And:
    kind: Literal["and"]
    inner: And | Or | None


@dataclass(frozen=True)
class Or:
    kind: Literal["or"]
    inner: And | Or | None


@dataclass(frozen=True)
class Left:
    inner: Left | Right | None
    last: int = 0


@dataclass(frozen=True)
class Right:
    inner: Left | Right | None
    last: str = ""


@dataclass(frozen=True)
class Cat:
    kind: Literal["cat"]
    lives: int = 9


@dataclass(frozen=True)
class Dog:
    kind: Literal["dog"]
    n: int = 0
    lives: int = 1


@dataclass(frozen=True)
class Wide:
    x: int
    y: int
    z: int


@dataclass(frozen=True)
class Narrow:
    x: int
    w: int


@dataclass(frozen=True)
class Other:
    x: int
    v: int


def nested(end: Any, key: str, **more: Any) -> Any:
    """A mapping in a mapping, and so on, with another value at the end."""
    for _ in range(DEEP):
        end = {**more, key: end}
    return end


def warned(form: Any, value: Any) -> tuple[Any, list[str]]:
    """The object of a type, and the keys that a warning names."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        snapshot = veltrix.load(veltrix.Values({"v": value}), schema=dict[str, form], extra="warn")
    texts = [str(one.message) for one in caught]
    return snapshot.settings["v"], [text.partition(":")[0] for text in texts if "unknown key" in text]


def test_a_wrong_value_deep_in_a_model_that_holds_itself(kernel):
    data = {"v": nested({"value": "x"}, "next", value=1)}
    path = f"v{'.next' * DEEP}.value"
    assert problems(stack(kernel, data), Node, "v") == [(path, "expected int, not str", "validation")]


def test_models_that_hold_each_other_and_say_which_they_are(kernel):
    bound: Any = stack(kernel, {"v": nested(None, "inner", kind="or")}).bind(And | Or, "v")
    for _ in range(DEEP):
        assert type(bound) is Or
        bound = bound.inner
    assert bound is None


def test_models_that_hold_each_other_and_do_not(kernel):
    bound: Any = stack(kernel, {"v": nested({"inner": None, "last": "x"}, "inner", last="x")})
    bound = bound.bind(Left | Right, "v")
    for _ in range(DEEP):
        assert type(bound) is Right
        bound = bound.inner
    assert bound == Right(None, "x")
    wrong = stack(kernel, {"v": nested({"inner": None, "last": 1.5}, "inner", last="x")})
    assert len(problems(wrong, Left | Right, "v")) == 1


@pytest.mark.chosen
def test_a_key_that_only_another_type_does_not_take():
    assert warned(Cat | Dog, {"kind": "dog", "n": 3}) == (Dog("dog", 3), [])
    assert warned(Wide | Narrow, {"x": 1, "w": 2}) == (Narrow(1, 2), [])
    assert warned(Cat | Dog, {"kind": "dog", "m": 3}) == (Dog("dog"), ["v.m"])


@pytest.mark.chosen
def test_a_key_that_no_type_takes_is_warned_of_once():
    value = {"inner": {"inner": None, "more": 1}, "last": "x"}
    assert warned(Left | Right, value) == (Right(Left(None), "x"), ["v.inner.more"])


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        ({"kind": "dog", "lives": "x"}, Cat | Dog, ("v.lives", "expected int, not str")),
        ({"kind": "cat", "lives": "x"}, Cat | Dog | None, ("v.lives", "expected int, not str")),
        ({"kind": "cow"}, Cat | Dog, ("v.kind", "expected 'cat' or 'dog'")),
        ({"kind": "cow"}, Cat | None, ("v.kind", "expected 'cat'")),
        ({"x": "1", "w": 1}, Wide | Narrow, ("v.x", "expected int, not str")),
        ({"x": "1"}, Narrow | Other, ("v.x", "expected int, not str")),
        (
            {"x": 1},
            Narrow | Other,
            ("v", "expected mapping (Narrow) or mapping (Other), and this mapping fits none of them"),
        ),
        ([1, "a"], list[int] | list[str], None),
        (5, Cat | Dog, ("v", "expected mapping (Cat) or mapping (Dog), not int")),
    ],
)
def test_what_is_said_of_a_value_that_is_none_of_them(kernel, value, form, expected):
    if expected is None:
        expected = ("v", "expected list of int or list of str, and this list fits none of them")
    assert [one[:2] for one in problems(stack(kernel, {"v": value}), form, "v")] == [expected]


def test_what_a_model_of_a_union_raises(kernel):
    @dataclass(frozen=True)
    class Refusing:
        x: int

        def __post_init__(self):
            raise ValueError("never")

    snapshot = stack(kernel, {"v": {"x": 1}})
    assert problems(snapshot, Refusing | None, "v") == [("v", "refused by Refusing: never", "validation")]


def holder(library: str) -> Any:
    """A model of a library with a field that is one of two models, and these."""
    if library == "pydantic":
        pydantic = pytest.importorskip("pydantic", reason="binding its models needs it")
        fields = {"legs": (list[int], []), "pause": (timedelta, timedelta(0)), "lives": (int, 9)}
        cat = pydantic.create_model("Cat", kind=(Literal["cat"], ...), **fields)
        dog = pydantic.create_model("Dog", kind=(Literal["dog"], ...), name=(str, ""))
        told = Annotated[cat | dog, pydantic.Field(discriminator="kind")]
        return pydantic.create_model("Holder", pet=(told, ...)), cat
    msgspec = pytest.importorskip("msgspec", reason="binding its models needs it")
    fields = [("legs", list[int], []), ("pause", timedelta, timedelta(0)), ("lives", int, 9)]
    cat = msgspec.defstruct("Cat", fields, tag="cat", tag_field="kind", frozen=True)
    dog = msgspec.defstruct("Dog", [("name", str, "")], tag="dog", tag_field="kind", frozen=True)
    return msgspec.defstruct("Holder", [("pet", cat | dog)], frozen=True), cat


@pytest.mark.parametrize("library", ["pydantic", "msgspec"])
def test_texts_in_one_of_several_models_of_a_library(kernel, library):
    form, cat = holder(library)
    snapshot = flat(kernel, pet__kind="cat", pet__legs="1,2", pet__pause="5s", pet__lives="7")
    pet = snapshot.bind(form).pet
    assert type(pet) is cat
    assert (pet.legs, pet.pause, pet.lives) == ([1, 2], timedelta(seconds=5), 7)
    wrong = stack(kernel, {"pet": {"kind": "cat", "lives": "7"}})
    assert problems(wrong, form) == [("pet.lives", "expected int, not str", "validation")]


@pytest.mark.chosen
@pytest.mark.parametrize("library", ["pydantic", "msgspec"])
def test_texts_in_one_of_several_models_that_are_declared(monkeypatch, library):
    form, cat = holder(library)
    monkeypatch.setenv("APP_PET__LEGS", "1,2")
    monkeypatch.setenv("APP_PET__LIVES", "7")
    snapshot = veltrix.load(veltrix.Values({"pet": {"kind": "cat"}}), veltrix.Env("APP"), schema=form)
    assert type(snapshot.settings.pet) is cat
    assert (snapshot.settings.pet.legs, snapshot["pet.lives"]) == ([1, 2], 7)


@pytest.mark.chosen
@pytest.mark.parametrize("library", ["pydantic", "msgspec"])
def test_a_key_that_none_of_several_models_of_a_library_takes(library):
    form, cat = holder(library)
    bound, keys = warned(form, {"pet": {"kind": "cat", "more": 1}})
    assert (type(bound.pet), keys) == (cat, ["v.pet.more"])
