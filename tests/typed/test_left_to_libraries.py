"""What the table of texts cannot read is left to pydantic and msgspec, with a schema and without one."""

from __future__ import annotations

from typing import Any

import pytest

import veltrix
from tests.kernel.stack import stack
from tests.typed.places import problems
from veltrix.binding.schema import Schema
from veltrix.errors import ConfigError

pytestmark = pytest.mark.chosen


@pytest.fixture
def bound(monkeypatch):
    """Binds variables, with the type as a schema and without one."""

    def bind(form: Any, **texts: str) -> Any:
        for name, text in texts.items():
            monkeypatch.setenv(f"APP_{name.upper()}", text)
        declared = veltrix.load(veltrix.Env("APP"), schema=form).settings
        assert veltrix.load(veltrix.Env("APP")).bind(form) == declared
        return declared

    return bind


@pytest.fixture
def pydantic():
    return pytest.importorskip("pydantic", reason="binding its models needs it")


@pytest.fixture
def msgspec():
    return pytest.importorskip("msgspec", reason="binding its models needs it")


@pytest.mark.parametrize(
    ("form", "text", "root"),
    [
        (str, "tok", "tok"),
        (list[int], "1,2", [1, 2]),
        (list[int], "[1, 2]", [1, 2]),
        (dict[str, int], '{"a": 1}', {"a": 1}),
    ],
)
def test_a_root_is_written_as_its_type(bound, pydantic, form, text, root):
    model = pydantic.RootModel[form]
    assert bound(pydantic.create_model("Holder", v=(model, ...)), v=text).v == model(root)


def test_a_root_in_a_document(kernel, pydantic):
    model = pydantic.RootModel[str]
    holder = pydantic.create_model("Holder", v=(model | None, None), n=(pydantic.RootModel[list[int]], []))
    assert stack(kernel, {"v": "tok"}).bind(holder).v == model("tok")
    found = problems(stack(kernel, {"n": [1, "2"]}), holder)
    assert found == [("n[1]", "expected int, not str", "validation")]


def test_a_root_that_is_secret(pydantic):
    holder = pydantic.create_model("Holder", v=(pydantic.RootModel[pydantic.SecretStr], ...))
    assert Schema(holder, "forbid", check_layers=False).secret == (("v",),)


def test_a_text_that_a_validator_reads(bound, kernel, pydantic):
    class Address(pydantic.BaseModel):
        host: str
        port: int = 0

        @pydantic.model_validator(mode="before")
        @classmethod
        def cut(cls, value):
            if isinstance(value, str):
                host, _, port = value.partition(":")
                return {"host": host, "port": int(port)}
            return value

    holder = pydantic.create_model("Holder", v=(Address, ...), w=(Address | None, None))
    both = bound(holder, v="h:5", w="h:5")
    assert both.v == both.w == Address(host="h", port=5)
    assert stack(kernel, {"v": "h:5", "w": "h:5"}).bind(holder) == both


def test_numbers_that_pydantic_reads(bound, pydantic):
    fields = {"i": (int, 0), "j": (int, 0), "b": (bool, False), "many": (list[int], [])}
    holder = bound(pydantic.create_model("Holder", **fields), i="1_000", j="10.0", b="y", many="1_0,2")
    assert (holder.i, holder.j, holder.b, holder.many) == (1000, 10, True, [10, 2])


def test_a_text_that_nobody_reads(monkeypatch, pydantic):
    monkeypatch.setenv("APP_I", "x")
    with pytest.raises(ConfigError, match=r"i: input should be a valid integer.* \(variable APP_I\)"):
        veltrix.load(veltrix.Env("APP"), schema=pydantic.create_model("Holder", i=(int, 0)))


def test_a_struct_that_is_a_list(bound, kernel, msgspec):
    row = msgspec.defstruct("Row", [("a", int), ("b", str, "")], array_like=True, frozen=True)
    holder = msgspec.defstruct("Holder", [("v", row), ("w", row), ("x", row)], frozen=True)
    found = bound(holder, v='[1, "b"]', w="1,b", x="1")
    assert (found.v, found.w, found.x) == (row(1, "b"), row(1, "b"), row(1))
    wrong = stack(kernel, {"v": [1, 2], "w": ["1"], "x": {"a": 1}})
    assert [one[:2] for one in problems(wrong, row, "v")] == [("v[1]", "expected str, got int")]
    assert [one[:2] for one in problems(wrong, row, "w")] == [("w[0]", "expected int, not str")]
    assert [one[:2] for one in problems(wrong, row, "x")] == [("x", "expected array, got object")]
