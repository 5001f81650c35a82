"""The page about testing names what is there, and all of it."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")


def test_every_place_that_it_names_exists():
    places = re.findall(r"`((?:tests|rust)/[\w./-]+)`", PAGE)
    assert len(places) > 20
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_it_names_every_folder_of_tests():
    folders = [path.parent.name for path in (ROOT / "tests").glob("*/__init__.py")]
    assert [name for name in folders if f"`tests/{name}/" not in PAGE] == []
