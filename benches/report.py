"""`python -m benches.report PAGE [FILE...]`: figures between the marks of a page of docs/, and its charts.

A page is a module of `benches.pages` with `text(lines)` and `charts(lines)`. Of several files, each is one
CPython's.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from benches import result
from benches.charts import CHARTS, save
from benches.numbers import NO_FIGURE, number
from benches.result import Figure, Line


class Page(NamedTuple):
    """Where figures go, which command puts them there, and from which file."""

    page: Path
    command: str
    figures: Path

    @property
    def marks(self) -> tuple[str, str]:
        return f"<!-- figures: {self.command} -->", f"<!-- end of the figures: {self.command} -->"


def _page(page: str, command: str, figures: str) -> Page:
    return Page(result.ROOT / "docs" / page, command, result.ROOT / ".cache" / figures)


PAGES = {
    "targets": _page("targets.md", "make bench-targets-page", "bench.json"),
    "peers": _page("benchmarks.md", "make bench-page", "bench-peers.json"),
    "watching": _page("benchmarks.md", "make bench-watching-page", "bench-watching.json"),
    "scaling": _page("scaling.md", "make bench-scaling-page", "bench-scaling.json"),
    "hunt": _page("treasure-hunt.md", "make hunt-bench-page", "hunt-bench.json"),
}


def main() -> int:
    parser = argparse.ArgumentParser("benches.report", description="Show what was measured.")
    parser.add_argument("name", choices=PAGES, help="of the page")
    parser.add_argument("files", nargs="*", type=Path, help="the figures, without: those of the last run")
    chosen = parser.parse_args()
    page = PAGES[chosen.name]
    lines = [line for file in chosen.files or [page.figures] for line in result.read(file)]
    module = import_module(f"benches.pages.{chosen.name}")
    text = f"{taken(lines)}\n\n{module.text(lines)}"
    page.page.write_text(replaced(page.page.read_text("utf-8"), text, page.marks), "utf-8")
    save(module.charts(lines), CHARTS)
    return 0


def shown_in_terminal(name: str, lines: Sequence[Line]) -> str:
    """The text of a page, its tables aligned."""
    text: str = import_module(f"benches.pages.{name}").text(lines)
    return f"{taken(lines)}\n\n" + "\n\n".join(map(_aligned, text.split("\n\n")))


def replaced(page: str, text: str, marks: tuple[str, str]) -> str:
    """A page with this text between the marks; raises `ValueError` where it has no marks."""
    start, end = marks
    before, _, rest = page.partition(start)
    _, mark, after = rest.partition(end)
    if not mark:
        raise ValueError(f"the page has no marks {start} and {end}")
    return f"{before}{start}\n\n{text}\n\n{end}{after}"


def taken(lines: Iterable[Line]) -> str:
    """The conditions of all these lines, and the commands that took them."""
    known = dict.fromkeys(line.conditions for line in lines)
    return "\n".join(f"- `{one.command}`: {one}" for one in known)


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]], names: int = 1) -> str:
    """A table whose first columns are names and whose others are figures."""
    rule = "|".join(["---"] * names + ["--:"] * (len(head) - names))
    lines = [f"| {' | '.join(head)} |", f"|{rule}|", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines)


def shown(line: Line, name: str) -> str:
    """A subject's figure with its unit."""
    figure = line.figures.get(name)
    return NO_FIGURE if figure is None else f"{number(figure.value)} {line.unit}".strip()


def spread(figure: Figure | None) -> str:
    """Between which values a figure was found."""
    exact = figure is None or figure.low == figure.high
    return "" if figure is None or exact else f"{number(figure.low)}–{number(figure.high)}"


def shown_target(line: Line) -> str:
    """The target as text; nothing where there is none."""
    if line.target is None:
        return ""
    return f"{'≤' if line.target.kind == 'at most' else '≥'} {number(line.target.value)}"


def verdict(line: Line) -> str:
    """Whether native, or whom the target is for, reached it, and if not, by how much it missed."""
    figure = line.figures.get(line.judged)
    if line.target is None or figure is None:
        return ""
    met = line.target.met_by(figure.value)
    return "met" if met else f"missed {number(line.target.missed_by(figure.value))}×"


def summary(lines: Iterable[Line]) -> str:
    """How many targets were met."""
    verdicts = [verdict(line) for line in lines]
    met = verdicts.count("met")
    return f"{met} of {met + sum(text.startswith('missed') for text in verdicts)} targets met"


def _aligned(text: str) -> str:
    """A table with columns as wide as their widest cell; any other text as it is."""
    if not text.startswith("| "):
        return text
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines())
    cells = [[cell.replace("<br>", ", ") for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in cells)
    lines = ["  ".join(row).rstrip() for row in padded]
    return "\n".join([lines[0], "─" * sum(widths), *lines[1:]])


if __name__ == "__main__":
    sys.exit(main())
