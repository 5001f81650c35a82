"""Row 5: a request's own overrides on top of 10,000 leaves, read forty times and dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benches.data import Generated, merge, resolving_to
from benches.result import Line, at_most, line_of_ratios
from benches.settings import Settings
from benches.subjects import Request, check_reads, kernels, snapshot_of
from veltrix.bench.bodies import numbered, unrolled
from veltrix.bench.ratio import Workload, measure

LEAVES = 10_000
TARGET = at_most(1.5)
ANCHOR = "40 dict reads"


def lines(settings: Settings) -> Iterator[Line]:
    generated = resolving_to(LEAVES)
    snapshots = {name: snapshot_of(kernel, generated) for name, kernel in kernels().items()}
    for places, request in (
        ("5 keys of one section", Request.within_a_section(generated.flat)),
        ("5 keys of five sections", Request.across_sections(generated.flat)),
        ("5 new keys", Request.of_new_leaves(generated.flat)),
    ):
        bare = request.flat(generated.flat)
        for snapshot in snapshots.values():
            _check(snapshot, request, generated, bare)
        reads = unrolled("o[k{0}]", len(request.keys))
        keys = numbered("k", request.keys)
        anchor = Workload(reads, {"o": bare, **keys})
        for operation, body, target in (
            (f"overlay of {places}, 40 reads, dropped", f"o = s.overlay(d)\n{reads}\ndel o", TARGET),
            (f"overlay of {places} alone", "s.overlay(d)", None),
        ):
            workloads = {
                name: Workload(body, {"s": snapshot, "d": request.data, **keys})
                for name, snapshot in snapshots.items()
            }
            timings = measure({**workloads, ANCHOR: anchor}, seconds=settings.seconds)
            yield line_of_ratios(
                5, operation, timings, anchor=ANCHOR, target=None if "new" in places else target
            )


def _check(snapshot: Any, request: Request, generated: Generated, bare: dict[str, Any]) -> None:
    overlay = snapshot.overlay(request.data)
    assert overlay.to_dict() == merge([generated.merged, request.data])
    check_reads(overlay, {key: bare[key] for key in request.keys})
    check_reads(snapshot, {key: generated.flat[key] for key in request.keys if key in generated.flat})
