"""Sections inside of a model of pydantic or msgspec: the same objects, unless its code could tell."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import pytest

import veltrix
from tests.kernel.stack import stack
from tests.typed.places import problems, said
from veltrix import SECRET
from veltrix.binding.schema import Schema
from veltrix.errors import ConfigError
from veltrix.loading.fitting import Fitting

msgspec = pytest.importorskip("msgspec", reason="its models are bound here")
pydantic = pytest.importorskip("pydantic", reason="its models are bound here")
core_schema = pytest.importorskip("pydantic_core.core_schema", reason="comes with pydantic")


class PTls(pydantic.BaseModel, frozen=True):
    level: int = 1


class PServer(pydantic.BaseModel, frozen=True, extra="forbid"):
    port: int
    tls: PTls = PTls()


class PWhole(pydantic.BaseModel, frozen=True):
    server: PServer
    other: PServer | None = pydantic.Field(None, alias="the-other")
    debug: bool = False


class MTls(msgspec.Struct, frozen=True, tag=True):
    level: int = 1


class MServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    port: int
    tls: MTls = MTls()


class MWhole(msgspec.Struct, frozen=True):
    server: MServer
    other: MServer | None = msgspec.field(default=None, name="the-other")
    debug: bool = False


LIBRARIES = {"pydantic": (PWhole, PServer), "msgspec": (MWhole, MServer)}
DATA = {"server": {"port": 1, "tls": {"level": 2}}, "the-other": {"port": 3}}


@pytest.fixture(params=LIBRARIES.values(), ids=LIBRARIES)
def models(request):
    return request.param


def with_schema(kernel, data, form):
    made = stack(kernel, data)
    Fitting(Schema(form, "forbid", False)).judge(made)
    return made


def test_an_override_builds_what_it_touches_and_what_that_stands_in(kernel, models):
    whole, server = models
    snapshot = with_schema(kernel, DATA, whole)
    before = snapshot.settings
    assert before.server is snapshot.bind(server, "server")
    assert before.other is snapshot.bind(server, ("the-other",))
    after = snapshot.override({"debug": True}).settings
    assert (after.debug, after is before) == (True, False)
    assert (after.server is before.server, after.other is before.other) == (True, True)
    after = snapshot.override({"server.port": 5}).settings
    assert (after.server.port, after.server.tls is before.server.tls) == (5, True)
    assert after.other is before.other
    after = snapshot.override({"server.tls.level": 5}).settings
    assert (after.server.tls.level, after.server.port, after.other is before.other) == (5, 1, True)


def test_a_reload_keeps_what_the_file_left_alone(tmp_path, models):
    file = tmp_path / "app.toml"
    text = "debug = {debug}\n[server]\nport = {port}\n[server.tls]\nlevel = 2\n[the-other]\nport = 3\n"
    file.write_text(text.format(debug="false", port=1))
    config = veltrix.Config(file, schema=models[0])
    first = config.settings
    file.write_text(text.format(debug="true", port=1))
    config.reload()
    second = config.settings
    assert (second.debug, second.server is first.server, second.other is first.other) == (True, True, True)
    file.write_text(text.format(debug="true", port=8))
    config.reload()
    third = config.settings
    assert (third.server.port, third.server.tls is first.server.tls) == (8, True)
    assert third.other is first.other
    file.write_text(text.format(debug="true", port='"8"'))
    with pytest.raises(ConfigError, match=r"server\.port: expected int, not str"):
        config.reload()
    assert config.settings is third


FAULTY = (
    {"server.port": "x", "debug": "x"},
    {"server": {"port": 1, "prot": 2}, "the-other.port": 1.5},
    {"the-other": 5},
    {"server.tls.level": None, "the-other.tls.level": []},
    {"the-other": {"tls": {}}},
)


@pytest.mark.parametrize("values", FAULTY, ids=str)
def test_what_is_wrong_is_said_as_if_nothing_had_been_bound(kernel, models, values):
    whole, _ = models
    values = {path: veltrix.replace(one) for path, one in values.items()}
    expected = problems(stack(kernel, DATA).override(values), whole)
    known = with_schema(kernel, DATA, whole).override(values)
    with pytest.raises(ConfigError) as caught:
        assert known.settings
    assert [(one.path, one.reason, one.code) for one in caught.value.problems] == expected


CALLS: Counter[str] = Counter()


class Counted(pydantic.BaseModel, frozen=True):
    port: int = 0

    @pydantic.model_validator(mode="after")
    def judged(self) -> Any:
        CALLS["after"] += 1
        return self


class Looking(pydantic.BaseModel, frozen=True):
    server: PServer
    seen: str = ""

    @pydantic.model_validator(mode="before")
    @classmethod
    def looked(cls, data: Any) -> Any:
        return {**data, "seen": type(data["server"]).__name__}


class Leading(pydantic.BaseModel, frozen=True):
    server: PServer
    port: int = pydantic.Field(0, validation_alias=pydantic.AliasPath("server", "port"))


class Made(pydantic.BaseModel, frozen=True):
    server: PServer
    seen: str = ""

    def __init__(self, **data: Any) -> None:
        super().__init__(**{**data, "seen": type(data["server"]).__name__})


class Before(pydantic.BaseModel, frozen=True):
    port: int

    @pydantic.model_validator(mode="before")
    @classmethod
    def looked(cls, data: Any) -> Any:
        return {"port": data["port"] + 1}


class Again(pydantic.BaseModel, frozen=True, revalidate_instances="always"):
    port: int


class Names(pydantic.RootModel[dict[str, int]], frozen=True):
    pass


class ByItself(pydantic.BaseModel, frozen=True):
    port: int

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return core_schema.no_info_before_validator_function(
            lambda data: {"port": data["port"] + 1}, handler(source)
        )


def holding(form: Any) -> Any:
    return pydantic.create_model("Holding", server=(form, ...), __config__={"frozen": True})


def test_a_model_that_looks_into_what_it_is_given_is_given_what_stands_there(kernel):
    snapshot = stack(kernel, {"server": {"port": 1}})
    assert snapshot.bind(Looking).seen == snapshot.bind(Made).seen == "dict"
    assert snapshot.bind(Leading).port == 1


@pytest.mark.parametrize("form", [Before, Again, Names, ByItself, Counted], ids=lambda one: one.__name__)
def test_a_model_whose_code_would_run_twice_is_built_with_the_whole(kernel, form):
    whole = holding(form)
    snapshot = stack(kernel, {"server": {"port": 1}, "more": 1})
    CALLS.clear()
    assert snapshot.bind(whole) == whole.model_validate({"server": {"port": 1}})
    assert CALLS["after"] in (0, 2)  # once in each of them
    again = snapshot.override({"more": 2}).bind(whole)
    assert again == snapshot.bind(whole)


class Guarded(pydantic.BaseModel, frozen=True):
    token: Annotated[str, SECRET]


class Telling(pydantic.BaseModel, frozen=True):
    server: Guarded
    level: int = 0

    @pydantic.model_validator(mode="after")
    def judged(self) -> Any:
        if self.level:
            raise ValueError(f"{self.server.token} is no good")
        return self


def test_a_shared_section_is_as_secret_as_one_that_is_read(kernel):
    snapshot = stack(kernel, {"server": {"token": "hunter2"}})
    assert snapshot.bind(Telling).server is snapshot.bind(Guarded, "server")
    assert said(snapshot.override({"level": 1}), Telling) == ["refused by Telling"]
