"""Instructions and allocations of operations, counted in a child process whose counts owe nothing to chance.

    part 1   an overlay, 100 times    ┐
    part 2   an overlay, 200 times    ┘ (2 - 1) / 100 = what one overlay takes

What is counted is named as "module:function": of what it is given, the function makes one for each operation
that does it so many times; warm, since first touches are no hot reads. Instructions are callgrind's.
Blocks of memory are those that go through malloc:

    PYTHONMALLOC=malloc     Python's objects and Rust's blocks all come from malloc: the sum
    PYTHONMALLOC=pymalloc   Python's small objects do not: what is left is Rust's
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MARKS, COUNTER = (Path(__file__).with_name(name) for name in ("instructions.c", "allocations.c"))
Counts = dict[str, float]


class CannotCountError(Exception):
    """This machine has no way to count allocations."""


def instructions(runs: str, given: Sequence[Any], turns: Mapping[str, int]) -> Counts:
    """Instructions of one turn of each operation, each counted for so many turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        marks = compiled_marks(folder)
        valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no"]
        before = [*valgrind, f"--callgrind-out-file={folder}/counts"]
        _child(before, [runs, given, turns, str(marks)], without_chance(marks))
        parts = dict(
            filter(None, (_part(file.read_text("utf-8", "replace")) for file in folder.glob("counts*")))
        )
    return {name: (parts[f"{name} twice"] - parts[name]) / each for name, each in turns.items()}


def allocations(
    runs: str, given: Sequence[Any], turns: Mapping[str, int] | int, allocator: str = "malloc"
) -> Counts:
    """Blocks of memory that one turn of each operation asks for; one number of turns is for all of them."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        raise CannotCountError("counting allocations needs Linux and a C compiler")
    with tempfile.TemporaryDirectory() as folder:
        counter = Path(folder, "allocations.so")
        _compiled(compiler, COUNTER, counter, "-O1", "-fno-builtin")
        variables = {"LD_PRELOAD": str(counter), "PYTHONMALLOC": allocator, "PYTHONHASHSEED": "1"}
        found: Counts = json.loads(_child([], [runs, given, turns, ""], variables))
    return found


def compiled_marks(folder: Path) -> Path:
    """The library that a process which is counted loads before all others, compiled into a folder."""
    compiler, valgrind = shutil.which("cc"), shutil.which("valgrind")
    if compiler is None or valgrind is None:
        sys.exit("counting instructions needs valgrind and a C compiler")
    _compiled(compiler, MARKS, folder / "marks.so")
    return folder / "marks.so"


# `memcpy` and `memset` take one instruction a block from some size on, unless addresses lie unluckily.
_COPIES = "glibc.cpu.x86_rep_movsb_threshold=0x7fffffff:glibc.cpu.x86_rep_stosb_threshold=0x7fffffff"


def without_chance(marks: Path) -> dict[str, str]:
    """The variables of a process whose random bytes, hashes and copies are those of any other one."""
    return {"PYTHONHASHSEED": "0", "LD_PRELOAD": str(marks), "GLIBC_TUNABLES": _COPIES}


def main(runs: str, given: Sequence[Any], turns: Mapping[str, int] | int, marks: str) -> None:
    """The child: does operations their turns and twice that, as parts or between looks at a counter."""
    module, _, name = runs.partition(":")
    function = getattr(import_module(module), name)
    gc.disable()
    made: dict[str, Callable[[int], object]] = function(*given)
    turns = dict.fromkeys(made, turns) if isinstance(turns, int) else turns
    if marks:
        _in_parts(ctypes.CDLL(marks), made, turns)
    else:
        counter = ctypes.CDLL(None).allocations_so_far
        counter.restype = ctypes.c_ulong
        print(json.dumps({name: _allocated(made[name], each, counter) for name, each in turns.items()}))


def _in_parts(library: Any, runs: Mapping[str, Callable[[int], object]], turns: Mapping[str, int]) -> None:
    library.start_counting()
    for name, run in runs.items():
        library.end_part(b"between")
        run(turns[name])
        library.end_part(name.encode())
        run(2 * turns[name])
        library.end_part(f"{name} twice".encode())


def _allocated(run: Callable[[int], object], turns: int, counter: Callable[[], int]) -> float:
    twice = 2 * turns
    start = counter()
    run(turns)  # between two looks lies one number that was made by looking, and nothing else that is ours
    middle = counter()
    run(twice)
    end = counter()
    return ((end - middle) - (middle - start)) / turns


def _child(before: Sequence[str], given: Sequence[Any], variables: Mapping[str, str]) -> str:
    command = [*before, sys.executable, "-m", "benches.counting", json.dumps(given)]
    environment = {**os.environ, **variables}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        sys.exit(ran.stderr)
    return ran.stdout


def _part(dumped: str) -> tuple[str, int] | None:
    """The name and the instructions of a part."""
    name = re.search(r"^desc: Trigger: Client Request: (.*)$", dumped, re.MULTILINE)
    totals = re.search(r"^(?:totals|summary): (\d+)", dumped, re.MULTILINE)
    return (name[1], int(totals[1])) if name and totals else None


def _compiled(compiler: str, source: Path, library: Path, *options: str) -> None:
    subprocess.run([compiler, "-shared", "-fPIC", *options, "-o", str(library), str(source)], check=True)


if __name__ == "__main__":
    main(*json.loads(sys.argv[1]))
