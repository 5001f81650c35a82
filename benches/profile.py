"""Where the time of an operation goes: `python -m benches.profile lookup`, or `make profile WORKLOAD=lookup`.

    warm up ──► perf record, for some seconds ──► stacks ──► a table of shares, and a flame graph

Only the loop around the operation is sampled, not what prepares it. `--loop` runs nothing but the loop, for
another profiler.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

from benches.data import resolving_to
from benches.operations import operations
from benches.stacks import Stacks, as_folded, from_folded, readable, table
from veltrix.bench.ratio import compiled

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(".cache", "profiles")
INFERNO = ROOT / ".cache" / "inferno" / "bin"
LEAVES = 10_000
# Names of `benches.operations`.
WORKLOADS = {
    "lookup": "s[path], equal keys",
    "miss": "s.get(path), miss",
    "overlay": "overlay of 5 keys",
    "patch": "set in a middle layer",
    "diff": "diff of one change",
    "resolve": f"resolve {LEAVES:,} leaves of 7 layers",
    "json": f"parse {LEAVES:,} leaves of JSON",
    "toml": f"parse {LEAVES:,} leaves of TOML",
    "yaml": f"parse {LEAVES:,} leaves of YAML",
}
WARM_UP_SECONDS = 0.5
NANOSECONDS = 1_000_000_000
NEEDS = {
    "perf": "perf is the package linux-perf on Debian, linux-tools-generic on Ubuntu, perf on Fedora",
    "inferno-collapse-perf": "inferno comes with `make profile`",
    "inferno-flamegraph": "inferno comes with `make profile`",
}


def main() -> int:
    """Profiles what the command line names."""
    parser = argparse.ArgumentParser("benches.profile", description=__doc__.splitlines()[0])
    parser.add_argument(
        "workloads", nargs="+", choices=WORKLOADS, metavar="WORKLOAD", help=", ".join(WORKLOADS)
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="of samples (5)")
    parser.add_argument("--frequency", type=int, default=997, help="samples a second (997)")
    parser.add_argument("--least", type=float, default=1.0, help="percent, for a line of the table (1)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"for the graphs and stacks ({FOLDER})")
    parser.add_argument("--loop", action="store_true", help="only the loop, for another profiler")
    parser.add_argument("--control", nargs=2, type=Path, default=(), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.loop:
        loop(WORKLOADS[chosen.workloads[0]], chosen.seconds, chosen.control)
        return 0
    tools = found_tools()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for workload in chosen.workloads:
        stacks = sampled(tools, workload, chosen.seconds, chosen.frequency)
        (chosen.folder / f"{workload}.folded").write_text(as_folded(stacks), "utf-8")
        stacks = readable(stacks)
        graph = chosen.folder / f"{workload}.svg"
        graph.write_bytes(drawn(tools, workload, stacks))
        print(
            f"{workload}: {WORKLOADS[workload]}\n{table(stacks, chosen.least / 100)}\nflame graph: {graph}\n"
        )
    return 0


def found_tools() -> dict[str, str]:
    """The programs that profiling takes, by name."""
    path = f"{INFERNO}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    tools = {name: shutil.which(name, path=path) for name in NEEDS}
    missing = [NEEDS[name] for name, tool in tools.items() if tool is None]
    if missing:
        sys.exit("profiling needs more: " + "; ".join(dict.fromkeys(missing)))
    return {name: tool for name, tool in tools.items() if tool}


def sampled(tools: Mapping[str, str], workload: str, seconds: float, frequency: int) -> Stacks:
    """How many samples each stack of a workload's process has, with the functions that were inlined."""
    resolving_to(LEAVES)  # writes the texts that the process reads
    with tempfile.TemporaryDirectory() as name:
        order, answer, data = (Path(name, part) for part in ("order", "answer", "data"))
        os.mkfifo(order)
        os.mkfifo(answer)
        record = [
            *(tools["perf"], "record", "--quiet", f"--output={data}", f"--control=fifo:{order},{answer}"),
            *("--delay=-1", "--event=cycles", f"--freq={frequency}", "--call-graph=dwarf,16384", "--"),
        ]
        child = [sys.executable, "-m", "benches.profile", workload, "--loop", "--seconds", str(seconds)]
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        command = [*record, *child, "--control", str(order), str(answer)]
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
            sys.exit("perf could not record; docs/profiling.md says what to do without it")
        # Without the periods, each sample counts as one.
        script = [tools["perf"], "script", "--fields=comm,tid,time,event,ip,sym,dso", f"--input={data}"]
        samples = subprocess.run(script, capture_output=True, check=True).stdout
    return from_folded(_piped([tools["inferno-collapse-perf"]], samples).decode())


def drawn(tools: Mapping[str, str], workload: str, stacks: Stacks) -> bytes:
    """A flame graph, as SVG."""
    title = f"{workload}: {WORKLOADS[workload]}"
    command = [
        tools["inferno-flamegraph"],
        "--title",
        title,
        "--hash",
        "--minwidth",
        "0.3",
        "--width",
        "1100",
    ]
    return _piped(command, as_folded(stacks).encode())


def _piped(command: Sequence[str], text: bytes) -> bytes:
    return subprocess.run(command, input=text, capture_output=True, check=True).stdout


def loop(operation: str, seconds: float, control: Sequence[Path]) -> None:
    """Does an operation over and over; perf, if it listens, records all but the warming up."""
    gc.disable()
    run = compiled(*operations("native", LEAVES)[operation])
    turns, took = 1, run(1)
    while took < WARM_UP_SECONDS * NANOSECONDS:
        turns *= 2
        took = run(turns)
    _tell("enable", control)
    until = monotonic() + seconds
    while monotonic() < until:
        run(turns)
    _tell("disable", control)


def _tell(order: str, control: Sequence[Path]) -> None:
    if control:
        orders, answers = control
        with orders.open("w") as to_perf:
            to_perf.write(f"{order}\n")
        with answers.open() as from_perf:
            from_perf.readline()


if __name__ == "__main__":
    sys.exit(main())
