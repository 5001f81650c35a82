"""Instructions an operation takes, counted by callgrind: `python -m benches.instructions`.

    part 1   an overlay, 100 times    ┐
    part 2   an overlay, 200 times    ┘ (2 - 1) / 100 = instructions an overlay takes

Counts do not depend on how busy the machine is, nor on chance: the seeds of the process, which move the
counts of what probes tables by up to three hundredths, are always the same. `--check` holds the counts
against the committed budget of this version of CPython, `--write` makes them that budget.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benches.data import resolving_to
from benches.operations import KEYS, operations
from veltrix.bench.ratio import compiled

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path(__file__).with_name("instructions.c")
BUDGET = Path(__file__).with_name("instructions.json")
# A version of CPython counts as a whole: a release of it changes no counts of ours.
KEY = f"CPython {sys.version_info.major}.{sys.version_info.minor}, {platform.machine()}"
LEAVES = 2_000
WARM_UP = 20
# What another build of the same version of CPython, or another C library, may take.
TOLERANCE = 0.02
# Turns of each operation; of the first ones, each reads every key.
_READS = {
    "s[path], equal keys": 100,
    "s[path], identical keys": 100,
    "path in s, hit": 100,
    "path in s, miss": 100,
    "s.get(path), hit": 100,
    "s.get(path), miss": 100,
    "key.value": 100,
    "a mapping proxy's [path]": 100,
    "a mapping proxy's .get(path)": 100,
    "s[a][b][c][d]": 100,
    "nested dicts' [a][b][c][d]": 100,
    "s[a]['b.c.d']": 100,
    "s[a, b, c, d]": 100,
}
TURNS = {
    **_READS,
    "iterate a view of 20": 100,
    "iterate a dict of 20": 100,
    "iterate the items of a view of 20": 100,
    "a dict of a view of 20": 100,
    "missing key raised beside 1,000": 100,
    "a dict's missing key raised": 100,
    "overlay of 5 keys, 40 reads": 100,
    "overlay of 5 keys": 100,
    "overlay of 5 keys of five sections": 100,
    "overlay of 9 keys": 100,
    "overlay of 12 keys": 100,
    "overlay of 5 new keys": 100,
    "overlay of 5 lists": 100,
    "overlay of 5 keys over an overlay": 100,
    "override of 3 keys that are allowed": 100,
    "known scope, 6 dimensions": 100,
    "known scope, 6 of 40 dimensions": 100,
    "known scope, keywords": 100,
    "first scope of 69 values": 20,
    "set in a middle layer and a scope of it, carried over": 100,
    "overlay of 3 keys of a scope, 40 scoped reads": 100,
    "overlay of 3 keys of a scope, 40 other reads": 100,
    "set in a middle layer": 100,
    "set after set in a middle layer": 320,
    "diff of one change": 100,
    "diff of one change and its dicts": 100,
    f"resolve {LEAVES:,} leaves of 7 layers": 10,
    f"parse {LEAVES:,} leaves of JSON": 2,
    f"parse {LEAVES:,} leaves of TOML": 2,
    f"parse {LEAVES:,} leaves of YAML": 2,
}


def main() -> int:
    parser = argparse.ArgumentParser("benches.instructions", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help=f"fail on more than {BUDGET.name} and {TOLERANCE:.0%}%"
    )
    parser.add_argument("--write", action="store_true", help=f"make the counts the budget, {BUDGET.name}")
    parser.add_argument("--only", help="operations that start so")
    parser.add_argument("--pure", action="store_true", help="count the reference")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    implementation = "pure" if chosen.pure else "native"
    if chosen.child is not None:
        perform(*json.loads(chosen.child))
        return 0
    names = [name for name in TURNS if name.startswith(chosen.only or "")]
    found = count(implementation, names)
    budgets = json.loads(BUDGET.read_text("utf-8"))
    allowed = budget_here(budgets) or {} if implementation == "native" else {}
    print(report(found, allowed))
    if chosen.write:
        write_budget(found, BUDGET)
    if chosen.check:
        return check(found, budgets)
    return 0


def budget_here(budgets: Mapping[str, Any]) -> Mapping[str, float] | None:
    """What this version of CPython may take on this kind of machine, if anybody said so."""
    return budgets[KEY]["instructions"] if KEY in budgets else None


def write_budget(found: Mapping[str, float], path: Path) -> None:
    """Makes counts the budget of this interpreter."""
    budgets = json.loads(path.read_text("utf-8")) if path.exists() else {}
    budgets[KEY] = {"python": platform.python_version(), "instructions": dict(found)}
    path.write_text(json.dumps(dict(sorted(budgets.items())), indent=1) + "\n", "utf-8")


def check(found: Mapping[str, float], budgets: Mapping[str, Any]) -> int:
    """The exit status for counts held against the budget of this interpreter; without one it fails."""
    budget = budget_here(budgets)
    if budget is None:
        print(f"no budget for {KEY}; `--write` makes one, to be reviewed", file=sys.stderr)
        return 1
    above = over_budget(found, budget)
    for operation in above:
        print(f"over budget: {operation}", file=sys.stderr)
    return 1 if above else 0


def over_budget(found: Mapping[str, float], budget: Mapping[str, float]) -> list[str]:
    """Operations that take more instructions than the budget and its tolerance allow."""
    return [name for name, count in found.items() if count > budget.get(name, 0) * (1 + TOLERANCE)]


def report(found: Mapping[str, float], budget: Mapping[str, float]) -> str:
    """Counts beside the budget as aligned text."""
    width = max(map(len, found))
    lines = []
    for name, count in found.items():
        allowed = budget.get(name)
        change = "" if not allowed else f"  {count / allowed - 1:+7.1%} of {allowed:,.1f}"
        lines.append(f"{name:{width}}  {count:14,.1f}{change}")
    return "\n".join(lines)


def count(implementation: str, names: list[str]) -> dict[str, float]:
    """Instructions of one turn of each operation, or of one read where a turn reads many keys."""
    resolving_to(LEAVES)  # writes the texts that the process reads
    found = counted("benches.instructions", [implementation, names], {name: TURNS[name] for name in names})
    return {name: round(each / (KEYS if name in _READS else 1), 1) for name, each in found.items()}


def counted(module: str, child: Sequence[Any], turns: Mapping[str, int]) -> dict[str, float]:
    """Instructions of one turn of each operation that a child process performs.

    The child is `python -m MODULE --child`, which is given a JSON list of what `child` holds and of the
    library for `perform_each`.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = _parts(module, child, compiled_marks(folder), folder)
    return {
        operation: (parts[f"{operation} twice"] - parts[operation]) / turns[operation] for operation in turns
    }


def compiled_marks(folder: Path) -> Path:
    """The library that a process which is counted loads before all others, compiled into a folder."""
    compiler, valgrind = shutil.which("cc"), shutil.which("valgrind")
    if compiler is None or valgrind is None:
        sys.exit("counting instructions needs valgrind and a C compiler")
    marks = folder / "marks.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(marks), str(SOURCE)], check=True)
    return marks


def without_chance(marks: Path) -> dict[str, str]:
    """The variables of a process whose random bytes, and hashes of texts, are those of any other one."""
    return {"PYTHONHASHSEED": "0", "LD_PRELOAD": str(marks)}


def _parts(module: str, arguments: Sequence[Any], marks: Path, folder: Path) -> dict[str, int]:
    """The instructions of each part of a process that does the operations, by the part's name."""
    valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={folder}/counts"]
    child = json.dumps([*arguments, str(marks)])
    command = [*valgrind, sys.executable, "-m", module, "--child", child]
    environment = {**os.environ, **without_chance(marks)}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        sys.exit(ran.stderr)
    parts = {}
    for dumped in folder.glob("counts*"):
        text = dumped.read_text("utf-8", "replace")
        name = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.MULTILINE)
        totals = re.search(r"^(?:totals|summary): (\d+)", text, re.MULTILINE)
        if name and totals:
            parts[name[1]] = int(totals[1])
    return parts


def perform(implementation: str, chosen: list[str], marks: str) -> None:
    """Every operation, so many turns and then twice as many, as parts of what callgrind counts."""
    gc.disable()
    prepared = operations(implementation, LEAVES)
    runs = {name: compiled(*prepared[name]) for name in chosen}
    for run in runs.values():
        run(WARM_UP)
    perform_each(runs, TURNS, marks)


def perform_each(runs: Mapping[str, Callable[[int], object]], turns: Mapping[str, int], marks: str) -> None:
    """Each of these, which takes how often, its turns and twice its turns as parts of what is counted."""
    library = ctypes.CDLL(marks)
    library.start_counting()
    for name, run in runs.items():
        library.end_part(b"between")
        run(turns[name])
        library.end_part(name.encode())
        run(2 * turns[name])
        library.end_part(f"{name} twice".encode())


if __name__ == "__main__":
    sys.exit(main())
