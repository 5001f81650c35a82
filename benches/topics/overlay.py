"""Row 5: a request's own overrides on top of 10,000 leaves, read forty times and dropped."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from benches.data import Tree, merge, put, resolving_to
from benches.lines import Line, at_most, line_of_ratios
from benches.ratio import Workload, measure
from benches.settings import Settings
from benches.subjects import check_reads, equal_copies, kernels, numbered, snapshot_of, unrolled

LEAVES = 10_000
OVERRIDDEN = 5
READS = 40
HITS = READS // 5  # reads of what the overlay overrides


def lines(settings: Settings) -> Iterator[Line]:
    generated = resolving_to(LEAVES)
    flat = generated.flat
    snapshots = {name: snapshot_of(kernel, generated) for name, kernel in kernels().items()}
    for places, target in (("in one section", at_most(1.5)), ("in five sections", None)):
        chosen = _in_one_section(list(flat)) if target else Random(5).sample(list(flat), OVERRIDDEN)
        data: Tree = {}
        for number, path in enumerate(chosen):
            put(data, tuple(path.split(".")), f"override_{number}")
        bare = {**flat, **{path: f"override_{number}" for number, path in enumerate(chosen)}}
        keys = equal_copies(_reads(chosen, list(flat)))
        for snapshot in snapshots.values():
            assert snapshot.overlay(data).to_dict() == merge([generated.merged, data])
            check_reads(snapshot, {key: flat[key] for key in keys})
            check_reads(snapshot.overlay(data), {key: bare[key] for key in keys})
        reads, keyed = unrolled("o[k{0}]", READS), numbered("k", keys)
        workloads = {
            name: Workload(f"o = s.overlay(d)\n{reads}\ndel o", {"s": snapshot, "d": data, **keyed})
            for name, snapshot in snapshots.items()
        }
        workloads["40 dict reads"] = Workload(reads, {"o": bare, **keyed})
        timings = measure(workloads, seconds=settings.seconds)
        operation = f"overlay of 5 keys {places}, 40 reads, dropped"
        yield line_of_ratios(5, operation, timings, anchor="40 dict reads", target=target)
        workloads = {
            name: Workload("s.overlay(d)", {"s": snapshot, "d": data}) for name, snapshot in snapshots.items()
        }
        workloads["40 dict reads"] = Workload(reads, {"o": bare, **keyed})
        timings = measure(workloads, seconds=settings.seconds)
        yield line_of_ratios(5, f"overlay of 5 keys {places} alone", timings, anchor="40 dict reads")


def _in_one_section(paths: list[str]) -> list[str]:
    sections: dict[str, list[str]] = {}
    for path in paths:
        sections.setdefault(path.rpartition(".")[0], []).append(path)
    large = [section for section in sections.values() if len(section) >= OVERRIDDEN]
    return Random(4).sample(Random(5).choice(large), OVERRIDDEN)


def _reads(chosen: list[str], paths: list[str]) -> list[str]:
    random = Random(6)
    hits: list[Any] = [chosen[number % OVERRIDDEN] for number in range(HITS)]
    others = random.sample([path for path in paths if path not in chosen], READS - HITS)
    keys = hits + others
    random.shuffle(keys)
    return keys
