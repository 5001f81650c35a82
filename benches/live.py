"""Reads of a live configuration: unpinned, and pinned beside others that are."""

from __future__ import annotations

from typing import Any

from veltrix.bench.bodies import unrolled


def pinned(kernel: Any, snapshot: Any, count: int) -> Any:
    """A holder of what is published that this context pins, and pinned so many in all: it the longest."""
    holders = []
    for _ in range(max(count, 1)):
        holders.append(kernel.Current())
        holders[-1]._swap(snapshot)
        if count:
            holders[-1]._pin(snapshot)
    return holders[0]


def live(kernel: Any, snapshot: Any, keys: int) -> dict[str, tuple[str, dict[str, Any]]]:
    """Bodies of reads of all keys, and the names that they use."""
    read = unrolled("c[k{0}]", keys)
    counts = {"": 0, ", pinned": 1, ", two pinned": 2, ", five pinned": 5}
    found = {f"config[path]{text}": (read, {"c": pinned(kernel, snapshot, n)}) for text, n in counts.items()}
    one = {"c": pinned(kernel, snapshot, 1)}
    return {
        **found,
        "config.get(path), pinned": (unrolled("c.get(k{0})", keys), one),
        "config.snapshot": (unrolled("c.snapshot", keys), one),
    }
