"""Rows 6 and 7: resolving seven layers of 10,000 leaves each."""

from __future__ import annotations

from collections.abc import Iterator

from benches.data import generate, merge
from benches.result import Line, at_least, line_of_ratios
from benches.settings import Settings
from benches.subjects import kernels, snapshot_of, stacked
from veltrix.bench.ratio import Workload, measure

PER_LAYER = 10_000
ANCHOR = "a plain merge"
TARGETS = {"same keys": 17, "half shared": 13, "mostly disjoint": 10}
FROM_DICTS = 3


def lines(settings: Settings) -> Iterator[Line]:
    for shape, target in TARGETS.items():
        generated = generate(shape, per_layer=PER_LAYER)
        trees = list(generated.layers.values())
        plain = Workload("merge(trees)", {"merge": merge, "trees": trees})
        resolved, built = {ANCHOR: plain}, {ANCHOR: plain}
        for name, kernel in kernels().items():
            if name == "pure" and not settings.patient:
                continue
            assert snapshot_of(kernel, generated).to_dict() == generated.merged
            resolved[name] = Workload(
                "resolve(layers)", {"resolve": kernel.resolve, "layers": stacked(kernel, generated)}
            )
            built[name] = Workload(
                "resolve([Layer(n, t) for n, t in named])",
                {"resolve": kernel.resolve, "Layer": kernel.Layer, "named": list(generated.layers.items())},
            )
        for row, operation, workloads, least in (
            (6, "resolve 7 × 10k", resolved, target),
            (7, "dicts to snapshot, 7 × 10k", built, FROM_DICTS),
        ):
            timings = measure(workloads, seconds=settings.seconds)
            yield line_of_ratios(
                row, f"{operation}, {shape}", timings, anchor=ANCHOR, target=at_least(least), unit="× faster"
            )
