"""`python -m benches`: pytest-benchmark's groups, then the ratios as a table and a chart, and as JSON."""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from pathlib import Path

import veltrix
from benches.result import Line, gains
from benches.run import TOPICS, run, topics_of
from benches.settings import Settings
from benches.table import summary, table
from benches.targets_chart import chart, dots_of
from benches.targets_page import RESULTS

ROOT = Path(__file__).resolve().parents[1]
PART = RESULTS.with_name("bench-part.json")
GROUPS = ROOT / ".cache" / "bench-groups.json"


def main() -> int:
    chosen = _arguments()
    if "native" not in veltrix.implementations():
        sys.exit("the native implementation is not built; `make bench` builds it")
    settings = Settings(seconds=chosen.seconds)
    if chosen.groups and not chosen.rows:
        _groups()
    lines: list[Line] = []
    try:
        lines.extend(run(topics_of(chosen.rows), settings, chosen.processes, _say))
    except KeyboardInterrupt:
        _say("stopped: these are the rows measured so far")
    lines = [line for line in lines + gains(lines) if not chosen.rows or line.row in chosen.rows]
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(_results(lines, chosen), indent=1, ensure_ascii=False), "utf-8")
    drawing = chosen.json.with_suffix(".svg")
    drawing.write_text(chart(dots_of(lines), _conditions()), "utf-8")
    print(_conditions() + _anchor_time(lines))
    print(table(lines))
    for line in lines:
        for name, reason in line.missing.items():
            print(f"no figure of {name} for {line.operation}: {reason}")
    print(f"{summary(lines)}; figures in {chosen.json}, drawn in {drawing}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "benches", description="Measure both implementations beside their anchors."
    )
    parser.add_argument("--rows", type=_rows, default=[], help="only these rows of the table, such as 1,2,5")
    parser.add_argument("--processes", type=int, default=3, help="how many hash seeds (3)")
    parser.add_argument("--seconds", type=float, default=0.4, help="for each workload in each process (0.4)")
    parser.add_argument("--no-groups", dest="groups", action="store_false", help="the table alone")
    parser.add_argument(
        "--json", type=Path, help=f"where to keep the figures ({RESULTS}; of some rows, {PART})"
    )
    chosen = parser.parse_args()
    chosen.json = chosen.json or (PART if chosen.rows else RESULTS)
    return chosen


def _groups() -> None:
    """pytest-benchmark: both implementations of an operation in one group."""
    options = [
        "-o",
        "addopts=",
        "--benchmark-only",
        "--benchmark-sort=mean",
        "--benchmark-columns=min,median,iqr,rounds",
    ]
    quick = [
        "--benchmark-max-time=0.2",
        "--benchmark-min-rounds=3",
        "--benchmark-disable-gc",
        f"--benchmark-json={GROUPS}",
    ]
    GROUPS.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "pytest", "-q", "benches", *options, *quick], cwd=ROOT, check=True)


def _rows(text: str) -> list[int]:
    known = sorted({row for rows in TOPICS.values() for row in rows})
    rows = [int(row) for row in text.split(",")]
    for row in rows:
        if row not in known:
            raise argparse.ArgumentTypeError(f"{row} is none of {', '.join(map(str, known))}")
    return rows


def _results(lines: list[Line], chosen: argparse.Namespace) -> dict[str, object]:
    return {
        "conditions": _conditions(),
        "python": platform.python_version(),
        "processes": chosen.processes,
        "seconds": chosen.seconds,
        "lines": [line.as_json() for line in lines],
    }


def _conditions() -> str:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    commit = described.stdout.strip() or "no commit"
    return (
        f"veltrix {veltrix.__version__} ({commit}), CPython {platform.python_version()}, {platform.machine()}"
    )


def _anchor_time(lines: list[Line]) -> str:
    """How long the first anchor takes here, so that absolute times can be judged."""
    for line in lines:
        nanoseconds = line.figures[line.anchor].nanoseconds if line.anchor in line.figures else None
        if nanoseconds:
            return f"; {line.anchor} took {nanoseconds:,.0f} ns"
    return ""


def _say(text: str) -> None:
    end, start = ("", "\r\x1b[K") if sys.stderr.isatty() else ("\n", "")
    print(f"{start}{text}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
