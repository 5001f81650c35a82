"""What libraries say of a value: its place is known, and the value is not repeated."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import pytest

import veltrix
from tests.kernel.stack import stack
from tests.typed.places import problems, said
from veltrix.errors import ConfigError

msgspec = pytest.importorskip("msgspec", reason="its models are bound here")
pydantic = pytest.importorskip("pydantic", reason="its models are bound here")

VALUE = "hunter2"


class Kind(Enum):
    A = "a"


class PA(pydantic.BaseModel, frozen=True):
    kind: Literal["a"] = "a"


class PB(pydantic.BaseModel, frozen=True):
    kind: Literal["b"] = "b"


class MA(msgspec.Struct, frozen=True, tag="a"):
    x: int = 0


class MB(msgspec.Struct, frozen=True, tag="b"):
    x: int = 0


class OfPydantic(pydantic.BaseModel, frozen=True):
    union: Annotated[PA | PB, pydantic.Field(discriminator="kind")] = PA()
    kind: Kind = Kind.A
    size: pydantic.ByteSize = pydantic.ByteSize(1)
    zone: ZoneInfo | None = None
    pattern: Annotated[str, pydantic.Field(pattern="^a$")] = "a"
    decimal: Decimal = Decimal(1)
    aware: pydantic.AwareDatetime | None = None
    address: pydantic.IPvAnyAddress | None = None
    document: pydantic.Json[int] | None = None
    file: pydantic.FilePath | None = None
    imported: pydantic.ImportString[Any] | None = None
    numbers: dict[int, int] = pydantic.Field(default_factory=dict)
    call: Callable[[int], int] | None = None


class OfMsgspec(msgspec.Struct, frozen=True):
    union: MA | MB = MA()
    kind: Kind = Kind.A
    pattern: Annotated[str, msgspec.Meta(pattern="^a$")] = "a"
    decimal: Decimal = Decimal(1)
    aware: datetime | None = None
    numbers: dict[int, int] = msgspec.field(default_factory=dict)


WRONG = {
    "union": {"kind": VALUE, "type": VALUE},
    "size": f"10 {VALUE}",
    "document": f"[{VALUE}",
    "file": f"/{VALUE}/{VALUE}",
    "imported": f"{VALUE}.{VALUE}",
    "numbers": {"1": VALUE},
}


@pytest.mark.parametrize(
    ("form", "field"),
    [
        *((OfPydantic, name) for name in OfPydantic.model_fields),
        *((OfMsgspec, name) for name in OfMsgspec.__struct_fields__),
    ],
    ids=str,
)
def test_no_value_is_repeated(form, field):
    value = WRONG.get(field, VALUE)
    text = value if isinstance(value, str) else json.dumps(value)
    for source in ({field: value}, veltrix.Arguments([f"{field}={text}"])):
        with pytest.raises(ConfigError) as caught:
            veltrix.load(source, schema=form)
        for problem in caught.value.problems:
            assert VALUE not in str(problem), str(problem)
            assert problem.path.split(".")[0] == field


def test_a_key_that_is_none_of_its_type_has_a_place(kernel):
    snapshot = stack(kernel, {"numbers": {VALUE: 1}})
    assert problems(snapshot, OfMsgspec) == [("numbers", "expected int, got str", "validation")]


def test_what_takes_a_value_first_does_so_in_a_union_and_in_a_list_too(kernel):
    counted = Annotated[int, pydantic.BeforeValidator(lambda value: len(value))]

    class Model(pydantic.BaseModel, frozen=True):
        one: counted | None = None
        many: list[counted]
        document: pydantic.Json[list[int]] | None = None

    data = {"one": "abc", "many": ["a", "bc"], "document": "[5]"}
    model = stack(kernel, data).bind(Model)
    assert (model.one, model.many, model.document) == (3, [1, 2], [5])


def test_a_function_is_a_type_of_the_library(kernel):
    class Model(pydantic.BaseModel, frozen=True):
        call: Callable[[int], int] = abs
        port: int = 0

    assert stack(kernel, {"port": 1}).bind(Model).call is abs
    assert said(stack(kernel, {"call": "abs"}), Model) == ["call: input should be callable (layer 'a')"]


def test_a_class_that_has_no_module(kernel):
    names = {"Struct": msgspec.defstruct}
    exec("made = Struct('Made', [('port', int)], frozen=True)", names)
    assert not hasattr(names["made"], "__module__")
    assert stack(kernel, {"port": 1}).bind(names["made"]).port == 1
