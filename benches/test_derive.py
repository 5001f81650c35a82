"""Making snapshots, in groups of both implementations."""

from __future__ import annotations

import pytest

from benches.data import LAYERS, MIDDLE
from benches.subjects import Request, snapshot_of, some_keys, stacked

ROUNDS = {"native": 200, "pure": 3}


def rounds(subject, benchmark, call, *arguments, **options):
    name = subject.kernel.__name__.rpartition("_")[2]
    return benchmark.pedantic(call, arguments, options, rounds=ROUNDS[name], warmup_rounds=1)


def test_resolve(subject, benchmark):
    benchmark.group = "resolve 10,000 leaves of 7 layers"
    layers = stacked(subject.kernel, subject.generated)
    assert rounds(subject, benchmark, subject.kernel.resolve, layers) == subject.snapshot


def test_from_dicts(subject, benchmark):
    benchmark.group = "dicts to snapshot, 10,000 leaves of 7 layers"
    made = rounds(subject, benchmark, snapshot_of, subject.kernel, subject.generated)
    assert made == subject.snapshot


@pytest.mark.parametrize(
    "kind", ["within_a_section", "across_sections", "of_new_leaves"], ids=lambda kind: kind.replace("_", " ")
)
def test_overlay(subject, benchmark, kind):
    benchmark.group = f"overlay of 5 keys {kind.replace('_', ' ')}, 40 reads"
    request = getattr(Request, kind)(subject.flat)

    def serve():
        overlay = subject.snapshot.overlay(request.data)
        return [overlay[key] for key in request.keys]

    expected = request.flat(subject.flat)
    assert rounds(subject, benchmark, serve) == [expected[key] for key in request.keys]


def test_set(subject, benchmark):
    benchmark.group = "set in a middle layer"
    (path,) = some_keys(subject.flat, 1)
    rounds(subject, benchmark, subject.snapshot.set, path, "changed", layer=MIDDLE)


def test_delete(subject, benchmark):
    benchmark.group = "delete from the lowest layer"
    path = next(path for path in subject.flat if subject.snapshot.explain(path).origin.layer == LAYERS[0])
    rounds(subject, benchmark, subject.snapshot.delete, path, layer=LAYERS[0])


def test_with_layers(subject, benchmark):
    benchmark.group = "with_layers, 5 keys more"
    layer = subject.kernel.Layer("request", Request.across_sections(subject.flat).data)
    rounds(subject, benchmark, subject.snapshot.with_layers, layer)


def test_diff(subject, benchmark):
    benchmark.group = "diff of one change"
    (path,) = some_keys(subject.flat, 1)
    changed = subject.snapshot.set(path, "changed")
    assert list(rounds(subject, benchmark, subject.kernel.diff, subject.snapshot, changed).changed) == [path]
