"""Instructions that imports and a small command take beyond an empty program: `python -m benches.imports`.

Whole processes are counted by callgrind, with bytecode at hand, and those of an empty program are taken off.
None of them collects garbage: a collection falls wherever the number of objects says, and a few objects more
move it, which costs a million instructions or saves them.
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
from pathlib import Path

from benches.instructions import budget_here, check, compiled_marks, report, without_chance, write_budget

BUDGET = Path(__file__).with_name("imports.json")
EMPTY = "an empty program"
PROGRAMS = {
    EMPTY: "pass",
    "import veltrix": "import veltrix",
    "from veltrix import load, Env": "from veltrix import load, Env",
    "from veltrix import Config": "from veltrix import Config",
    "Config of a dict": "import veltrix; veltrix.Config({'port': 80})",
    "veltrix get": "from veltrix.cli import main; main(['get', 'port', 'app.toml'])",
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
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "app.toml").write_text("port = 80\n", "utf-8")
        marks = compiled_marks(folder)
        counts = {name: _counted(program, folder, marks) for name, program in PROGRAMS.items()}
    empty = counts.pop(EMPTY)
    return {program: float(each - empty) for program, each in counts.items()}


def _counted(program: str, folder: Path, marks: Path) -> int:
    command = [sys.executable, "-c", f"import gc; gc.disable(); {program}"]
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
