"""Reads of many keys, in groups of both implementations and CPython's own immutable mapping."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from benches.conftest import LEAVES
from benches.data import resolving_to
from benches.subjects import KEYS, absent_keys, some_keys
from veltrix.bench.bodies import equal_copies, numbered, unrolled
from veltrix.bench.ratio import compiled

READS = {"s[path]": "m[k{0}]", "path in s": "k{0} in m", "s.get(path)": "m.get(k{0})"}


def all_of(template, mapping, keys):
    """A function that applies an operation to every key."""
    run = compiled(unrolled(template, len(keys)), {"m": mapping, **numbered("k", keys)})
    return lambda: run(1)


@pytest.mark.parametrize("read", READS)
def test_hit(subject, benchmark, read):
    benchmark.group = f"{read}, {KEYS} equal keys"
    keys = equal_copies(some_keys(subject.flat))
    benchmark(all_of(READS[read], subject.snapshot, keys))


@pytest.mark.parametrize("read", READS)
def test_mapping_proxy(benchmark, read):
    benchmark.group = f"{read}, {KEYS} equal keys"
    flat = resolving_to(LEAVES).flat
    benchmark(all_of(READS[read], MappingProxyType(flat), equal_copies(some_keys(flat))))


@pytest.mark.parametrize("read", ["path in s", "s.get(path)"])
def test_miss(subject, benchmark, read):
    benchmark.group = f"{read}, {KEYS} absent keys"
    benchmark(all_of(READS[read], subject.snapshot, absent_keys(some_keys(subject.flat))))


def test_key(subject, benchmark):
    benchmark.group = f"key.value, {KEYS} keys"
    handles = [subject.snapshot.key(key) for key in some_keys(subject.flat)]
    benchmark(all_of("k{0}.value", None, handles))


def test_view(subject, benchmark):
    benchmark.group = f"s[first][second][third], {KEYS} keys"
    names = [key.split(".")[:3] for key in some_keys(subject.flat)]
    run = compiled("for a, b, c in names:\n    m[a][b][c]", {"m": subject.snapshot, "names": names})
    benchmark(lambda: run(1))


def test_iterate(subject, benchmark):
    benchmark.group = "names of the children of every area"
    areas = [subject.snapshot[area] for area in subject.snapshot]
    benchmark(lambda: [list(area) for area in areas])


@pytest.mark.parametrize("copy", ["flatten", "to_dict"])
def test_copy(subject, benchmark, copy):
    benchmark.group = f"s.{copy}()"
    benchmark.pedantic(getattr(subject.snapshot, copy), rounds=5)


def test_explain(subject, benchmark):
    benchmark.group = "s.explain(path)"
    (path,) = some_keys(subject.flat, 1)
    assert subject.snapshot.explain(path).value == subject.flat[path]
    benchmark(subject.snapshot.explain, path)
