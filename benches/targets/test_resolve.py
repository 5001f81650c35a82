"""Rows 6 and 7: resolving seven layers of 10,000 leaves each, beside a plain merge."""

from __future__ import annotations

import pytest

from benches.data import generate, merge
from benches.harness import row
from benches.result import at_least
from benches.subjects import kernels, snapshot_of, stacked
from veltrix.bench.ratio import Workload

PER_LAYER = 10_000
SHAPES = {"same keys": 17, "half shared": 13, "mostly disjoint": 10}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "operation",
    [
        pytest.param("resolve 7 × 10k", marks=row(6)),
        pytest.param("dicts to snapshot, 7 × 10k", marks=row(7)),
    ],
)
def test_resolve(bench, operation, shape):
    generated = generate(shape, per_layer=PER_LAYER)
    workloads = {}
    for name, kernel in kernels().items():
        if name == "native" or bench.patient:
            assert snapshot_of(kernel, generated).to_dict() == generated.merged
            layers = {"resolve": kernel.resolve, "layers": stacked(kernel, generated)}
            dicts = {"resolve": kernel.resolve, "Layer": kernel.Layer, "named": [*generated.layers.items()]}
            workloads[name] = (
                Workload("resolve(layers)", layers)
                if bench.row == 6
                else Workload("resolve([Layer(n, t) for n, t in named])", dicts)
            )
    workloads["a plain merge"] = Workload("merge(t)", {"merge": merge, "t": [*generated.layers.values()]})
    target = at_least(SHAPES[shape] if bench.row == 6 else 3)
    bench.ratios(f"{operation}, {shape}", workloads, target=target, unit="× faster")
