"""Instructions an operation takes, against their budget: `python -m benches.instructions --check`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from benches import counting
from benches.budget import gate
from benches.data import resolving_to
from benches.operations import KEYS, operations
from veltrix.bench.ratio import compiled

BUDGET = Path(__file__).with_name("instructions.json")
LEAVES = 2_000
WARM_UP = 20
# Turns of each operation; of the first ones, each reads every key.
_READS = {
    "s[path], equal keys": 100,
    "s[path], identical keys": 100,
    "path in s, hit": 100,
    "path in s, miss": 100,
    "s.get(path), hit": 100,
    "s.get(path), miss": 100,
    "key.value": 100,
    "config[path]": 100,
    "config[path], pinned": 100,
    "config.snapshot": 100,
    "config.settings": 100,
    "config.settings, pinned": 100,
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


def count(implementation: str, names: list[str]) -> dict[str, float]:
    """Instructions of one turn of each operation, or of one read where a turn reads many keys."""
    resolving_to(LEAVES)  # writes the texts that the process reads
    turns = {name: TURNS[name] for name in names}
    found = counting.instructions("benches.instructions:runs", [implementation, names], turns)
    return {name: round(each / (KEYS if name in _READS else 1), 1) for name, each in found.items()}


def runs(implementation: str, names: list[str]) -> dict[str, Callable[[int], object]]:
    """Every operation, ready to be done a number of times, and warm."""
    prepared = operations(implementation, LEAVES)
    made = {name: compiled(*prepared[name]) for name in names}
    for run in made.values():
        run(WARM_UP)
    return made


if __name__ == "__main__":
    sys.exit(gate(BUDGET, count, TURNS))
