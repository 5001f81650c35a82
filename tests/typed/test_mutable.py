"""A model whose objects can be changed is warned of, once."""

from __future__ import annotations

import contextlib
import warnings
from dataclasses import dataclass, make_dataclass
from typing import NamedTuple, NoReturn, TypedDict

import pytest

import veltrix
from tests.kernel.stack import stack
from veltrix.errors import ConfigError, ConfigWarning

attrs = pytest.importorskip("attrs", reason="its models are bound here")
msgspec = pytest.importorskip("msgspec", reason="its models are bound here")
pydantic = pytest.importorskip("pydantic", reason="its models are bound here")


def mutable():
    """New classes each time, as each is warned of once."""

    @dataclass
    class Plain:
        a: int

    @dataclass(slots=True)
    class Slots:
        a: int

    @attrs.define
    class Attrs:
        a: int

    @attrs.define
    class Converted:
        a: int = attrs.field(validator=attrs.validators.ge(0))

    class Model(pydantic.BaseModel):
        a: int

    @pydantic.dataclasses.dataclass(config={"validate_assignment": True})
    class Validated:
        a: int

    class Struct(msgspec.Struct):
        a: int

    return [Plain, Slots, Attrs, Converted, Model, Validated, Struct]


def frozen():
    @dataclass(frozen=True)
    class Plain:
        a: int

    @dataclass(frozen=True, slots=True)
    class Slots:
        a: int

    @attrs.frozen
    class Attrs:
        a: int = attrs.field(validator=attrs.validators.ge(0))

    class Model(pydantic.BaseModel, frozen=True):
        a: int

    @pydantic.dataclasses.dataclass(frozen=True)
    class Validated:
        a: int

    class Struct(msgspec.Struct, frozen=True):
        a: int

    class Named(NamedTuple):
        a: int

    class Typed(TypedDict):
        a: int

    @dataclass
    class Guarded:
        a: int

        def __setattr__(self, name: str, value: object) -> NoReturn:
            raise AttributeError(name)

        def __init__(self, a: int) -> None:
            object.__setattr__(self, "a", a)

    return [Plain, Slots, Attrs, Model, Validated, Struct, Named, Typed, Guarded]


@pytest.mark.parametrize("model", mutable(), ids=lambda model: model.__name__)
def test_a_mutable_model_is_warned_of_once(kernel, model):
    (model,) = (one for one in mutable() if one.__name__ == model.__name__)
    snapshot = stack(kernel, {"a": 1, "x": {"a": 1}})
    text = f"{model.__name__} can be changed, and one object of it goes to all threads: declare it frozen"
    with pytest.warns(ConfigWarning, match=text) as said:
        bound = snapshot.bind(model, "x")
    assert len(said) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert snapshot.bind(model | None, "x") == bound
        assert snapshot.bind(dict[str, model | int])["x"] == bound
    bound.a = 2


@pytest.mark.parametrize("model", frozen(), ids=lambda model: model.__name__)
def test_a_frozen_model_is_not(kernel, model):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stack(kernel, {"x": {"a": 1}}).bind(model, "x")


def test_what_stands_in_a_schema_is_warned_of_too():
    outer = make_dataclass("Outer", [("inner", mutable()[0])], frozen=True)
    with pytest.warns(ConfigWarning, match="Plain can be changed"):
        veltrix.load({"inner": {"a": 1}}, schema=outer)


def test_a_warning_names_the_line_that_asked(kernel):
    snapshot = stack(kernel, {"a": 1, "b": 2})
    plans = [
        lambda: snapshot.bind(mutable()[0], "a"),
        lambda: veltrix.load({"a": 1}, schema=mutable()[4]),
        lambda: veltrix.Config({"a": 1}, schema=mutable()[1]),
        lambda: veltrix.load({"a": 1, "b": 2}, schema=frozen()[0], extra="warn"),
    ]
    for plan in plans:
        with warnings.catch_warnings(record=True) as said, contextlib.suppress(ConfigError):
            warnings.simplefilter("always")
            plan()
        assert [(one.filename, one.lineno) for one in said] == [(__file__, plan.__code__.co_firstlineno)]


def test_a_warning_that_is_an_error_stays_one(kernel):
    model, snapshot = mutable()[0], stack(kernel, {"a": 1})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            with pytest.raises(ConfigWarning):
                snapshot.bind(model)
