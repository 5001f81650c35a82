"""`python -m benches.watching`: what readers see of a file that changes, beside others; a table, and JSON.

Each subject is a process of its own. Times are of the clock on the wall, and hold for a machine that does
nothing else. What is not measured again keeps its last figures; `--page` puts all of them into
docs/benchmarks.md instead.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles
from typing import Any

from benches.peers.page import PAGE, replaced
from benches.peers.table import number
from benches.watching.subjects import SETTLE, SUBJECTS
from benches.watching.worker import AT_REST, BUSY, GAP, PARSING, STILL

RESULTS = Path(__file__).resolve().parents[2] / ".cache" / "bench-watching.json"
MARKS = ("<!-- figures: python -m benches.watching --page -->", "<!-- end of the figures of changes -->")
MOST = 1.5
"""Row 36: the longest gap of a reader beside a change, in gaps beside parsing alone."""
NOTES = f"""[1] made anew by a thread that waits with `watchfiles.watch(step={SETTLE * 1_000:.0f})`<br>
[2] while its `reload()` works, other threads find settings that are not there"""
WATCHING = ("veltrix", "watchfiles", "dynamic-config-py", "pydantic-settings", "dynaconf")

Found = dict[str, dict[str, list[float]]]


def main() -> int:
    parser = argparse.ArgumentParser("benches.watching", description="Measure how a changed file is served.")
    parser.add_argument("--leaves", default="1000,10000", help="sizes, by commas (1000,10000)")
    parser.add_argument("--seconds", type=float, default=6.0, help="for each subject and size (6)")
    parser.add_argument("--only", default="", help="part of the names of subjects")
    parser.add_argument("--page", action="store_true", help="put the last figures into docs/benchmarks.md")
    chosen = parser.parse_args()
    if chosen.page:
        kept = json.loads(RESULTS.read_text("utf-8"))
        PAGE.write_text(replaced(PAGE.read_text("utf-8"), text(kept), MARKS), "utf-8")
        return 0
    before = json.loads(RESULTS.read_text("utf-8"))["sizes"] if RESULTS.exists() else {}
    found = {
        leaves: before.get(leaves, {})
        | {name: one(name, leaves, chosen.seconds) for name in SUBJECTS if chosen.only in name}
        for leaves in chosen.leaves.split(",")
    }
    kept = {
        "conditions": f"CPython {platform.python_version()}, {platform.machine()}",
        "versions": {name: version(name) for name in WATCHING},
        "sizes": before | found,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(kept, indent=1), "utf-8")
    print(f"{text(kept)}\n\nfigures in {RESULTS}")
    return 0


def one(name: str, leaves: str, seconds: float) -> dict[str, list[float]]:
    """The milliseconds of each round of one subject."""
    print(f"{name}, {leaves} leaves", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "benches.watching.worker", name, leaves, str(seconds)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, list[float]] = json.loads(ran.stdout)
    return found


def text(kept: Mapping[str, Any]) -> str:
    """The conditions and a table for each size; what missed its target first."""
    versions = ", ".join(f"{name} {found}" for name, found in kept["versions"].items())
    parts = [f"{kept['conditions']}; {versions}."]
    tables = []
    for leaves, found in kept["sizes"].items():
        if "veltrix" in found:
            parts.append(verdict(int(leaves), found["veltrix"]))
        tables += [
            f"**{int(leaves):,} leaves**, milliseconds: the median, and half of the rounds within",
            table(found),
        ]
    return "\n\n".join([*parts, *tables, NOTES])


def verdict(leaves: int, found: Mapping[str, list[float]]) -> str:
    """How row 36 came out with a live configuration."""
    gap, parsing = median(found[GAP]), median(found[PARSING])
    met = "met" if gap <= MOST * parsing else "missed"
    return (
        f"Row 36 with a live configuration of {leaves:,} leaves, at most {MOST} × the gap of parsing alone: "
        f"{met}, {number(gap / parsing)} × ({number(gap)} ms beside {number(parsing)} ms)."
    )


def table(found: Found) -> str:
    """One line for each subject."""
    columns = (AT_REST, BUSY, GAP, STILL, "rounds")
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'--:|' * len(columns)}"]
    for name, rounds in found.items():
        cells = [spread(rounds[column]) for column in columns[:-1]]
        lines.append(f"| {name} | {' | '.join([*cells, str(len(rounds[GAP]))])} |")
    return "\n".join(lines)


def spread(values: list[float]) -> str:
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return f"{number(middle)} ({number(low)}–{number(high)})"


def median(values: list[float]) -> float:
    return quantiles(values, n=2, method="inclusive")[0]


if __name__ == "__main__":
    sys.exit(main())
