"""`python -m benches.peers.page`: the tables of the last `make bench-peers` into docs/benchmarks.md."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benches.peers.adapter import adapter_of
from benches.peers.results import TITLES, Row, read_results, sentence
from benches.peers.table import markdown

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
START, END = "<!-- figures: python -m benches.peers.page -->", "<!-- end of the figures -->"


def main() -> int:
    PAGE.write_text(replaced(PAGE.read_text("utf-8"), figures(read_results())), "utf-8")
    return 0


def figures(found: dict[str, Any]) -> str:
    """The conditions of a run, what each peer was handed, and a table for each workload."""
    rows = [Row.from_json(row) for row in found["rows"]]
    limits = found["limits"]
    command = (
        f'make bench-peers PEERS_ARGS="--leaves {limits["leaves"]} --seconds {limits["seconds"]} '
        f'--longest {limits["longest"]}"'
    )
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    parts = [
        f"```console\n$ {command}\n```",
        f"{found['conditions']}; {versions or 'no libraries'}.",
        _given(rows),
    ]
    for workload, title in TITLES.items():
        of_it = [row for row in rows if row.workload == workload]
        if of_it:
            against = f" Against {title.anchor}." if title.anchor else ""
            parts.append(f"### {sentence(title.text)}")
            parts.append(f"{against}\n\n{markdown(workload, of_it, limits['leaves'])}".strip())
    return "\n\n".join(parts)


def replaced(page: str, text: str, marks: tuple[str, str] = (START, END)) -> str:
    """A page with this text between the marks; raises `ValueError` where it has no marks."""
    start, end = marks
    before, _, rest = page.partition(start)
    _, mark, after = rest.partition(end)
    if not mark:
        raise ValueError(f"the page has no marks {start} and {end}")
    return f"{before}{start}\n\n{text}\n\n{end}{after}"


def _given(rows: list[Row]) -> str:
    peers = dict.fromkeys(row.peer for row in rows)
    lines = [f"| {peer} | {adapter_of(peer).given} |" for peer in peers]
    return "\n".join(["| | what it is given, and how it is read |", "|---|---|", *lines])


if __name__ == "__main__":
    sys.exit(main())
