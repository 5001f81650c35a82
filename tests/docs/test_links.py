"""Every link to a file of ours leads somewhere."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import HOMES, PAGES, ROOT, anchors, links


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_local_links_resolve(page):
    for link in links(page):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(target), f"{link} names no heading"


def test_links_of_the_readme_hold_on_the_page_of_the_index():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)
    pages = re.findall(r"(?<!!)\[[^]]*\]\(([^)]+)\)", text)
    assert pictures
    assert [target for target in pictures if not target.startswith(HOMES[1])] == []
    assert pages
    assert [target for target in pages if not target.startswith("https://")] == []
