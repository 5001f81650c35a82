"""With a schema, flat sources are read by the declared type, and their names by the declared keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

import veltrix
from veltrix.errors import ConfigError

pytestmark = pytest.mark.chosen


@dataclass(frozen=True)
class Server:
    port: int | None = None
    token: str = ""
    ratio: float = 1.0
    level: str = field(default="info", metadata={"veltrix": "log-level"})


@dataclass(frozen=True)
class Settings:
    server: Server = field(default_factory=Server)
    hosts: list[str] = field(default_factory=list)
    ports: tuple[int, ...] = ()
    pause: timedelta = timedelta(0)
    root: Path | None = None
    either: int | str = 0
    choice: Literal["a", 5] = "a"
    flags: dict[str, bool] = field(default_factory=dict)
    secret: Annotated[str, veltrix.SECRET] = ""
    maybe: Server | None = None
    open: Any = None


@pytest.fixture
def loaded(monkeypatch, tmp_path):
    """Loads variables over a document, with the schema."""
    monkeypatch.chdir(tmp_path)

    def load(document="", schema=Settings, **texts):
        for name, text in texts.items():
            monkeypatch.setenv(f"APP_{name.upper()}", text)
        return veltrix.load(
            veltrix.Values(document or {}, name="document"), veltrix.Env("APP"), schema=schema
        )

    return load


def test_a_text_keeps_what_the_lower_type_would_lose(loaded):
    snapshot = loaded({"server": {"token": 7}}, server__token="0007")
    assert snapshot["server.token"] == "0007"
    assert snapshot.settings.server.token == "0007"
    assert loaded({"server": {"token": 7}}, schema=None, server__token="0007")["server.token"] == 7


def test_values_of_layers_have_the_declared_type(loaded):
    snapshot = loaded(
        server__port="80", server__ratio="2", ports="1,2", hosts="a,b", either="x", flags='{"a": true}'
    )
    assert snapshot.flatten() == {
        "server.port": 80, "server.ratio": 2.0, "ports": (1, 2), "hosts": ("a", "b"), "either": "x",
        "flags.a": True,
    }  # fmt: skip
    assert type(snapshot["server.ratio"]) is float
    settings = snapshot.settings
    assert (settings.server.port, settings.ports, settings.either) == (80, (1, 2), "x")


def test_what_no_document_can_write_stays_a_text(loaded):
    snapshot = loaded(pause="5s", root="x", choice="5", open="5")
    assert snapshot.flatten() == {"pause": "5s", "root": "x", "choice": "5", "open": "5"}
    settings = snapshot.settings
    assert (settings.pause, settings.root, settings.choice) == (timedelta(seconds=5), Path("x"), 5)


def test_a_text_that_is_none_of_its_type(loaded):
    with pytest.raises(ConfigError) as caught:
        loaded({"server": {"ratio": "x"}}, server__ratio="y", ports="1,x", hosts="[1")
    assert [str(one) for one in caught.value.problems] == [
        "hosts: expected a list (JSON, or separated by commas) (variable APP_HOSTS)",
        "ports: expected an int (decimal digits) (variable APP_PORTS)",
        "server.ratio: expected a float (a decimal number) (variable APP_SERVER__RATIO)",
    ]


def test_a_name_is_matched_against_declared_keys(loaded):
    snapshot = loaded(server__log_level="debug", maybe__log_level="error")
    assert snapshot.flatten() == {"server.log-level": "debug", "maybe.log-level": "error"}
    assert (snapshot.settings.server.level, snapshot.settings.maybe.level) == ("debug", "error")


def test_a_null_of_a_union(loaded):
    snapshot = loaded({"server": {"port": 5}}, server__port="none")
    assert snapshot["server.port"] is None
    with pytest.raises(ConfigError, match=r"server\.port: expected int or null, not str"):
        loaded(server__port="x")


def test_nothing_of_a_schema_is_left_behind(loaded):
    loaded(server__port="80")
    assert loaded(schema=None)["server.port"] == "80"


def test_a_live_configuration_reads_so_at_each_pass(tmp_path, monkeypatch):
    monkeypatch.setenv("APP_SERVER__TOKEN", "0007")
    path = tmp_path / "app.json"
    path.write_text('{"server": {"token": "x"}}')
    config = veltrix.Config(path, veltrix.Env("APP"), veltrix.Arguments(["server.ratio=3"]), schema=Settings)
    assert (config.settings.server.token, config["server.ratio"]) == ("0007", 3.0)
    path.write_text('{"server": {"token": 5}, "either": 4}')
    config.reload()
    assert (config.settings.server.token, config.settings.either) == ("0007", 4)


def test_models_of_pydantic(loaded):
    pydantic = pytest.importorskip("pydantic")
    inner = pydantic.create_model("Inner", port=(int, 1), max_size=(int, pydantic.Field(1, alias="maxSize")))
    model = pydantic.create_model("Model", inner=(inner, inner()), token=(str, ""))
    snapshot = loaded({"token": 5}, schema=model, inner__port="7", token="0007", inner__maxsize="9")
    assert (snapshot.settings.inner.port, snapshot.settings.token, snapshot["token"]) == (7, "0007", "0007")
    assert snapshot.settings.inner.max_size == 9


@pytest.fixture
def matched(monkeypatch):
    """Loads one variable that has to match something: what it set."""

    def load(schema: Any, name: str, text: str) -> dict[str, Any]:
        with monkeypatch.context() as within:
            within.setenv(f"APP_{name}", text)
            return veltrix.load(veltrix.Env("APP", unmatched="error"), schema=schema).flatten()

    return load


def test_what_is_declared_as_anything_takes_anything(matched):
    assert matched(Settings, "OPEN__A__B", "5") == {"open.a.b": "5"}
    assert matched(Maybe, "OPEN__A", "5") == {"open.a": "5"}
    with pytest.raises(ConfigError, match="APP_SERVER__PORT__A: matches nothing"):
        matched(Settings, "SERVER__PORT__A", "5")


@dataclass(frozen=True)
class Maybe:
    open: Any | None = None


@dataclass(frozen=True)
class First:
    kind: Literal["first"] = "first"


@dataclass(frozen=True)
class Second:
    kind: Literal["second"] = "second"


@dataclass(frozen=True)
class OneOfTwo:
    one: First | Second = field(default_factory=First)


def test_a_key_that_two_models_declare_in_different_ways(matched):
    assert matched(OneOfTwo, "ONE__KIND", "second") == {"one.kind": "second"}


def test_what_stands_below_a_converter(matched):
    attrs = pytest.importorskip("attrs")

    def made(value):
        return value if isinstance(value, Server) else Server(**value)

    fields = {
        "made": attrs.field(factory=Server, type=Server, converter=made),
        "labels": attrs.field(factory=dict, type=dict[str, int], converter=dict),
        "number": attrs.field(default=0, type=int, converter=lambda value: int(value)),
    }
    form = attrs.make_class("Form", fields, frozen=True)
    assert matched(form, "MADE__RATIO", "2") == {"made.ratio": 2.0}
    assert matched(form, "LABELS__A", "2") == {"labels.a": 2}
    assert matched(form, "NUMBER", "2") == {"number": "2"}
    for name in ("MADE__NO", "MADE__LOG_LEVEL", "NUMBER__A"):
        with pytest.raises(ConfigError, match="matches nothing"):
            matched(form, name, "x")


def test_what_stands_below_a_validator(matched):
    pydantic = pytest.importorskip("pydantic")
    kept = pydantic.BeforeValidator(lambda value: value)
    at = pydantic.Field(0, validation_alias=pydantic.AliasPath("a-b", "c"))
    inner = pydantic.create_model("Inner", __config__={"frozen": True}, host=(str, ""), port=(int, 0))
    form = pydantic.create_model(
        "Form", __config__={"frozen": True}, db=(Annotated[inner, kept] | None, None), number=(int, at)
    )
    assert matched(form, "DB__HOST", "5") == {"db.host": "5"}
    assert matched(form, "DB__PORT", "5") == {"db.port": 5}
    assert matched(form, "A_B__C", "5") == {"a-b.c": 5}
    for name in ("DB__NO", "DB__HOST__A", "A_B__D"):
        with pytest.raises(ConfigError, match="matches nothing"):
            matched(form, name, "x")
