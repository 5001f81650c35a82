"""`python -m benches [SUITE]`: pytest's benchmarks, in fresh processes of several hash seeds, as one report.

A whole run begins the figures of its suite anew; of a part, they are put over those of before.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import veltrix
from benches.report import PAGES, shown_in_terminal
from benches.result import GAINS, ROOT, Conditions, Line, combined, gains, write


class Suite(NamedTuple):
    """A folder of benchmarks: in how many processes each is measured, what measures it, and beside whom."""

    processes: int
    command: str
    libraries: Sequence[str] = ()


HUNT = ("starlette", "uvicorn", "httptools", "uvloop", "itsdangerous", "pydantic-settings", "dynaconf")
PEERS = (
    *("immutables", "rpds-py", "python-box", "python-configuration", "lib_layered_config", "confuse"),
    *("dynamic-config-py", "pydantic-settings", "omegaconf", "dynaconf"),
)
SUITES = {
    "targets": Suite(3, "make bench", ("pydantic", "msgspec")),
    "scaling": Suite(1, "make bench-scaling"),
    "peers": Suite(1, "make bench-peers", PEERS),
    "watching": Suite(1, "make bench-watching", ("watchfiles", *PEERS[-4:])),
    "hunt": Suite(1, "make hunt-bench", HUNT),
}
Say = Callable[[str], None]


def main() -> int:
    chosen = _arguments()
    if "native" not in veltrix.implementations():
        sys.exit("the native implementation is not built; the command `make` builds it")
    suite = SUITES[chosen.suite]
    conditions = Conditions.here(suite.command, suite.libraries)
    rows = {int(number) for number in chosen.rows.split(",") if number}
    lines: list[Line] = []
    status = 0
    try:
        for ended, found in run(chosen, rows, say):
            lines.extend(found)
            status = status or ended
    except KeyboardInterrupt:
        say("stopped: these are the figures so far")
        status = 130
    whole = combined(lines)
    whole += gains(whole)
    conditions = conditions.until_now()
    kept = [replace(line, conditions=conditions) for line in whole if not rows or line.row in rows]
    if kept:
        write(chosen.json, kept, over=bool(rows or chosen.only or status))
        print(shown_in_terminal(chosen.suite, kept))
        print(f"\nfigures in {chosen.json}; `{PAGES[chosen.suite].command}` puts them into the page")
    return status or not kept


def run(chosen: argparse.Namespace, rows: set[int], say: Say) -> Iterator[tuple[int, list[Line]]]:
    """The status and the lines of each process, one after the other."""
    measured = rows | {row for row, _ in GAINS} if 15 in rows else rows
    options = [f"--seconds={chosen.seconds}", f"--rows={','.join(map(str, measured))}"]
    selected = [f"-k={chosen.only}"] if chosen.only else []
    with tempfile.TemporaryDirectory() as folder:
        plan, figures = Path(folder, "plan"), Path(folder, "figures")
        pytest([f"benches/{chosen.suite}", "--collect-only", f"--plan={plan}", *options, *selected], 0, {})
        shared = json.loads(plan.read_text("utf-8")) if plan.exists() else {}
        known = {row for process in shared.values() for row in process["rows"]}
        if measured - known:
            sys.exit(f"no benchmark of {chosen.suite} measures row {min(measured - known)}")
        for number, (name, process) in enumerate(shared.items(), 1):
            started = perf_counter()
            for seed in range(1, chosen.processes + 1):
                say(f"{number} of {len(shared)}: {name}, process {seed} of {chosen.processes}")
                first = [] if seed == 1 else ["--not-first"]
                figures.unlink(missing_ok=True)
                command = ["--benchmark-only", "--benchmark-quiet", f"--benchmark-json={figures}"]
                arguments = [*process["benchmarks"], *command, *options, *first]
                yield pytest(arguments, seed, process["environment"], shown=True), lines_of(figures)
            say(f"{name}: {perf_counter() - started:.0f} s")


def pytest(arguments: Sequence[str], seed: int, chosen: Mapping[str, str], *, shown: bool = False) -> int:
    """The status of a run of pytest with a hash seed; without any benchmark it is none of failure."""
    command = [sys.executable, "-m", "pytest", "-q", "-o", "addopts=", "-p", "pytest_benchmark.plugin"]
    command += ["-p", "no:cacheprovider", *arguments]
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONHASHSEED": str(seed)}
    environment = {**os.environ, **alone, **chosen}
    ran = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode not in (0, 5) and shown:
        print(ran.stdout, file=sys.stderr)
    return 0 if ran.returncode == 5 else ran.returncode


def lines_of(file: Path) -> list[Line]:
    """The lines that the benchmarks of a process left beside what pytest-benchmark keeps of them."""
    text = file.read_text("utf-8") if file.exists() else ""
    found = json.loads(text)["benchmarks"] if text else []
    return [Line.from_json(line) for one in found for line in one["extra_info"].get("lines", ())]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benches", description="Measure, beside anchors and others.")
    parser.add_argument(
        "suite", nargs="?", choices=SUITES, default="targets", help="what to measure (targets)"
    )
    parser.add_argument("--rows", default="", help="only these rows of docs/targets.md, such as 1,2,5")
    parser.add_argument(
        "-k", dest="only", default="", help="only benchmarks whose names match, as pytest's -k"
    )
    parser.add_argument("--processes", type=int, help="how many hash seeds (3 for targets, else 1)")
    parser.add_argument("--seconds", type=float, default=0.4, help="for each workload in each process (0.4)")
    parser.add_argument("--json", type=Path, help="where to keep the figures (a file of the suite in .cache)")
    chosen = parser.parse_args()
    chosen.processes = chosen.processes or SUITES[chosen.suite].processes
    chosen.json = chosen.json or PAGES[chosen.suite].figures
    return chosen


def say(text: str) -> None:
    end, start = ("", "\r\x1b[K") if sys.stderr.isatty() else ("\n", "")
    print(f"{start}{text}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
