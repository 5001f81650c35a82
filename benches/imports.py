"""Instructions that imports and a small command take beyond an empty program: `python -m benches.imports`.

Whole processes are counted by callgrind, with bytecode at hand, and those of an empty program are taken off.
None of them collects garbage: a collection falls wherever the number of objects says, and a few objects more
move it, which costs a million instructions or saves them.
`--check` holds the counts against the committed budget of this version of CPython, as those of
`benches.instructions` are, and `--write` makes them that budget.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benches.budget import gate
from benches.counting import compiled_marks, without_chance

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


def count(implementation: str, names: list[str]) -> dict[str, float]:
    """Instructions of each program beyond those of an empty one."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "app.toml").write_text("port = 80\n", "utf-8")
        marks = compiled_marks(folder)
        chosen = {"VELTRIX_IMPL": "pure"} if implementation == "pure" else {}
        environment = {**chosen, **without_chance(marks)}
        counts = {name: _counted(PROGRAMS[name], folder, environment) for name in (EMPTY, *names)}
    return {name: float(counts[name] - counts[EMPTY]) for name in names}


def _counted(program: str, folder: Path, chosen: Mapping[str, str]) -> int:
    command = [sys.executable, "-c", f"import gc; gc.disable(); {program}"]
    environment = {**os.environ, **chosen, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
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
    sys.exit(gate(BUDGET, count, [name for name in PROGRAMS if name != EMPTY]))
