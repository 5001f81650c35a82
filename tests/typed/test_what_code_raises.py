"""Whatever code of a model raises is a problem with a place, beside the others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest

import veltrix
from tests.kernel.stack import stack
from tests.typed.places import said
from tests.typed.test_secrets import CANARY, shown

attrs = pytest.importorskip("attrs", reason="its models are bound here")
msgspec = pytest.importorskip("msgspec", reason="its models are bound here")
pydantic = pytest.importorskip("pydantic", reason="its models are bound here")

RAISED = {
    "KeyError": lambda value: {}[value],
    "ZeroDivisionError": lambda value: 1 // 0,
    "FileNotFoundError": lambda value: Path(f"/absent/{value}").read_text(),
    "RuntimeError": lambda value: (_ for _ in ()).throw(RuntimeError(value)),
    "LookupError": lambda value: (_ for _ in ()).throw(LookupError()),
}
LIBRARIES = ("dataclass", "attrs", "msgspec", "pydantic", "field of pydantic")


def forms(library: str, code: Any, kind: Any = str) -> tuple[Any, Any]:
    """A model whose code raises, and one of the same library that it stands in, beside a number."""
    if library == "dataclass":

        @dataclass(frozen=True)
        class Site:
            tz: kind

            def __post_init__(self):
                code(self.tz)

        @dataclass(frozen=True)
        class Whole:
            site: Site
            many: tuple[Site, ...] = ()
            port: int = 0

        Site.__annotations__["tz"] = kind
        Whole.__annotations__.update(site=Site, many=tuple[Site, ...])
        return Site, Whole
    if library == "attrs":
        field = attrs.field(type=kind, validator=lambda made, attribute, value: code(value))
        site = attrs.make_class("Site", {"tz": field}, frozen=True)
        fields = {"site": attrs.field(type=site), "many": attrs.field(type=tuple[site, ...], default=())}
        fields["port"] = attrs.field(type=int, default=0)
        return site, attrs.make_class("Whole", fields, frozen=True)
    if library == "msgspec":
        judged = {"__post_init__": lambda self: code(self.tz)}
        site = msgspec.defstruct("Site", [("tz", kind)], namespace=judged, frozen=True)
        fields = [("site", site), ("many", tuple[site, ...], ()), ("port", int, 0)]
        return site, msgspec.defstruct("Whole", fields, frozen=True)
    if library == "pydantic":
        judged = pydantic.model_validator(mode="after")(lambda self: code(self.tz))
    else:
        judged = pydantic.field_validator("tz")(classmethod(lambda cls, value: code(value)))
    frozen = pydantic.ConfigDict(frozen=True)
    site = pydantic.create_model("Site", __config__=frozen, __validators__={"judged": judged}, tz=(kind, ...))
    fields = {"site": (site | None, None), "many": (tuple[site, ...], ()), "port": (int, 0)}
    return site, pydantic.create_model("Whole", __config__=frozen, **fields)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", RAISED)
def test_it_has_the_place_of_its_section(kernel, library, name):
    site, whole = forms(library, RAISED[name])
    (alone,) = said(stack(kernel, {"site": {"tz": "a"}}), site, "site")
    assert alone.startswith(f"site: refused by Site: {name}")
    assert alone.endswith(" (layer 'a')")
    assert said(stack(kernel, {"site": {"tz": "a"}}), whole) == [alone]


@pytest.mark.parametrize("library", LIBRARIES)
def test_other_problems_are_said_too(kernel, library):
    _, whole = forms(library, RAISED["KeyError"])
    found = said(stack(kernel, {"site": {"tz": "a"}, "many": [{"tz": "b"}], "port": "x"}), whole)
    assert {one.partition(":")[0] for one in found} == {"site", "many[0]", "port"}
    assert len(found) == 3


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", RAISED)
def test_it_says_nothing_where_something_is_secret(kernel, library, name):
    site, whole = forms(library, RAISED[name], Annotated[str, veltrix.SECRET])
    for form, path in ((site, "site"), (whole, None)):
        text = shown(stack(kernel, {"site": {"tz": CANARY}}), form, path)
        assert "site: refused by Site (layer 'a')" in text
        assert CANARY not in text
        assert name not in text


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("kind", [MemoryError, RecursionError, KeyboardInterrupt])
def test_what_is_no_refusal_is_raised(kernel, library, kind):
    def code(_):
        raise kind

    site, _ = forms(library, code)
    with pytest.raises(kind):
        stack(kernel, {"site": {"tz": "a"}}).bind(site, "site")
