"""The pages of the documentation, cut into code blocks and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob(".github/*.md"),
        *(ROOT / "docs").glob("**/*.md"),
        *(ROOT / "examples").glob("**/*.md"),
    ]
)

# README stands on the page of the index as well, where a relative link leads nowhere.
HOMES = (
    "https://github.com/veltrix/veltrix/blob/main/",
    "https://raw.githubusercontent.com/veltrix/veltrix/main/",
)


class Block(NamedTuple):
    """A fenced block: its language, the line of its first code line, and its text."""

    language: str
    line: int
    text: str


def blocks(page: Path) -> Iterator[Block]:
    fence = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    text = page.read_text(encoding="utf-8")
    for found in fence.finditer(text):
        yield Block(found[1].strip(), text.count("\n", 0, found.start(2)) + 1, found[2])


def links(page: Path) -> Iterator[str]:
    """The targets of all links of a page, code blocks left out; links to our home as paths from the top."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        home = next((home for home in HOMES if target.startswith(home)), None)
        yield target if home is None else f"{ROOT}/{target.removeprefix(home)}"


def anchors(page: Path) -> set[str]:
    """What `#…` can point at: the headings as GitHub spells them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
