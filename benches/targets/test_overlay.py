"""Rows 5, 25 and 26: a request's own overrides on top of 10,000 leaves, whatever they are, few or many."""

from __future__ import annotations

import pytest

from benches.data import merge, path_copy
from benches.harness import row
from benches.overlays import SHAPES, leaves_of, neighbours
from benches.result import at_most
from benches.subjects import Request, check_reads, resolved
from veltrix.bench.bodies import numbered, unrolled
from veltrix.bench.ratio import Workload

LEAVES = 10_000
REQUESTS = {
    "5 keys of one section": Request.within_a_section,
    "5 keys of five sections": Request.across_sections,
    "5 new keys": Request.of_new_leaves,
}


@row(5)
@pytest.mark.parametrize("places", REQUESTS)
@pytest.mark.parametrize("alone", [False, True])
def test_overlay(bench, places, alone):
    generated, snapshots = resolved(LEAVES)
    request = REQUESTS[places](generated.flat)
    bare = request.flat(generated.flat)
    for snapshot in snapshots.values():
        overlay = snapshot.overlay(request.data)
        assert overlay.to_dict() == merge([generated.merged, request.data])
        check_reads(overlay, {key: bare[key] for key in request.keys})
        check_reads(snapshot, {key: generated.flat[key] for key in request.keys if key in generated.flat})
    reads, keys = unrolled("o[k{0}]", len(request.keys)), numbered("k", request.keys)
    body = "s.overlay(d)" if alone else f"o = s.overlay(d)\n{reads}\ndel o"
    named = {name: {"s": snapshot, "d": request.data, **keys} for name, snapshot in snapshots.items()}
    workloads = {name: Workload(body, names) for name, names in named.items()}
    workloads["40 dict reads"] = Workload(reads, {"o": bare, **keys})
    target = None if alone or "new" in places else at_most(1.5)
    bench.ratios(
        f"overlay of {places}{' alone' if alone else ', 40 reads, dropped'}", workloads, target=target
    )


@row(25)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [1, 2, 5, 8, 9, 12, 16, 32])
def test_value(bench, shape, count):
    generated, snapshots = resolved(LEAVES)
    snapshot, paths = snapshots["native"], leaves_of(generated.flat)
    lower = snapshot.overlay(neighbours(paths[-5:], str)) if shape == "over an overlay" else snapshot
    data = SHAPES[shape](paths, count)
    assert lower.overlay(data).to_dict() == merge([lower.to_dict(), data])
    workloads = {
        "native": Workload("s.overlay(d)", {"s": lower, "d": data}, operations=count),
        "5 neighbours, a value": Workload(
            "s.overlay(d)", {"s": snapshot, "d": neighbours(paths[:5], str)}, operations=5
        ),
    }
    bench.ratios(f"overlay of {count}, {shape}", workloads, target=at_most(2), share=0.25)


@row(26)
@pytest.mark.parametrize("count", [50, 500])
def test_many_values(bench, count):
    generated, snapshots = resolved(LEAVES)
    data = neighbours(leaves_of(generated.flat)[:count], str)
    workloads = {
        "native": Workload("s.overlay(d)", {"s": snapshots["native"], "d": data}),
        "a path copy": Workload("copy(m, d)", {"m": generated.merged, "d": data, "copy": path_copy}),
    }
    bench.ratios(f"overlay of {count} values", workloads, target=at_most(0.5))
