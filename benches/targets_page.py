"""`python -m benches.targets_page [FILE...]`: figures of `make bench` into docs/targets.md, and their chart.

Each file is one CPython's: the first one is drawn, and its pure figures are in the table.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benches.charts import CHARTS, save
from benches.peers.page import replaced
from benches.result import Line
from benches.table import NO_FIGURE, shown, shown_target, summary, verdict
from benches.targets_chart import chart, dots_of

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "targets.md"
RESULTS = ROOT / ".cache" / "bench.json"
MARKS = ("<!-- figures: python -m benches.targets_page -->", "<!-- end of the figures -->")

Key = tuple[int, str, str]


@dataclass(frozen=True)
class Run:
    """What one `make bench` found."""

    python: str
    conditions: str
    lines: dict[Key, Line]

    @classmethod
    def read(cls, path: Path) -> Run:
        """A run from its file; exits with a hint where there is none."""
        try:
            found = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            sys.exit(f"no figures in {path}; `make bench` takes them")
        lines = map(Line.from_json, found["lines"])
        by_key = {(line.row, line.operation, line.anchor): line for line in lines}
        return cls(found["python"], found["conditions"], by_key)


def main() -> int:
    parser = argparse.ArgumentParser("benches.targets_page", description="Show what `make bench` found.")
    parser.add_argument("files", nargs="*", type=Path, default=[RESULTS], help=f"its figures ({RESULTS})")
    runs = [Run.read(path) for path in parser.parse_args().files]
    PAGE.write_text(replaced(PAGE.read_text("utf-8"), figures(runs), MARKS), "utf-8")
    first = runs[0]
    drawn = chart(dots_of(list(first.lines.values())), f"CPython {first.python}")
    save({"targets": drawn}, CHARTS)
    return 0


def figures(runs: Sequence[Run]) -> str:
    """What was measured, how many targets were met, and two tables: with targets, and without."""
    keys = sorted(dict.fromkeys(key for run in runs for key in run.lines), key=lambda key: key[0])
    with_target = [key for key in keys if any(run.lines[key].target for run in runs if key in run.lines)]
    missed = [key for key in with_target if any(_missed(run, key) for run in runs)]
    met = [key for key in with_target if key not in missed]
    parts = ["\n".join(f"- {run.conditions}: {summary(list(run.lines.values()))}" for run in runs)]
    if missed:
        parts += ["### Missed", _table(runs, missed)]
    parts += ["### Met", _table(runs, met), "### Without a target"]
    parts.append(_table(runs, [key for key in keys if key not in with_target]))
    return "\n\n".join(parts)


def _table(runs: Sequence[Run], keys: Sequence[Key]) -> str:
    head = ["row", "operation", "against", "target", *(run.python for run in runs)]
    head.append(f"pure, {runs[0].python}")
    rule = "|".join(["--:", "---", "---", *["--:"] * (len(head) - 3)])
    rows = [f"| {' | '.join(_cells(runs, key))} |" for key in keys]
    return "\n".join([f"| {' | '.join(head)} |", f"|{rule}|", *rows])


def _cells(runs: Sequence[Run], key: Key) -> list[str]:
    row, operation, anchor = key
    line = next(run.lines[key] for run in runs if key in run.lines)
    native = [_native(run, key) for run in runs]
    first = runs[0].lines.get(key)
    pure = NO_FIGURE if first is None else shown(first, "pure")
    return [str(row), operation, anchor, shown_target(line), *native, pure]


def _native(run: Run, key: Key) -> str:
    line = run.lines.get(key)
    text = NO_FIGURE if line is None else shown(line, "native")
    return f"**{text}**" if _missed(run, key) else text


def _missed(run: Run, key: Key) -> bool:
    return key in run.lines and verdict(run.lines[key]).startswith("missed")


if __name__ == "__main__":
    sys.exit(main())
