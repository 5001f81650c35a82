"""Counted allocations of an operation: `python -m benches.allocations` in a process whose allocator counts.

    PYTHONMALLOC=malloc     Python's objects and Rust's blocks all come from malloc: the sum
    PYTHONMALLOC=pymalloc   Python's small objects do not: what is left is Rust's

`counted()` compiles the counter and starts both processes. The counts are the same whenever they are taken.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benches.data import MIDDLE, resolving_to
from benches.subjects import Request, absent_keys, in_steps, kernels, some_keys, stacked
from veltrix.bench.bodies import equal_copies, numbered, unrolled
from veltrix.bench.ratio import compiled

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path(__file__).with_name("allocations.c")
LEAVES = 10_000
KEYS = 32
TURNS = 100
PURE_TURNS = 2  # the reference resolves again for each derived snapshot

Counts = dict[str, float]


class CannotCountError(Exception):
    """This machine has no way to count allocations."""


def counted(folder: Path, implementation: str = "native") -> dict[str, Counts]:
    """Allocations an operation makes: {"python and rust": {operation: count}, "rust": …}."""
    counter = compiled_counter(folder)
    module = "benches.allocations"
    return {
        "python and rust": run_counted(counter, [module, implementation], "malloc"),
        "rust": run_counted(counter, [module, implementation], "pymalloc"),
    }


def compiled_counter(folder: Path) -> Path:
    """The library that counts, compiled into a folder."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        raise CannotCountError("counting allocations needs Linux and a C compiler")
    folder.mkdir(parents=True, exist_ok=True)
    counter = folder / "allocations.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-fno-builtin", "-o", str(counter), str(SOURCE)]
    subprocess.run(command, check=True)
    return counter


def run_counted(counter: Path, arguments: Sequence[str], allocator: str) -> Counts:
    """What a process that counts prints: `arguments` are its module's name and its own arguments."""
    environment = {
        **os.environ,
        "LD_PRELOAD": str(counter),
        "PYTHONMALLOC": allocator,
        "PYTHONHASHSEED": "1",
    }
    ran = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    counts: Counts = json.loads(ran.stdout)
    return counts


def main(implementation: str) -> Counts:
    """Counts in this process, which was started with the counter."""
    counter = allocations_so_far()
    generated = resolving_to(LEAVES, cache=None)
    kernel = kernels()[implementation]
    layers = stacked(kernel, generated)
    snapshot = kernel.resolve(layers)
    stored = some_keys(generated.flat, KEYS)
    few, three = (Request.within_a_section(generated.flat, overrides) for overrides in (5, 3))
    different = {"diff": kernel.diff, "new": snapshot.set(stored[0], "changed")}
    edited = kernel.Layer(MIDDLE, _with_one_other_value(generated.layers[MIDDLE]))
    apart = kernel.resolve([edited if layer.name == MIDDLE else layer for layer in layers])
    operations: dict[str, tuple[str, dict[str, Any], int]] = {
        "nothing": ("pass", {}, 1),
        "an object and a bytearray": ("list(e)\nbytearray(9)", {"e": ()}, 1),
        "s[path], equal keys": _each("s[k{0}]", equal_copies(stored)),
        "s[path], identical keys": _each("s[k{0}]", stored),
        "path in s, hit": _each("k{0} in s", equal_copies(stored)),
        "path in s, miss": _each("k{0} in s", absent_keys(stored)),
        "s.get(path), hit": _each("s.get(k{0})", equal_copies(stored)),
        "s.get(path), miss": _each("s.get(k{0})", absent_keys(stored)),
        "s[a][b][c][d]": (unrolled("s[a{0}][b{0}][c{0}][d{0}]", KEYS), in_steps(generated.flat, KEYS), KEYS),
        "s[a, b, c, d]": (unrolled("s[t{0}]", KEYS), in_steps(generated.flat, KEYS), KEYS),
        "key.value": _each("k{0}.value", [snapshot.key(key) for key in stored]),
        "overlay of 5 keys": ("s.overlay(data)", {"data": few.data}, 1),
        "overlay of 5 keys, 40 reads": _of_a_request(few),
        "overlay of 5 keys of five sections": (
            "s.overlay(data)",
            {"data": Request.across_sections(generated.flat).data},
            1,
        ),
        "overlay of 3 keys": ("s.overlay(data)", {"data": three.data}, 1),
        "overlay of 3 keys, 40 reads": _of_a_request(three),
        "overlay of 3 keys of three sections": (
            "s.overlay(data)",
            {"data": Request.across_sections(generated.flat, 3).data},
            1,
        ),
        "overlay of 5 new keys": (
            "s.overlay(data)",
            {"data": Request.of_new_leaves(generated.flat).data},
            1,
        ),
        "one set": ("s.set(k0, 1)", numbered("k", stored[:1]), 1),
        "one set of what was set": ("new.set(k0, 1)", {**different, **numbered("k", stored[:1])}, 1),
        "diff of one change": ("diff(s, new)", different, 1),
        "diff of one change and its dicts": ("diff(s, new).changed", different, 1),
        "with_layers of a file with one change": ("s.with_layers(file)", {"file": edited}, 1),
        "diff of snapshots resolved apart": ("diff(s, apart)", {"diff": kernel.diff, "apart": apart}, 1),
        "resolve 7 layers": ("resolve(layers)", {"resolve": kernel.resolve, "layers": layers}, 1),
        "resolve 2 layers": ("resolve(layers)", {"resolve": kernel.resolve, "layers": layers[:2]}, 1),
    }
    gc.disable()
    found = {}
    turns = TURNS if implementation == "native" else PURE_TURNS
    for name, (body, names, reads) in operations.items():
        run = compiled(body, {"s": snapshot, **names}, counter)
        run(turns)  # first touches allocate, and are no hot reads
        found[name] = (run(turns) - run(0)) / turns / reads
    return found


def allocations_so_far() -> Callable[[], int]:
    """What the counter of this process has counted, as a function."""
    counter = ctypes.CDLL(None).allocations_so_far
    counter.restype = ctypes.c_ulong
    return counter


def _with_one_other_value(tree: dict[str, Any]) -> dict[str, Any]:
    """A copy of nested dicts with the first value changed."""
    name, below = next(iter(tree.items()))
    return {**tree, name: _with_one_other_value(below) if isinstance(below, dict) else "edited"}


def _of_a_request(request: Request) -> tuple[str, dict[str, Any], int]:
    body = f"o = s.overlay(data)\n{unrolled('o[k{0}]', len(request.keys))}\ndel o"
    return body, {"data": request.data, **numbered("k", request.keys)}, 1


def _each(template: str, keys: list[Any]) -> tuple[str, dict[str, Any], int]:
    return unrolled(template, len(keys)), numbered("k", keys), len(keys)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
