"""`python -m benches.hunt`: what a request of the treasure hunt costs with each resolver."""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import veltrix
from benches import requests
from benches.hunt import counts, load
from benches.hunt.answers import check_in_process
from benches.hunt.game import READS
from benches.hunt.page import PART, RESULTS, write
from benches.hunt.promises import promises
from benches.result import Figure, Line
from benches.table import summary

from resolvers.names import RESOLVERS  # isort: skip  (found by tests.examples.hunt)

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("counts", "kernel", "choices", "memory", "load")
# Under load it would only queue, and a count of it takes minutes with more choices than one.
COUNTED_ONLY = ("dynaconf",)
OF_THE_CURVE = ("veltrix-native", "memo", "walk")
WEIGHED = {"veltrix-native": 1_000, "tuned": 500}
LIBRARIES = ("starlette", "uvicorn", "httptools", "uvloop", "itsdangerous", "pydantic-settings", "dynaconf")


def main() -> int:
    chosen = _arguments()
    started = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
    lines: list[Line] = []
    try:
        lines.extend(measured(chosen))
    except KeyboardInterrupt:
        _say("stopped: these are the lines measured so far")
    whole = chosen.parts == list(PARTS) and chosen.resolvers == list(RESOLVERS)
    file = chosen.json or (RESULTS if whole else PART)
    found = {**_conditions(started), "rounds": chosen.rounds, "seconds": chosen.seconds}
    found["lines"] = [line.as_json() for line in lines]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=1, ensure_ascii=False), "utf-8")
    for line in lines:
        shown = ", ".join(f"{name} {figure.value:,.4g}" for name, figure in line.figures.items())
        print(f"{line.operation} ({line.unit}): {shown}")
    print(f"{summary(promises(lines))}; figures in {file}")
    if file == RESULTS:
        write(found)
    return 0


def measured(chosen: argparse.Namespace) -> Iterator[Line]:
    """The lines of the chosen parts, after a look at the answers; what is counted comes first."""
    for resolver in chosen.resolvers:
        if resolver != load.FLOOR:
            _say(f"{resolver}: answers")
            with counts.implementation_for(resolver):
                check_in_process(resolver)
    if "counts" in chosen.parts:
        yield from _counted(chosen.resolvers)
    if "kernel" in chosen.parts:
        yield from _kernel()
    if "choices" in chosen.parts:
        yield from _choices([name for name in OF_THE_CURVE if name in chosen.resolvers], chosen.choices)
    if "memory" in chosen.parts:
        weighed = {name: count for name, count in WEIGHED.items() if name in chosen.resolvers}
        found = {}
        for name, count in weighed.items():
            _say(f"{name}: memory")
            found[name] = _exactly(counts.memory(name, count))
        yield Line(29, "memory a choice", "bytes", found, "tuned")
    if "load" in chosen.parts:
        loaded = [name for name in chosen.resolvers if name not in COUNTED_ONLY]
        plan = load.Plan(loaded, chosen.reads, chosen.rounds, chosen.seconds, chosen.capacity)
        yield from load.lines(plan, _say)


def _counted(resolvers: Sequence[str]) -> Iterator[Line]:
    for unit, count in (("instructions", counts.instructions), ("allocations", counts.allocations)):
        by_resolver = {}
        for resolver in resolvers:
            _say(f"{resolver}: {unit}")
            by_resolver[resolver] = count(resolver)
        for reads in READS:
            name = counts.name_of(reads)
            figures = {resolver: _exactly(found[name]) for resolver, found in by_resolver.items()}
            yield Line(31, f"{name}: {unit}", unit, figures, load.NAIVE)


def _kernel() -> Iterator[Line]:
    """What the settings of a request take without the request around them."""
    names = [name for name in requests.OPERATIONS if "choices" not in name]
    _say("requests alone: instructions")
    for name, value in requests.counted_instructions("native", names).items():
        yield Line(31, name, "instructions", {load.OURS: _exactly(value)})
    _say("requests alone: allocations")
    for name, value in requests.counted_allocations("native", names).items():
        yield Line(31, name, "allocations", {load.OURS: _exactly(value)})


def _choices(resolvers: Sequence[str], choices: Sequence[int]) -> Iterator[Line]:
    for number in choices:
        figures = {}
        for resolver in resolvers:
            _say(f"{resolver}: {number:,} choices")
            figures[resolver] = _exactly(counts.instructions(resolver, number, [60])[counts.name_of(60)])
        operation = f"60 tunables, {number:,} choices: instructions"
        yield Line(29, operation, "instructions", figures, load.NAIVE)


def _exactly(value: float) -> Figure:
    return Figure(value, value, value)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benches.hunt", description="Measure the treasure hunt's server.")
    parser.add_argument(
        "--resolvers", type=_names(RESOLVERS), default=list(RESOLVERS), help=", ".join(RESOLVERS)
    )
    parser.add_argument("--parts", type=_names(PARTS), default=list(PARTS), help=", ".join(PARTS))
    parser.add_argument("--choices", type=_numbers, default=list(requests.CHOICES), help="of the curve")
    parser.add_argument("--reads", type=_numbers, default=[60, 150], help="under load (60,150)")
    parser.add_argument("--rounds", type=int, default=5, help="under load (5)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each load (4)")
    parser.add_argument("--capacity", type=int, default=1_000, help="requests that tell a capacity (1000)")
    parser.add_argument("--json", type=Path, help=f"where to keep the figures ({RESULTS}; of a part, {PART})")
    return parser.parse_args()


def _names(known: Any) -> Any:
    def names(text: str) -> list[str]:
        found = text.split(",")
        for name in found:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
        return found

    return names


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def _conditions(started: str) -> dict[str, Any]:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    model = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        if line.startswith("model name")
    ]
    return {
        "taken": started,
        "python": platform.python_version(),
        "veltrix": f"{veltrix.__version__} ({described.stdout.strip() or 'no commit'})",
        "profile": "with assertions" if _with_assertions() else "release",
        "machine": f"{len(model)} × {model[0] if model else platform.machine()}",
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def _with_assertions() -> bool:
    return hasattr(veltrix.implementations().get("native"), "_provoke_defect")


def _say(text: str) -> None:
    end, start = ("", "\r\x1b[K") if sys.stderr.isatty() else ("\n", "")
    print(f"{start}{text}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
