"""Models of pydantic and msgspec: their own rules, every problem, each at its place."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from tests.kernel.stack import stack
from tests.typed.places import documented, flat, problems, said
from veltrix.errors import ConfigError, ConfigWarning

pydantic = pytest.importorskip("pydantic", reason="binding its models needs it")


# Models of pydantic copy their defaults, lists too.
# ruff: noqa: RUF012


class Level(Enum):
    INFO = "info"
    DEBUG = "debug"


class Tls(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    versions: list[float] = []
    strict: bool = False


class Server(pydantic.BaseModel):
    port: int
    host: str = "h"
    limit: Annotated[int, pydantic.Field(ge=1)] = 1
    timeout: timedelta = timedelta(0)
    size: pydantic.ByteSize = pydantic.ByteSize(0)
    level: Level = Level.INFO
    root: Path | None = None
    either: int | str = 0
    tls: Tls = Tls()
    kept: str = pydantic.Field(default="", alias="kept-as")
    more: dict[str, Tls] = {}
    rows: list[Tls] = []

    @pydantic.field_validator("host")
    @classmethod
    def is_no_number(cls, host):
        if host.isdigit():
            raise ValueError(f"{host} is a number")
        return host


def structs():
    """The same models as structs of msgspec."""
    msgspec = pytest.importorskip(
        "msgspec", reason="binding its models needs it, and it is for CPython alone"
    )
    tls = msgspec.defstruct(
        "Tls", [("versions", list[float], []), ("strict", bool, False)], forbid_unknown_fields=True
    )
    return msgspec.defstruct(
        "Server",
        [
            ("port", int),
            ("host", str, "h"),
            ("limit", Annotated[int, msgspec.Meta(ge=1)], 1),
            ("timeout", timedelta, timedelta(0)),
            ("level", Level, Level.INFO),
            ("root", Path | None, None),
            ("either", int | str, 0),
            ("tls", tls, msgspec.field(default_factory=tls)),
            ("kept", str, msgspec.field(name="kept-as", default="")),
            ("more", dict[str, tls], {}),
            ("rows", list[tls], []),
        ],
    )


@pytest.fixture(params=["pydantic", "msgspec"])
def server(request):
    """The model of each library."""
    return Server if request.param == "pydantic" else structs()


DOCUMENT = """
port = 80
timeout = "PT5S"
level = "info"
kept-as = "k"
root = "~"
[tls]
versions = [1, 2]
[more.a]
strict = true
[[rows]]
"""


def test_a_document(kernel, server):
    bound = documented(kernel, DOCUMENT).bind(server)
    assert type(bound) is server
    assert (bound.port, bound.host, bound.kept, bound.level) == (80, "h", "k", Level.INFO)
    assert bound.timeout == timedelta(seconds=5)
    assert bound.tls.versions == [1.0, 2.0]
    assert bound.more["a"].strict is True
    assert len(bound.rows) == 1


def test_texts_of_flat_sources_are_read_by_the_one_table(kernel, server):
    snapshot = flat(
        kernel, port=" 80 ", timeout="1h30m", level="DEBUG", root="~", either="5", tls__versions="1,2.5",
        tls__strict="yes", more='{"a": {"strict": "on"}}', host="h2", rows='[{"strict": "off"}]', limit="7",
    )  # fmt: skip
    bound = snapshot.bind(server)
    assert (bound.port, bound.host, bound.either, bound.limit) == (80, "h2", 5, 7)
    assert (bound.timeout, bound.level, bound.root) == (timedelta(hours=1.5), Level.DEBUG, Path.home())
    assert (bound.tls.versions, bound.tls.strict, bound.more["a"].strict) == ([1.0, 2.5], True, True)
    assert bound.rows[0].strict is False


def test_every_problem_at_once(kernel, server):
    snapshot = documented(
        kernel,
        'port = "80"\nlimit = 0\neither = "a text"\n[tls]\nversions = [1, "2"]\nstrikt = 1\n'
        "[more.a]\nstrict = 5\n[[rows]]\nversions = 1\n",
    )
    found = problems(snapshot, server)
    assert {path for path, _, _ in found} == {
        "port", "limit", "tls.versions[1]", "tls.strikt", "more.a.strict", "rows[0].versions"
    }  # fmt: skip
    assert ("port", "expected int, not str", "validation") in found
    assert ("tls.versions[1]", "expected float, not str", "validation") in found
    assert ("tls.strikt", "unknown key (did you mean 'strict'?)", "unknown-key") in found
    is_native = snapshot.explain("limit").origin.line is not None
    places = {one[one.index("(app.toml") :] for one in said(snapshot, server) if not one.startswith("rows")}
    lines = {"(app.toml:1:1)", "(app.toml:2:1)", "(app.toml:5:16)", "(app.toml:6:1)", "(app.toml:8:1)"}
    assert places == (lines if is_native else {"(app.toml)"})


def test_what_is_required(kernel, server):
    assert problems(stack(kernel, {"host": "x"}), server) == [
        ("port", "missing, and Server requires it", "required")
    ]


def test_values_that_only_the_library_refuses(kernel, server):
    found = problems(stack(kernel, {"port": 1, "level": "hidden-value", "timeout": "hidden-value"}), server)
    assert [path for path, _, _ in found] == ["timeout", "level"] or server is Server
    assert {path for path, _, _ in found} == {"level", "timeout"}
    assert "hidden-value" not in repr(found)


def test_the_same_object(kernel, server):
    snapshot = documented(kernel, DOCUMENT)
    bound = snapshot.bind(server)
    assert snapshot.bind(server) is bound
    assert snapshot.override({"port": 80}).bind(server) is bound
    assert snapshot.override({"port": 80, "unknown": 1}).bind(server) is bound
    assert documented(kernel, DOCUMENT).bind(server) is bound
    assert snapshot.override({"port": 81}).bind(server).port == 81


def test_a_validator_says_why(kernel):
    assert problems(stack(kernel, {"port": 1, "host": "5"}), Server) == [
        ("host", "refused by Server: 5 is a number", "validation")
    ]


def test_sizes_are_pydantics(kernel):
    assert stack(kernel, {"port": 1, "size": "10 MiB"}).bind(Server).size == 10 * 2**20
    assert flat(kernel, port="1", size="1kB").bind(Server).size == 1000


def test_a_field_that_takes_a_value_first(kernel):
    class Unit(pydantic.BaseModel):
        width: Annotated[int, pydantic.BeforeValidator(lambda text: text.removesuffix("px"))]
        height: int = 0
        data: pydantic.Json[list[int]] = []

        @pydantic.field_validator("height", mode="before")
        @classmethod
        def without_unit(cls, text):
            return text.removesuffix("px")

    bound = stack(kernel, {"width": "5px", "height": "7px", "data": "[1, 2]"}).bind(Unit)
    assert (bound.width, bound.height, bound.data) == (5, 7, [1, 2])


def test_pydantic_in_a_model_of_ours_and_the_other_way_round(kernel):
    @dataclass
    class Plain:
        tls: Tls
        url: pydantic.AnyUrl
        inner: Any = None

    bound = stack(kernel, {"tls": {"strict": True}, "url": "http://x/"}).bind(Plain)
    assert bound.tls.strict is True
    assert str(bound.url) == "http://x/"
    assert problems(stack(kernel, {"tls": {"strict": "yes"}, "url": "x"}), Plain) == [
        ("tls.strict", "expected bool, not str", "validation"),
        ("url", "input should be a valid URL, relative URL without a base", "validation"),
    ]

    @dataclass
    class Inner:
        port: int

    class Outer(pydantic.BaseModel):
        inner: Inner

    assert stack(kernel, {"inner": {"port": 5}}).bind(Outer).inner == Inner(5)
    assert flat(kernel, inner__port="5").bind(Outer).inner == Inner(5)
    assert problems(stack(kernel, {"inner": {"port": "5"}}), Outer) == [
        ("inner.port", "expected int, not str", "validation")
    ]


def test_a_dataclass_of_pydantic(kernel):
    @pydantic.dataclasses.dataclass
    class Server:
        port: int

    assert flat(kernel, port="5").bind(Server).port == 5
    assert problems(stack(kernel, {"port": "5"}), Server) == [("port", "expected int, not str", "validation")]


class Node(pydantic.BaseModel):
    value: int
    children: list[Node] = []


def test_a_model_that_holds_itself(kernel):
    data = {"value": 1, "children": [{"value": 2, "children": [{"value": "x"}]}]}
    assert problems(stack(kernel, data), Node) == [
        ("children[0].children[0].value", "expected int, not str", "validation")
    ]


def test_a_union_with_tags(kernel):
    msgspec = pytest.importorskip("msgspec")
    one = msgspec.defstruct("One", [("a", int)], tag="one")
    two = msgspec.defstruct("Two", [("a", str)], tag="two")
    holder = msgspec.defstruct("Holder", [("v", one | two)])
    assert stack(kernel, {"v": {"type": "two", "a": "x"}}).bind(holder).v == two("x")
    found = problems(stack(kernel, {"v": {"type": "two", "a": 5}}), holder)
    assert found == [("v.a", "expected str, not int", "validation")]
    found = problems(stack(kernel, {"v": {"type": "hidden"}}), holder)
    assert found == [("v.type", "expected 'one' or 'two'", "validation")]


@pytest.mark.parametrize("rule", ["forbid", "ignore", "allow"])
def test_extra_keys_are_the_models_rule_unless_they_are_warned_of(kernel, rule):
    from veltrix.binding.bind import bind

    class Open(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(extra=rule)
        port: int = 1

    snapshot = stack(kernel, {"prot": 5})
    if rule == "forbid":
        assert problems(snapshot, Open) == [("prot", "unknown key (did you mean 'port'?)", "unknown-key")]
    else:
        assert snapshot.bind(Open).port == 1
    if rule == "allow":
        assert bind(snapshot, (), Open, None, "warn").prot == 5
    else:
        with pytest.warns(ConfigWarning, match=r"prot: unknown key \(did you mean 'port'\?\)"):
            assert bind(snapshot, (), Open, None, "warn").port == 1


def test_keys_that_no_field_takes_and_a_model_does(kernel):
    from veltrix.binding.bind import bind

    class Root(pydantic.RootModel[dict[str, int]]):
        pass

    class Below(pydantic.BaseModel):
        x: int = pydantic.Field(0, validation_alias=pydantic.AliasChoices("y", pydantic.AliasPath("db", "x")))

    class Renamed(pydantic.BaseModel):
        new: int = 0

        @pydantic.model_validator(mode="before")
        @classmethod
        def renamed(cls, data):
            return {"new": data["old"]}

    with warnings.catch_warnings():
        warnings.filterwarnings("error", ".*unknown key", ConfigWarning)
        assert bind(stack(kernel, {"a": 1}), (), Root, None, "warn").root == {"a": 1}
        assert bind(stack(kernel, {"db": {"x": 1}}), (), Below, None, "warn").x == 1
        assert bind(stack(kernel, {"old": 1}), (), Renamed, None, "warn").new == 1
    with pytest.warns(ConfigWarning, match="more: unknown key"):
        assert bind(stack(kernel, {"y": 1, "more": 1}), (), Below, None, "warn").x == 1


def test_a_choice_of_a_literal(kernel, server):
    class Chosen(pydantic.BaseModel):
        kind: Literal["a", 5]

    assert flat(kernel, kind="5").bind(Chosen).kind == 5
    assert flat(kernel, kind="a").bind(Chosen).kind == "a"
    with pytest.raises(ConfigError, match="input should be 'a' or 5"):
        flat(kernel, kind="b").bind(Chosen)


def test_a_validator_is_given_what_stands_there(kernel):
    met = []

    class Size(pydantic.BaseModel):
        n: int
        either: int | float = 0

        @pydantic.model_validator(mode="before")
        @classmethod
        def judged(cls, data):
            met.append(dict(data))
            return {"n": int(data["n"].rstrip("M"))}

    data = {"n": "5M", "either": "x"}
    assert problems(stack(kernel, {"v": data}), Size, "v") == [
        ("v.n", "expected int, not str", "validation"),
        ("v.either", "expected int or float, not str", "validation"),
    ]
    assert met == [data, data]


def test_one_problem_for_a_text_of_a_document(kernel):
    msgspec = pytest.importorskip("msgspec", reason="binding its models needs it")

    class Size(msgspec.Struct, frozen=True):
        n: int
        many: dict[str, int] = {}

    data = {"n": 5, "many": {"a": "1", "b": 2.5}}
    assert problems(stack(kernel, {"v": data}), Size, "v") == [
        ("v.many.a", "expected int, not str", "validation"),
        ("v.many.b", "expected int, not float", "validation"),
    ]
