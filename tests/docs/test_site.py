"""The site has every page, and its reference every public name."""

from __future__ import annotations

import importlib
import re

import pytest

import veltrix
from tests.docs.pages import ROOT

DOCS = ROOT / "docs"
REFERENCE = {path.stem: path.read_text(encoding="utf-8") for path in (DOCS / "api").glob("*.rst")}


def test_the_first_page_leads_to_every_other():
    listed = re.findall(r"^- \[[^]]+\]\(([^)]+)\): ", (DOCS / "index.md").read_text("utf-8"), re.MULTILINE)
    pages = {path.name for path in DOCS.glob("*.md")} - {"index.md"}
    assert sorted(listed) == sorted(pages | {"api/index.rst"})


def test_the_reference_leads_to_each_of_its_pages():
    contents = set(REFERENCE["index"].split(".. toctree::\n")[1].split())
    assert contents == REFERENCE.keys() - {"index"}


def test_the_reference_has_every_public_name():
    shown = re.findall(
        r"^\.\. auto(?:class|function|data):: veltrix\.(\w+)(?:\(\))?$",
        "".join(REFERENCE.values()),
        re.MULTILINE,
    )
    assert sorted(shown) == sorted({*veltrix.__all__} - {"ConfigError", "ConfigWarning", "errors"})


@pytest.mark.parametrize("name", ["errors", "web", "contrib.prometheus", "pytest"])
def test_the_reference_has_every_public_module(name):
    module = importlib.import_module(f"veltrix.{name}")
    text = REFERENCE[name.rpartition(".")[2]]
    assert re.search(rf"^\.\. automodule:: {re.escape(module.__name__)}\n   :members:", text, re.MULTILINE)


def test_the_page_about_errors_lists_every_one():
    listed = re.findall(r"^\| `(\w+)` \| ", (DOCS / "errors.md").read_text("utf-8"), re.MULTILINE)
    classes = [
        name for name, kind in vars(veltrix.errors).items()
        if isinstance(kind, type) and issubclass(kind, veltrix.ConfigError) and not name.startswith("_")
    ]  # fmt: skip
    assert sorted(listed) == sorted(classes)
