"""One peer's memory in a process of its own: `python -m benches.peers.footprint dict FILE...` prints bytes.

What counts is resident memory beside the parsed layers, which are there before and after, and beside the code
that reads: as made, and once every leaf was read. The layers come straight from their files: whatever else
was allocated and freed before would leave room for what is counted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from benches.data import generate
from benches.memory import resident
from benches.peers.adapter import Adapter, adapter_of
from benches.peers.results import Row
from benches.peers.stack import Stack, stack_of
from benches.topics.footprint import BARE, cost

IMPORTS = 7


def main(peer: str, files: list[Path]) -> dict[str, int]:
    adapter = adapter_of(peer)
    adapter.resolved(stack_of(generate("half shared", per_layer=40)))  # imports, and whatever is made once
    stack = Stack.of_files(files)
    reads = [compile(adapter.read("c", path), "<read>", "eval") for path in stack.flat]
    names = dict(adapter.names())
    before = resident()
    names["c"] = adapter.resolved(stack)
    made = resident()
    for read in reads:
        eval(read, names)
    return {"memory": max(0, made - before), "memory read": max(0, resident() - before)}


def imports(peers: dict[str, Adapter]) -> Iterator[Row]:
    """Milliseconds of processor time that importing takes, by peer, measured in turn."""
    costs: dict[str, list[float]] = {name: [] for name in (BARE, *peers)}
    for _ in range(IMPORTS + 1):  # the first of each warms the disk's cache and is not counted
        for name, found in costs.items():
            adapter = peers.get(name)
            program = f"import {adapter.module}" if adapter else "pass"
            found.append(cost(program, adapter.implementation if adapter else "")[0])
    bare = median(costs.pop(BARE)[1:])
    for name, found in costs.items():
        low, middle, high = (max(0.0, one - bare) for one in quantiles(found[1:], n=4))
        yield Row("import", name, middle, low, high)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], [Path(file) for file in sys.argv[2:]])))
