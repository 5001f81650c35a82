"""docs/typed-table.md is what the libraries do."""

from __future__ import annotations

import pytest

import veltrix
from tests.docs.pages import ROOT

pytest.importorskip("pydantic", reason="the page has a row for it")
pytest.importorskip("msgspec", reason="the page has a row for it, and it is for CPython alone")

from tests.typed.table import DECLARED, LIBRARIES, page


def test_the_page_is_what_there_is():
    there = (ROOT / "docs/typed-table.md").read_text(encoding="utf-8")
    assert there == page(), f"python -m tests.typed.table > docs/typed-table.md ({veltrix.implementation})"


def test_every_library_has_a_row_for_every_type():
    rows = [line for line in page().splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(DECLARED) * len(LIBRARIES)
    assert all(row.count(" | ") == 9 for row in rows)
