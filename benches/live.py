"""Reads of a live configuration: unpinned, and pinned beside others that are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

COUNTS = {"": 0, ", pinned": 1, ", two pinned": 2, ", five pinned": 5}


@contextmanager
def pinned(kernel: Any, snapshot: Any, count: int) -> Iterator[Any]:
    """A holder of what is published; this context pins so many of them in all, it the first."""
    holders = [kernel.Current() for _ in range(max(count, 1))]
    for holder in holders:
        holder._swap(snapshot)
    pins = [holder._pin(snapshot) for holder in holders[:count]]
    yield holders[0]
    for pin in pins:
        pin.end()
