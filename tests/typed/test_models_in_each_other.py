"""Models that hold each other: what is asked of their types costs what they are, and not all ways in them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, make_dataclass
from typing import Annotated, Any

import pytest

import veltrix
from veltrix import SECRET
from veltrix.binding.compiled import compiled
from veltrix.binding.declared import is_declared, secret_paths

DEEP = 60


@dataclass(frozen=True)
class Left:
    child: Left | Right | None = None
    x: int = 0
    token: Annotated[str, SECRET] = ""


@dataclass(frozen=True)
class Right:
    child: Left | Right | None = None
    y: int = 0
    token: Annotated[str, SECRET] = ""


@dataclass(frozen=True)
class Root:
    root: Left = field(default_factory=Left)


def calls_of(work):
    """How many functions of Python are called."""
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def test_a_long_name_is_looked_up_in_steps():
    plan = compiled(Root)
    short, long = (
        calls_of(lambda deep=deep: is_declared(plan, ["root", *["child"] * deep, "y"])) for deep in (10, DEEP)
    )
    assert is_declared(plan, ["root", *["child"] * DEEP, "y"])
    assert not is_declared(plan, ["root", *["child"] * DEEP, "z"])
    assert long < short * 2 * DEEP / 10


@pytest.mark.parametrize("deep", [12, 40])
def test_what_code_takes_first_is_marked_in_steps(deep):
    """Each level has the secrets of both models."""
    pydantic = pytest.importorskip("pydantic")
    data: dict[str, Any] = {"token": "hunter2"}
    for _ in range(deep):
        data = {"token": "hunter2", "child": data}

    def refuse(value):
        raise ValueError(f"no {value}")

    model = pydantic.create_model(
        "Model", __config__={"frozen": True}, root=(Annotated[Left, pydantic.BeforeValidator(refuse)], ...)
    )
    snapshot = veltrix.resolve([veltrix.Layer("a", {"root": data})])
    texts = []

    def bind():
        with pytest.raises(veltrix.errors.ConfigError) as caught:
            snapshot.bind(model)
        texts.append(str(caught.value))

    assert calls_of(bind) < 3_000 * deep
    assert texts == ["root: refused by Left (layer 'a')"]


@pytest.mark.parametrize("many", [3, 12])
def test_a_model_that_leads_back_is_secret_as_a_whole(many):
    names = [f"M{number}" for number in range(many)]
    space: dict[str, Any] = {}
    for name in names:
        links = [(f"to_{other}", f"{other} | None", None) for other in names]
        fields = [("token", Annotated[str, SECRET], ""), ("plain", int, 0), *links]
        space[name] = make_dataclass(name, fields, frozen=True, namespace={"__module__": __name__})
    vars(sys.modules[__name__]).update(space)
    try:
        paths = list(secret_paths(compiled(space["M0"])))
    finally:
        for name in names:
            delattr(sys.modules[__name__], name)
    assert paths == [("token",), *((f"to_{other}",) for other in names)]
