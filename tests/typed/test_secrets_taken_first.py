"""What a type says is secret stays so where code of the model takes a value before it is read."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest

import veltrix
from tests.kernel.stack import stack
from tests.typed.test_secrets import CANARY, shown
from veltrix import SECRET
from veltrix.binding.schema import Schema
from veltrix.errors import ConfigError

attrs = pytest.importorskip("attrs", reason="its models are bound here")
pydantic = pytest.importorskip("pydantic", reason="its models are bound here")
core_schema = pytest.importorskip("pydantic_core.core_schema")

Marked = Annotated[str, SECRET]
MarkedList = Annotated[list[str], SECRET]
Hidden = pydantic.SecretStr


class Token(pydantic.SecretStr):
    """A secret of somebody's own."""


def model(*validators: Any, base: Any = None, **fields: Any) -> Any:
    listed = {f"validator_{at}": one for at, one in enumerate(validators)}
    config: Any = {"frozen": True} if base is None else None
    return pydantic.create_model("Db", __base__=base, __config__=config, __validators__=listed, **fields)


def holder(form: Any, **more: Any) -> Any:
    return attrs.make_class("Holder", {"db": attrs.field(type=form, **more)}, frozen=True)


def forms(code: Any) -> dict[str, tuple[Any, Any, str]]:
    """Models whose code takes a secret as it stands: with what they read, and where the secret is."""

    def around(value, _):
        return code(value)

    def of_class(_, value):
        return code(value)

    def around_of_class(_, value, handler):
        return handler(code(value))

    def before(name: str) -> Any:
        return pydantic.field_validator(name, mode="before")(classmethod(of_class))

    def at(*path: str | int) -> Any:
        return pydantic.Field(validation_alias=pydantic.AliasPath(*path))

    first = pydantic.model_validator(mode="before")(classmethod(of_class))
    wrap = pydantic.model_validator(mode="wrap")(classmethod(around_of_class))
    validator = pydantic.BeforeValidator(code)
    root = pydantic.create_model("Root", __base__=pydantic.RootModel[Hidden], __validators__={"first": first})
    hidden, marked = model(token=(Hidden, ...)), model(token=(Marked, ...))
    looking = model(first, token=(Hidden, ...))
    plain = attrs.make_class("Plain", {"token": attrs.field(type=Marked)}, frozen=True)
    either = pydantic.Field(validation_alias=pydantic.AliasChoices("c", pydantic.AliasPath("a", "c")))
    section, value = {"token": CANARY}, CANARY
    optional = attrs.converters.optional(code)
    return {
        "a validator of the field": (model(before("token"), token=(Hidden, ...)), section, "token"),
        "a validator of every field": (model(before("*"), token=(Hidden, ...)), section, "token"),
        "a marked text": (model(before("token"), token=(Marked, ...)), section, "token"),
        "in the annotation": (model(token=(Annotated[Hidden, validator], ...)), section, "token"),
        "of one of several": (model(token=(Annotated[Hidden, validator] | None, ...)), section, "token"),
        "around the field": (
            model(token=(Annotated[Hidden, pydantic.WrapValidator(around)], ...)), section, "token",
        ),
        "instead of the type": (
            model(token=(Annotated[Hidden, pydantic.PlainValidator(code)], ...)), section, "token",
        ),
        "a subclass": (model(before("token"), token=(Token, ...)), section, "token"),
        "a section": (model(before("db"), db=(hidden, ...)), {"db": section}, "db.token"),
        "a section with a mark": (model(before("db"), db=(marked, ...)), {"db": section}, "db.token"),
        "a section or nothing": (
            model(before("db"), db=(hidden | None, None)), {"db": section}, "db.token",
        ),
        "around a section": (
            model(db=(Annotated[marked, pydantic.WrapValidator(around)], ...)), {"db": section}, "db.token",
        ),
        "before the model": (model(first, token=(Hidden, ...)), section, "token"),
        "around the model": (model(wrap, token=(Hidden, ...)), section, "token"),
        "before the model below": (model(db=(looking, ...)), {"db": section}, "db.token"),
        "before a root": (model(token=(root, ...)), section, "token"),
        "a path": (model(before("token"), token=(Hidden, at("a", "b"))), {"a": {"b": value}}, "a.b"),
        "a path into a list": (model(before("token"), token=(Hidden, at("a", 0))), {"a": [value]}, "a[0]"),
        "one of several paths": (
            model(before("token"), token=(Hidden, at("a", "b")), b=(Hidden, either), a=(dict, ...)),
            {"a": {"b": value, "c": value}}, "a.c",
        ),
        "a converter": (holder(Marked, converter=code), {"db": value}, "db"),
        "a converter or nothing": (holder(Marked | None, converter=optional), {"db": value}, "db"),
        "a converter of a list": (holder(MarkedList, converter=code), {"db": [value]}, "db"),
        "a converter of a secret": (holder(Hidden, converter=code), {"db": value}, "db"),
        "a converter of a section": (holder(plain, converter=code), {"db": section}, "db.token"),
    }  # fmt: skip


def kept(value: Any) -> Any:
    return value


def refused(value: Any) -> Any:
    raise ValueError(f"white space in {value!r}")


NAMES = list(forms(kept))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.chosen
def test_it_is_secret_in_the_snapshot(name, tmp_path):
    form, data, path = forms(kept)[name]
    last_good = tmp_path / "last-good.json"
    (tmp_path / "app.json").write_text(json.dumps(data))
    config = veltrix.Config(tmp_path / "app.json", schema=form, last_good=last_good)
    assert config.explain(path).value == "<secret>"
    assert CANARY not in repr(config.snapshot)
    assert CANARY not in last_good.read_text()
    assert CANARY in str(config.to_dict())


@pytest.mark.parametrize("name", NAMES)
def test_no_error_says_it(kernel, name):
    form, data, _ = forms(refused)[name]
    text = shown(stack(kernel, data), form)
    assert "refused by " in text
    assert CANARY not in text
    below = shown(stack(kernel, {"many": [data]}), dict[str, list[form]])
    assert "refused by " in below
    assert CANARY not in below


@pytest.mark.chosen
def test_a_refused_reload_says_it_nowhere(tmp_path):
    def without_space(_, value):
        if " " in value:
            raise ValueError(f"white space in {value!r}")
        return value

    db = model(
        pydantic.field_validator("token", mode="before")(classmethod(without_space)), token=(Hidden, ...)
    )
    path = tmp_path / "app.json"
    path.write_text(json.dumps({"db": {"token": "x"}}))
    config = veltrix.Config(path, schema=model(db=(db, ...)))
    path.write_text(json.dumps({"db": {"token": f" {CANARY}"}}))
    with pytest.raises(ConfigError, match=r"db\.token: refused by Db") as caught:
        config.reload()
    assert CANARY not in str(caught.value)
    assert CANARY not in str(config.status().last_error)


@pytest.mark.chosen
def test_what_is_not_secret_beside_it_is_shown():
    db = model(host=(str, ...), token=(Hidden, ...))
    form = model(db=(Annotated[db, pydantic.BeforeValidator(kept)], ...))
    snapshot = veltrix.load({"db": {"host": "h", "token": CANARY}}, schema=form)
    assert snapshot.explain("db.host").value == "h"
    with pytest.raises(ConfigError, match=r"db\.host: input should be a valid string"):
        veltrix.load({"db": {"host": [], "token": CANARY}}, schema=form)


def test_a_secret_under_a_name_that_only_a_validator_knows(kernel):
    def renamed(_, value):
        raise ValueError(f"{value} has another name")

    first = pydantic.model_validator(mode="before")(classmethod(renamed))
    before = pydantic.field_validator("db", mode="before")(classmethod(renamed))
    section = model(token=(Hidden, ...))
    made = type("Db", (section,), {"__init__": lambda self, **given: renamed(self, given)})
    looking = model(first, token=(Hidden, ...))
    with pytest.warns(DeprecationWarning, match="root_validator"):
        root = model(pydantic.root_validator(pre=True)(classmethod(renamed)), token=(Hidden, ...))
    for form in (*(model(db=(one, ...)) for one in (looking, root, made)), model(before, db=(section, ...))):
        for data in ({"old": CANARY}, CANARY, [CANARY]):
            text = shown(stack(kernel, {"db": data}), form)
            assert text.startswith("db: ")
            assert CANARY not in text


def test_a_text_of_json_with_a_secret_in_it(kernel):
    form = model(db=(pydantic.Json[dict[str, Hidden]], ...), more=(pydantic.Json[list[int]], "[]"))
    assert Schema(form, "forbid", check_layers=False).secret == (("db",),)
    bound = stack(kernel, {"db": json.dumps({"a": CANARY}), "more": "[1]"}).bind(form)
    assert (bound.db["a"].get_secret_value(), bound.more) == (CANARY, [1])


def test_what_a_model_says_after_its_converters(kernel):
    def judged(self):
        raise ValueError(f"{self.many} {self.named}")

    item = model(token=(Hidden, ...))
    fields = {
        "many": attrs.field(type=list[item], converter=list),
        "named": attrs.field(type=dict[str, Marked], converter=dict),
    }
    form = attrs.make_class("Holder", {**fields, "__attrs_post_init__": judged}, frozen=True)
    for data in ({"many": [{"token": CANARY}], "named": {}}, {"many": [], "named": {"a": CANARY}}):
        text = shown(stack(kernel, data), form)
        assert "refused by Holder" in text
        assert CANARY not in text


class Node(pydantic.BaseModel, frozen=True):
    token: Hidden
    child: Node | None = None
    many: tuple[Node, ...] = ()


@pytest.mark.chosen
def test_a_model_in_itself_is_secret_as_a_whole():
    deep = {"token": "x", "child": {"token": CANARY, "child": {"token": CANARY}}}
    snapshot = veltrix.load(deep, schema=Node)
    assert CANARY not in repr(snapshot)
    assert snapshot.explain("child.child.token").value == "<secret>"
    assert snapshot.settings.child.child.token.get_secret_value() == CANARY


def test_the_whole_is_no_secret():
    with pytest.raises(TypeError, match="says of named fields that they are secret, and not of the whole"):
        veltrix.load({"a": CANARY}, schema=Annotated[dict[str, str], SECRET])


def test_a_subclass_of_a_secret_is_bound(kernel):
    bound = stack(kernel, {"db": CANARY}).bind(holder(Token)).db
    assert (type(bound), bound.get_secret_value()) == (Token, CANARY)


def test_code_may_make_what_nothing_else_can(kernel):
    class Open:
        """No type of a configuration."""

    class Strange:
        names: Nowhere  # noqa: F821

    Strange.__dataclass_fields__ = {}
    for form in (Open, Strange, dict[str, Strange]):
        made = model(db=(Annotated[form, pydantic.PlainValidator(len)], ...), other=(str, ""))
        assert stack(kernel, {"db": {"a": 1}}).bind(made).db == 1


@pytest.mark.parametrize("order", [1, -1])
def test_a_key_of_two_fields_is_secret_if_it_is_for_one(kernel, order):
    either = pydantic.Field(validation_alias=pydantic.AliasChoices("token", "password"))
    fields = {"token": (Hidden, either), "password": (str | None, None)}
    schema = Schema(model(**dict([*fields.items()][::order])), "forbid", False)
    assert sorted(schema.secret) == [("password",), ("token",)]


@pytest.mark.parametrize("kind", ["extra", "core schema"])
def test_what_sees_keys_that_no_field_takes_says_nothing(kernel, kind):
    def see(value):
        raise ValueError(f"no {value}")

    class Whole(pydantic.BaseModel, frozen=True, extra="allow" if kind == "extra" else "ignore"):
        token: Hidden = Hidden("")
        if kind == "extra":

            @pydantic.model_validator(mode="after")
            def look(self):
                see(self.model_extra)

        else:

            @classmethod
            def __get_pydantic_core_schema__(cls, source, handler):
                return core_schema.no_info_before_validator_function(see, handler(source))

    text = shown(stack(kernel, {"db": {"tokem": CANARY}}), Whole, "db")
    assert "refused by Whole" in text
    assert CANARY not in text
