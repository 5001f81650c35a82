"""A row of a table: one peer on one workload, with a figure or with the reason why there is none."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[2] / ".cache" / "bench-peers.json"
PART = RESULTS.with_name("bench-peers-part.json")
SMALLER = 1_000  # leaves, where one run at the full size would take too long


def read_results(path: Path = RESULTS) -> dict[str, Any]:
    """The figures of the last run; exits with a hint where there are none."""
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        sys.exit(f"no figures in {path}; `make bench-peers` takes them")
    return found


@dataclass(frozen=True)
class Title:
    """What a table is about, what its ratios refer to, and the unit of `Row.value`."""

    text: str
    anchor: str
    unit: str = "×"


TITLES = {
    "read": Title("read one leaf", "a read of a flat dict"),
    "miss": Title("read an absent leaf with a default", "get of a flat dict"),
    "overlay": Title("overlay of 5 keys, 40 reads, dropped", "40 reads of a flat dict"),
    "merge": Title("7 layers of dicts to a configuration", "a plain recursive merge"),
    "change": Title("one leaf of the middle layer changes", "a plain recursive merge"),
    "files": Title("7 JSON files to a configuration", "json.load and a plain merge"),
    "memory": Title("memory a leaf, beside the data it was made from", "", "B"),
    "memory read": Title("memory a leaf, once every leaf was read", "", "B"),
    "import": Title("import, processor time more than bare Python", "", "ms"),
}


def sentence(text: str) -> str:
    """With a capital at its beginning."""
    return text[0].upper() + text[1:]


@dataclass(frozen=True)
class Row:
    """`value` is how many times as long as the anchor, or what the title's unit counts.

    `low` and `high` hold half of the rounds' ratios between them; `leaves` is the size that was measured.
    """

    workload: str
    peer: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    nanoseconds: float | None = None
    anchor_nanoseconds: float | None = None
    leaves: int | None = None
    remark: str = ""
    missing: str = ""

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Row:
        return cls(**row)
