"""One peer's memory in a process of its own: `python -m benches.peers.footprint dict FILE...` prints bytes.

What counts is resident memory beside the parsed layers, which are there before and after, and beside the code
that reads: as made, and once every leaf was read. The layers come straight from their files: whatever else
was allocated and freed before would leave room for what is counted.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benches.data import generate
from benches.memory import resident
from benches.peers.adapter import adapter_of
from benches.peers.stack import Stack, stack_of


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


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], [Path(file) for file in sys.argv[2:]])))
