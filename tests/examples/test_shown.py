"""What docs/serving.md shows of the examples for frameworks is what they say."""

from __future__ import annotations

from tests.docs.pages import ROOT, blocks


def test_the_page_shows_the_examples_as_they_are():
    files = [path.read_text(encoding="utf-8") for path in (ROOT / "examples" / "frameworks").glob("*.py")]
    shown = [block for block in blocks(ROOT / "docs" / "serving.md") if block.language == "python fragment"]
    assert len(shown) >= 6
    for block in shown:
        assert any(block.text in text for text in files), f"docs/serving.md:{block.line}"
