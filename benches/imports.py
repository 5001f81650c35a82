"""Instructions that imports and a small command take beyond an empty program: `python -m benches.imports`.

Whole processes are counted by callgrind, with bytecode at hand, and those of an empty program are taken off.
`--check` holds the counts against the committed budget of this version of CPython, as those of
`benches.instructions` are, and `--write` makes them that budget.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benches.instructions import budget_here, check, compiled_marks, report, without_chance, write_budget

BUDGET = Path(__file__).with_name("imports.json")
EMPTY = "an empty program"
PROGRAMS = {
    EMPTY: ["-c", "pass"],
    "import veltrix": ["-c", "import veltrix"],
    "from veltrix import load, Env": ["-c", "from veltrix import load, Env"],
    "from veltrix import Config": ["-c", "from veltrix import Config"],
    "Config of a dict": ["-c", "import veltrix; veltrix.Config({'port': 80})"],
    "veltrix get": ["-c", "from veltrix.cli import main; main(['get', 'port', 'app.toml'])"],
}


def main() -> int:
    parser = argparse.ArgumentParser("benches.imports", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help=f"fail on more than {BUDGET.name} allows")
    parser.add_argument("--write", action="store_true", help=f"make the counts the budget, {BUDGET.name}")
    chosen = parser.parse_args()
    found = count()
    budgets = json.loads(BUDGET.read_text("utf-8"))
    print(report(found, budget_here(budgets) or {}))
    if chosen.write:
        write_budget(found, BUDGET)
    return check(found, budgets) if chosen.check else 0


def count() -> dict[str, float]:
    """Instructions of each program beyond those of an empty one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "app.toml").write_text("port = 80\n", "utf-8")
        marks = compiled_marks(folder)
        counts = {program: _counted(arguments, folder, marks) for program, arguments in PROGRAMS.items()}
    empty = counts.pop(EMPTY)
    return {program: float(each - empty) for program, each in counts.items()}


def _counted(arguments: Sequence[str], folder: Path, marks: Path) -> int:
    command = [sys.executable, *arguments]
    environment = {**os.environ, **without_chance(marks), "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def ran(*before: str) -> str:
        done = subprocess.run(
            [*before, *command], cwd=folder, env=environment, capture_output=True, text=True, check=True
        )
        return done.stderr

    ran()  # writes the bytecode
    said = ran("valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/counts")
    found = re.search(r"Collected : (\d+)", said)
    if found is None:
        sys.exit(said)
    return int(found[1])


if __name__ == "__main__":
    sys.exit(main())
