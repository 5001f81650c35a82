"""What docs/versioning.md calls public is what there is."""

from __future__ import annotations

import re

import veltrix
from tests.docs.pages import ROOT
from veltrix import _exit_codes
from veltrix.contrib.prometheus import generate_latest

PAGE = (ROOT / "docs" / "versioning.md").read_text(encoding="utf-8")


def test_it_lists_every_metric_with_its_type_and_label():
    text = generate_latest(veltrix.Config({"port": 80})).decode()
    labels = dict(re.findall(r"^(\w+)(?:\{(\w+)=[^}]*\})? ", text, re.MULTILINE))
    found = [
        (name, kind, labels[name]) for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE)
    ]
    assert re.findall(r"^\| `(veltrix_\w+)` \| (\w+) \| (?:`(\w+)` )?\|$", PAGE, re.MULTILINE) == found


def test_it_lists_every_exit_code():
    listed = {int(code) for code in re.findall(r"^\| (\d+) \| ", PAGE, re.MULTILINE)}
    assert listed == {0, *(code for code in vars(_exit_codes).values() if type(code) is int)}


def test_it_names_every_public_variable_of_the_environment():
    assert {*re.findall(r"VELTRIX_[A-Z]+", PAGE)} == {"VELTRIX_IMPL", "VELTRIX_BUILD"}
