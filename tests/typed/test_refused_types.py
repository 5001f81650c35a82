"""Types that cannot be bound, and arguments that are none: each says so by its name."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

import pytest

import veltrix
from tests.kernel.stack import stack
from tests.typed.places import problems

T = TypeVar("T")


@pytest.fixture
def alias():
    made = getattr(typing, "TypeAliasType", None)
    return pytest.importorskip("typing_extensions").TypeAliasType if made is None else made


class Lazy:
    """An alias that finds itself when its value is asked for, as one by `type` does."""

    __value__: Any

    def __repr__(self):
        return "Lazy"


class Growing:
    """One whose value is another one each time."""

    @property
    def __value__(self):
        return list[Growing()]

    def __repr__(self):
        return "Growing"


def test_an_alias_that_holds_itself(kernel, alias):
    lazy = Lazy()
    lazy.__value__ = dict[str, lazy]
    name = "J"
    forms = [lazy, Growing(), alias(name, dict[str, name]), alias(name, typing.Optional[name])]  # noqa: UP045
    for form in forms:
        expected = f"nothing in a configuration can be read as {form!r}, an alias that holds itself"
        with pytest.raises(TypeError, match=expected):
            stack(kernel, {"v": {}}).bind(form, "v")


def test_such_an_alias_in_a_model_of_a_library_is_its_own(kernel):
    pydantic = pytest.importorskip("pydantic")
    made = pydantic.create_model("Made", __config__={"frozen": True}, v=(pydantic.JsonValue, ...))
    assert stack(kernel, {"v": {"a": [1]}}).bind(made).v == {"a": [1]}


def test_an_alias_with_itself_as_its_parameter_ends(kernel, alias):
    pair = alias("Pair", tuple[T, T], type_params=(T,))
    assert stack(kernel, {"v": [[1, 2], [3, 4]]}).bind(pair[pair[int]], "v") == ((1, 2), (3, 4))


@pytest.mark.parametrize("form", [tuple[()], typing.Tuple[()]], ids=repr)  # noqa: UP006
def test_a_tuple_of_nothing_takes_nothing(kernel, form):
    snapshot = stack(kernel, {"v": [1], "w": []})
    assert snapshot.bind(form, "w") == ()
    assert problems(snapshot, form, "v") == [("v", "expected list of 0, not of 1", "validation")]


@pytest.mark.parametrize("form", [tuple, typing.Tuple], ids=repr)  # noqa: UP006
def test_a_tuple_that_says_nothing_takes_anything(kernel, form):
    assert stack(kernel, {"v": [1, "a"]}).bind(form, "v") == (1, "a")


@pytest.mark.parametrize("form", [Annotated[int, {"a": 1}], Literal[[1]], ["a"]], ids=repr)
def test_a_type_that_no_memo_can_hold(kernel, form):
    with pytest.raises(TypeError, match=r"a type to bind is hashable, and .* is unhashable"):
        stack(kernel, {"v": 1}).bind(form, "v")
    with pytest.raises(TypeError, match=r"a type to bind is hashable, and .* is unhashable"):
        veltrix.load({"v": 1}, schema=form)


def test_such_metadata_of_a_field_is_no_problem(kernel):
    @dataclass(frozen=True)
    class Noted:
        v: Annotated[int, {"a": 1}] = 0

    assert stack(kernel, {"v": 1}).bind(Noted) == Noted(1)


def test_a_path_that_is_a_list(kernel):
    with pytest.raises(TypeError, match="a path is a str or a tuple of str and int, not list"):
        stack(kernel, {"v": 1}).bind(int, ["v"])
