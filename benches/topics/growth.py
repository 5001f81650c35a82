"""Row 16: reads of ever more touched leaves, beside a dict and its proxy, with the same cache misses."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from benches.data import resolving_to
from benches.result import Line, at_most, line_of_ratios
from benches.settings import Settings
from benches.subjects import check_reads, kernels, snapshot_of, walking
from veltrix.bench.ratio import measure

SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1M": 1_000_000}
NO_WORSE = at_most(1.0)


def lines(settings: Settings) -> Iterator[Line]:
    for size, leaves in SIZES.items():
        if size == "1M" and not settings.patient:
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
        anchors = {"d[k]": flat, "mp[k]": MappingProxyType(flat)}
        timings = measure(walking({**mappings, **anchors}, list(flat)), seconds=settings.seconds)
        operation = f"s[path] over {size} touched leaves, in random order"
        for anchor, target in (("d[k]", NO_WORSE), ("mp[k]", None)):
            beside = {name: timing for name, timing in timings.items() if name in mappings or name == anchor}
            yield line_of_ratios(16, operation, beside, anchor=anchor, target=target)
