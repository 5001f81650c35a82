"""Row 16: reads of ever more touched leaves, beside the dict that pays for the same cache misses."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from types import MappingProxyType

from benches.data import resolving_to
from benches.lines import Line, at_most, line_of_ratios
from benches.ratio import Workload, measure
from benches.settings import Settings
from benches.subjects import check_reads, equal_copies, kernels, snapshot_of

SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1M": 1_000_000}
NO_WORSE = at_most(1.0)
SLICE = 1_000  # keys that one sample reads; the next goes on where it ended


def lines(settings: Settings) -> Iterator[Line]:
    for size, leaves in SIZES.items():
        if size == "1M" and not settings.full:
            continue
        generated = resolving_to(leaves)
        flat = generated.flat
        mappings = {
            name: snapshot_of(kernel, generated)
            for name, kernel in kernels().items()
            if name == "native" or leaves <= 100_000
        }
        for mapping in mappings.values():
            check_reads(mapping, flat)
        order = list(flat)
        Random(9).shuffle(order)
        keys = equal_copies(order)
        workloads = {}
        for name, mapping in {**mappings, "mp[k]": MappingProxyType(flat)}.items():
            slices = _Slices(keys)
            workloads[name] = Workload(
                "for k in slices():\n    m[k]",
                {"m": mapping, "slices": slices},
                "for k in slices():\n    k",
                SLICE,
            )
        timings = measure(workloads, seconds=settings.seconds)
        operation = f"s[path] over {size} touched leaves, in random order"
        yield line_of_ratios(16, operation, timings, anchor="mp[k]", target=NO_WORSE)


class _Slices:
    """Walks over keys, so many a call, round and round."""

    def __init__(self, keys: list[str]) -> None:
        self._slices = [keys[at : at + SLICE] for at in range(0, len(keys) - SLICE + 1, SLICE)] or [keys]
        self._next = 0

    def __call__(self) -> list[str]:
        self._next = (self._next + 1) % len(self._slices)
        return self._slices[self._next]
