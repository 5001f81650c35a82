"""What binds natively binds purely: the same object, or the same problems but for their lines."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.typed.places import flat, outcome

LIBRARIES: list[Any] = []
try:
    import pydantic
except ImportError:
    pydantic = None
else:

    class PydanticServer(pydantic.BaseModel):
        port: int
        host: str = "h"
        tags: list[str] = pydantic.Field(default_factory=list)
        limit: float | None = None
        inner: dict[str, int] = pydantic.Field(default_factory=dict)

    LIBRARIES.append(PydanticServer)
try:
    import msgspec
except ImportError:
    msgspec = None
else:

    class MsgspecServer(msgspec.Struct, forbid_unknown_fields=True):
        port: int
        host: str = "h"
        tags: list[str] = msgspec.field(default_factory=list)
        limit: float | None = None
        inner: dict[str, int] = msgspec.field(default_factory=dict)

    LIBRARIES.append(MsgspecServer)


class Pair(NamedTuple):
    port: int
    host: str = "h"


class Options(TypedDict, total=False):
    host: str
    inner: dict[str, int]


@dataclass
class Server:
    port: int
    host: str | None = "h"
    tags: list[int | str] = field(default_factory=list)
    limit: float = 1.0
    level: Literal["a", "b", 3] = "a"
    timeout: timedelta | None = None
    root: Path = Path()
    inner: dict[str, Any] = field(default_factory=dict)
    pair: Pair | None = None
    options: Options = field(default_factory=Options)
    more: tuple[Server, ...] = ()


texts = st.sampled_from(["", "x", "5", "true", "1.5", "5s", "null", "a,b", "[1]", '{"port": "1"}', "b", "~"])
leaves = st.none() | st.booleans() | st.integers(-3, 9) | st.floats(-2, 2) | texts
names = st.sampled_from([*Server.__dataclass_fields__, "prot", "a.b", "é"])
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
sections = st.dictionaries(names, values, max_size=8) | st.fixed_dictionaries({"port": st.integers(1, 9)})
forms = st.sampled_from([Server, Pair, Options, dict[str, Server], *LIBRARIES])


@given(data=sections, form=forms, below=st.booleans())
def test_a_document(both, data, form, below):
    text = json.dumps({"s": data} if below else data).encode()
    found = [
        outcome(kernel.resolve([kernel.Layer.parse("app", text, "json", file="app.json")]), form, path)
        for kernel in both
        for path in (["s"] if below else [None])
    ]
    assert found[0] == found[1]


@given(data=st.dictionaries(names.filter(str.isidentifier), texts, max_size=6), form=forms)
def test_variables(both, data, form):
    pure, native = (outcome(flat(kernel, **data), form) for kernel in both)
    assert pure == native


@pytest.mark.parametrize("form", [Server, *LIBRARIES], ids=lambda one: one.__name__)
def test_both_bind_and_both_refuse(both, form):
    for kernel in both:
        assert outcome(kernel.resolve([kernel.Layer("a", {"port": 1})]), form)[0] == "bound"
        assert len(outcome(kernel.resolve([kernel.Layer("a", {"host": 1})]), form)) == 2
