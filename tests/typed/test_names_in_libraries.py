"""The keys of fields as pydantic and msgspec look them up: no other name counts as declared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest

import veltrix
from tests.kernel.stack import stack
from tests.typed.places import said
from veltrix import SECRET
from veltrix.binding.schema import Schema
from veltrix.errors import ConfigError, ConfigWarning

msgspec = pytest.importorskip("msgspec", reason="its models are bound here")
pydantic = pytest.importorskip("pydantic", reason="its models are bound here")

NAMES = ("token", "other", "third")


def model(config: Any = None, **options: Any) -> Any:
    kept = {"frozen": True, **(config or {})}
    return pydantic.create_model("Db", __config__=kept, token=(str, pydantic.Field("default", **options)))


def alias_of_all(alias: str) -> Any:
    return pydantic.AliasGenerator(validation_alias=lambda name: alias)


FORMS = {
    "no alias": model(),
    "an alias": model(alias="other"),
    "two aliases": model(alias="other", validation_alias="third"),
    "an alias for output": model(serialization_alias="other"),
    "several": model(validation_alias=pydantic.AliasChoices("other", "third")),
    "one of every field": model({"alias_generator": alias_of_all("other")}),
    "by both names": model({"validate_by_name": True}, alias="other"),
    "by both names as before": model({"populate_by_name": True}, alias="other"),
    "by its name": model({"validate_by_alias": False, "validate_by_name": True}, alias="other"),
    "by its name alone": model(
        {"validate_by_alias": False}, validation_alias=pydantic.AliasPath("other", "a")
    ),
    "a dataclass": pydantic.dataclasses.dataclass(frozen=True)(
        type("Db", (), {"__annotations__": {"token": str}, "token": pydantic.Field("default", alias="other")})
    ),
}


@pytest.fixture
def variable(monkeypatch):
    """Loads one variable, which has to match something, with a schema."""

    def load(name: str, schema: Any, text: str = "mine") -> Any:
        with monkeypatch.context() as within:
            within.setenv(f"APP_{name.upper()}", text)
            return veltrix.load(veltrix.Env("APP", unmatched="error"), schema=schema)

    return load


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.chosen
def test_a_key_is_declared_where_pydantic_reads_it(variable, form):
    read = [
        name for name in NAMES if pydantic.TypeAdapter(form).validate_python({name: "mine"}).token == "mine"
    ]
    assert read
    for name in NAMES:
        if name in read:
            assert variable(name, form).settings.token == "mine"
        else:
            with pytest.raises(ConfigError, match=f"variable APP_{name.upper()}: matches nothing"):
                variable(name, form)


@pytest.mark.chosen
def test_the_name_beside_an_alias_is_left_out_with_a_warning():
    form = model(alias="apiToken")
    with pytest.warns(ConfigWarning, match=r"token: unknown key"):
        assert veltrix.load({"token": "mine"}, schema=form, extra="warn").settings.token == "default"


def test_a_key_is_never_suggested_for_itself(kernel):
    typing_extensions = pytest.importorskip("typing_extensions", reason="comes with pydantic")
    strict = model({"extra": "forbid"}, alias="apiToken")
    assert said(stack(kernel, {"api_token": "mine"}), strict) == [
        "api_token: unknown key (did you mean 'apiToken'?) (layer 'a')"
    ]
    inner = typing_extensions.TypedDict(
        "Inner", {"api_token": Annotated[str, pydantic.Field(alias="apiToken")], "url": str}
    )
    inner.__pydantic_config__ = {"extra": "forbid"}
    holder = pydantic.create_model("Holder", __config__={"frozen": True}, inner=(inner, ...))
    found = said(stack(kernel, {"inner": {"apiToken": "x", "api_token": "mine", "url": ""}}), holder)
    assert found == ["inner.api_token: unknown key (layer 'a')"]


@dataclass(frozen=True)
class Db:
    pool_size: int = field(default=1, metadata={"veltrix": "pool-limit"})
    token: Annotated[str, SECRET] = field(default="", metadata={"veltrix": "api-token"})


class InPydantic(pydantic.BaseModel, frozen=True):
    db: Db = Db()


class InMsgspec(msgspec.Struct, frozen=True):
    db: Db = Db()


@dataclass(frozen=True)
class InBoth:
    db: Db = field(default_factory=Db)
    inner: InPydantic = field(default_factory=InPydantic)


@pytest.mark.parametrize("form", [InPydantic, InMsgspec])
@pytest.mark.chosen
def test_a_dataclass_in_a_model_of_a_library_has_plain_names(variable, form):
    snapshot = veltrix.load({"db": {"token": "mine", "pool_size": 2}}, schema=form)
    assert snapshot.settings.db == Db(2, "mine")
    assert snapshot.explain("db.token").value == "<secret>"
    assert variable("db__pool_size", form, "3")["db.pool_size"] == 3
    with pytest.raises(ConfigError, match="APP_DB__POOL_LIMIT: matches nothing"):
        variable("db__pool_limit", form, "3")


@pytest.mark.chosen
def test_a_dataclass_in_both_has_the_names_of_each(variable):
    assert Schema(InBoth, "forbid", check_layers=False).secret == (
        ("db", "api-token"), ("inner", "db", "token"),
    )  # fmt: skip
    data = {"db": {"pool-limit": 2}, "inner": {"db": {"pool_size": 3}}}
    settings = veltrix.load(data, schema=InBoth).settings
    assert (settings.db.pool_size, settings.inner.db.pool_size) == (2, 3)
    assert variable("db__pool_limit", InBoth, "4").settings.db.pool_size == 4
    assert variable("inner__db__pool_size", InBoth, "4").settings.inner.db.pool_size == 4


def test_a_class_of_attrs_in_a_struct_has_the_names_of_its_attributes(kernel):
    attrs = pytest.importorskip("attrs")
    marked = Annotated[str, SECRET]
    fields = {"_token": attrs.field(type=marked, default=""), "level": attrs.field(type=int, alias="depth")}
    inner = attrs.make_class("Inner", fields, frozen=True, kw_only=True)
    form = msgspec.defstruct("Holder", [("inner", inner)], frozen=True)
    assert Schema(form, "forbid", check_layers=False).secret == (("inner", "_token"),)
    snapshot = stack(kernel, {"inner": {"_token": "x", "level": 3}})
    assert snapshot.bind(form).inner == msgspec.convert(snapshot.to_dict(), form).inner
    assert snapshot.bind(form).inner == inner(token="x", depth=3)
