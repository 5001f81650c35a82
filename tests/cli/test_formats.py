"""The written formats: they read back as what was resolved."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import veltrix

STRANGE = [
    "", " ", "yes", "No", "null", "~", "true", "1", "1e3", "0o14", "0x1f", ".5", "1_000", "12:30:45",
    "2026-11-22", "=", "<<", "- a", "a: b", "a #b", "#", "'", '"', "\\", "\n", "a\nb\n", "\t", "é€𝄞",
    "\u2028", "\x85", "{{x}}", "@x", "!x", "&x", "*x", "%x", "|", ">", "?", "-", "---", "...", "\x1b[0m",
    "\U000e0041", ".inf", ".nan",
]  # fmt: skip
DATA = {
    "strings": {text: text for text in STRANGE if text},
    "list": STRANGE,
    "numbers": [0, -1, 2**63 - 1, 1.5, -0.0, 1e300, 1e16],
    "flags": [True, False],
    "nested": [{"a": [{"b": []}]}, []],
    "empty": {},
    "x.y": {"[0]": {'"': 1}},
}


def written(printed, form, data=DATA, *options):
    Path("data.json").write_text(json.dumps(data))
    return printed("show", "data.json", "--format", form, *options)


@pytest.mark.parametrize("form", ["json", "toml", "yaml"])
def test_what_is_written_reads_back(printed, form):
    Path(f"again.{form}").write_text(written(printed, form), encoding="utf-8")
    again = veltrix.load(f"again.{form}")
    assert again.to_dict() == DATA
    assert not veltrix.diff(veltrix.resolve([veltrix.Layer("data", DATA)]), again)


WIDE = {"e": "😀 ü € \u2028 \U000e0041", "größe 😀": {"ключ": ["é", "\\"], "a\nb": "𝄞"}}


def narrow(encoding, *arguments):
    """What the command line prints where the output has an encoding of fewer characters."""
    command = [sys.executable, "-m", "veltrix", *arguments]
    environ = {**os.environ, "PYTHONIOENCODING": encoding}
    return subprocess.run(command, env=environ, capture_output=True, check=False).stdout.decode(encoding)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
@pytest.mark.parametrize("form", ["json", "toml", "yaml"])
def test_what_an_encoding_lacks_reads_back_too(form, encoding):
    Path("wide.json").write_text(json.dumps(WIDE))
    text = narrow(encoding, "show", "wide.json", "--format", form)
    assert ("ü" in text, "é" in text, "€" in text, "😀" in text) == {
        "ascii": (False, False, False, False),
        "cp1252": (True, True, True, False),
        "latin-1": (True, True, False, False),
    }[encoding]
    Path(f"again.{form}").write_text(text, encoding="utf-8")
    assert veltrix.load(f"again.{form}").to_dict() == WIDE
    if form != "yaml":
        assert {"json": json, "toml": tomllib}[form].loads(text) == WIDE


def test_flat_lines_have_the_escapes_of_json_for_what_an_encoding_lacks():
    Path("wide.json").write_text(json.dumps(WIDE))
    lines = narrow("latin-1", "show", "wide.json", "--format", "flat").splitlines()
    assert lines == [
        r'e = "\ud83d\ude00 ü \u20ac \u2028 \udb40\udc41"',
        r'"größe \ud83d\ude00".\u043a\u043b\u044e\u0447 = ["é", "\\"]',
        r'"größe \ud83d\ude00"."a\nb" = "\ud834\udd1e"',
    ]
    assert json.loads(lines[0].partition(" = ")[2]) == WIDE["e"]


def test_a_report_in_json_reads_back_whatever_the_encoding():
    Path("größe 😀.json").write_text("{")
    for encoding in ("ascii", "cp1252"):
        [problem] = json.loads(narrow(encoding, "check", "größe 😀.json", "--format", "json"))["problems"]
        assert problem["file"] == "größe 😀.json"


def test_json_and_toml_are_what_other_readers_take_them_for(printed):
    assert json.loads(written(printed, "json")) == DATA
    assert tomllib.loads(written(printed, "toml")) == DATA


def test_yaml_is_the_same_for_readers_of_the_older_version(printed):
    yaml = pytest.importorskip("yaml")
    assert yaml.safe_load(written(printed, "yaml")) == DATA


def test_flat_lines_are_paths_and_json(printed):
    lines = written(printed, "flat").splitlines()
    read = dict(line.split(" = ", 1) for line in lines if " = " in line)
    snapshot = veltrix.resolve([veltrix.Layer("data", DATA)])
    assert read['"x.y"."[0]"."\\""'] == "1"
    assert json.loads(read["list"]) == DATA["list"]
    assert read["empty"] == "{}"
    assert len(lines) == len(snapshot.flatten())


def test_the_order_is_that_of_the_layers(printed):
    data = {"b": 1, "a": {"d": 1, "c": 2}}
    assert written(printed, "json", data) == '{\n  "b": 1,\n  "a": {\n    "d": 1,\n    "c": 2\n  }\n}\n'
    assert written(printed, "yaml", data) == "b: 1\na:\n  d: 1\n  c: 2\n"


def test_dates_are_dates_in_toml_and_texts_elsewhere(printed):
    Path("dates.toml").write_text("d = 2026-11-22\nt = 10:30:00\nx = 2026-11-22T10:30:00Z\n")
    assert printed("show", "dates.toml", "--format", "toml") == (
        "d = 2026-11-22\nt = 10:30:00\nx = 2026-11-22 10:30:00+00:00\n"
    )
    assert json.loads(printed("show", "dates.toml", "--format", "json")) == {
        "d": "2026-11-22",
        "t": "10:30:00",
        "x": "2026-11-22T10:30:00+00:00",
    }
    assert printed("get", "x", "dates.toml") == "2026-11-22T10:30:00+00:00\n"
    assert '"2026-11-22"' in printed("get", "d", "dates.toml", "--format", "yaml")


def test_numbers_that_are_not_finite(printed, refused):
    Path("odd.toml").write_text("limits = {max = inf}\n")
    said = refused("show", "odd.toml", "--format", "json")
    assert said == "json cannot carry inf and nan (at limits.max); choose another --format"
    assert printed("show", "odd.toml", "--format", "toml") == "[limits]\nmax = inf\n"
    assert printed("show", "odd.toml", "--format", "flat") == "limits.max = inf\n"
    Path("again.yaml").write_text(printed("show", "odd.toml", "--format", "yaml"))
    assert veltrix.load("again.yaml")["limits.max"] == math.inf


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"a": [{"b": None}]}, "toml cannot carry null (at a[0].b); choose another --format"),
        ({"a": 2**63}, "toml cannot carry integers beyond 64 bits (at a); choose another --format"),
    ],
)
def test_what_toml_cannot_carry_is_named(refused, data, said):
    Path("data.json").write_text(json.dumps(data))
    assert refused("show", "data.json", "--format", "toml") == said


def test_a_value_alone_is_no_toml(refused):
    said = refused("get", "debug", "base.json", "--format", "toml")
    assert said == "a TOML document is a mapping, and debug is none"


def test_a_value_alone_in_the_other_formats(printed):
    values = [printed("get", "debug", "base.json", "--format", form) for form in ("json", "yaml", "flat")]
    assert values == ["false\n", "false\n", "debug = false\n"]


@pytest.mark.parametrize("form", ["json", "yaml", "toml", "flat"])
def test_secrets_are_redacted_in_every_format(printed, form):
    text = written(printed, form, {"a": {"b": "hunter2", "c": ["hunter2"], "d": 7}}, "--secret", "a")
    assert "hunter2" not in text
    assert text.count("<secret>") == 3


@pytest.mark.parametrize(
    ("library", "form", "said"),
    [
        ("tomli_w", "toml", "writing TOML needs tomli-w: pip install veltrix[cli]"),
        ("yaml", "yaml", "writing YAML needs PyYAML: pip install veltrix[cli]"),
    ],
)
def test_a_library_that_is_missing_is_named(library, form, said):
    program = f"""
import sys
sys.modules[{library!r}] = None
from veltrix.cli import main
sys.exit(main(["show", "--set", "a=1", "--format", {form!r}]))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", f"veltrix: error: {said}\n")
