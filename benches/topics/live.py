"""Row 47: reads of a live configuration, whatever its context pins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from types import MappingProxyType

from benches.data import resolving_to
from benches.live import COUNTS, pinned
from benches.result import Line, at_most, line_of_ratios
from benches.settings import Settings
from benches.subjects import KEYS, kernels, snapshot_of
from veltrix.bench.bodies import equal_copies, numbered, unrolled
from veltrix.bench.ratio import Workload, measure

LEAVES = 10_000
UNPINNED, PINNED, MEMBER = at_most(0.85), at_most(1.0), at_most(0.1)
ANCHOR = "mappingproxy[path]"


def lines(settings: Settings) -> Iterator[Line]:
    generated = resolving_to(LEAVES)
    flat = generated.flat
    stored = list(islice(flat, 0, None, len(flat) // KEYS))[:KEYS]
    keys = numbered("k", equal_copies(stored))
    anchor = Workload(unrolled("m[k{0}]", KEYS), {"m": MappingProxyType(flat), **keys}, operations=KEYS)
    for text, count in COUNTS.items():
        for body, target in (
            ("c[k{0}]", PINNED if count else UNPINNED),
            ("c.snapshot", MEMBER),
        ):
            workloads = {ANCHOR: anchor}
            operation = body.replace("k{0}", "path") + text
            with ExitStack() as pins:
                for name, kernel in kernels().items():
                    holder = pins.enter_context(pinned(kernel, snapshot_of(kernel, generated), count))
                    workloads[name] = Workload(unrolled(body, KEYS), {"c": holder, **keys}, operations=KEYS)
                timings = measure(workloads, seconds=settings.seconds)
            yield line_of_ratios(47, operation, timings, anchor=ANCHOR, target=target)
