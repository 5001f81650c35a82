"""Rows 1 to 3, 16, 24 and 47: reads of one leaf, beside CPython's own immutable mapping."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import islice
from types import MappingProxyType

import pytest

from benches.data import MIDDLE
from benches.harness import once, row
from benches.live import COUNTS, pinned
from benches.result import at_most, line_of_ratios
from benches.subjects import KEYS, absent_keys, check_reads, kernels, resolved, same, some_keys, walking
from veltrix.bench.bodies import equal_copies, numbered, unrolled
from veltrix.bench.ratio import Workload

LEAVES = 100_000
DEFAULT = object()
SUBSCRIPT, GET, CONTAINS = "{0}[{1}]", "{0}.get({1}, d)", "{1} in {0}"
CASES = (
    pytest.param("s[path]: equal keys", SUBSCRIPT, SUBSCRIPT, "equal", 0.80, marks=row(1)),
    pytest.param("s[path]: identical keys", SUBSCRIPT, SUBSCRIPT, "stored", 0.80, marks=row(1)),
    pytest.param("path in s: hit", CONTAINS, SUBSCRIPT, "equal", 0.75, marks=row(2)),
    pytest.param("path in s: miss", CONTAINS, SUBSCRIPT, "absent", None, marks=row(2)),
    pytest.param("path in s: hit", CONTAINS, CONTAINS, "equal", None, marks=row(2)),
    pytest.param("path in s: miss", CONTAINS, CONTAINS, "absent", None, marks=row(2)),
    pytest.param("s.get(path, d): hit", GET, GET, "equal", 0.70, marks=row(2)),
    pytest.param("s.get(path, d): miss", GET, GET, "absent", 0.70, marks=row(2)),
)
"""Operation, how snapshots are read, how the proxy is, which keys, and the target."""


@pytest.fixture(scope="module")
def keys():
    """The objects that a read cache keeps, others that are equal to them, and some that lead nowhere."""
    generated, mappings = resolved(LEAVES)
    stored = some_keys(generated.flat)
    for mapping in mappings.values():
        check_reads(mapping, {key: generated.flat[key] for key in stored})
    return {"stored": stored, "equal": equal_copies(stored), "absent": absent_keys(stored)}


@pytest.mark.parametrize(("operation", "body", "anchor", "chosen", "most"), CASES)
def test_read(bench, keys, operation, body, anchor, chosen, most):
    generated, mappings = resolved(LEAVES)
    workloads = {}
    for name, mapping in mappings.items():
        check(mapping, body, keys[chosen], generated.flat)
        workloads[name] = reading(mapping, body, keys[chosen])
    of_anchor = "equal" if chosen == "absent" and anchor != GET else chosen
    workloads[anchor.format("mp", "k")] = reading(MappingProxyType(generated.flat), anchor, keys[of_anchor])
    bench.ratios(operation, workloads, target=most and at_most(most))


@row(3)
def test_key(bench, keys):
    generated, mappings = resolved(LEAVES)
    workloads = {}
    for name, mapping in mappings.items():
        handles = [mapping.key(key) for key in keys["stored"]]
        values = [generated.flat[key] for key in keys["stored"]]
        assert all(map(same, [handle.value for handle in handles], values))
        body = unrolled("k{0}.value", KEYS)
        workloads[name] = Workload(body, numbered("k", handles), unrolled("k{0}", KEYS), KEYS)
    workloads["mp[k]"] = reading(MappingProxyType(generated.flat), SUBSCRIPT, keys["equal"])
    bench.ratios("key.value", workloads, target=at_most(0.35))


@row(16)
@pytest.mark.parametrize("leaves", [1_000, 10_000, 100_000, pytest.param(1_000_000, marks=once)])
def test_touched_leaves(bench, leaves):
    """With the same cache misses as a dict and its proxy."""
    generated, mappings = resolved(leaves, pure=leaves <= LEAVES)
    for mapping in mappings.values():
        check_reads(mapping, generated.flat)
    anchors = {"d[k]": generated.flat, "mp[k]": MappingProxyType(generated.flat)}
    timings = bench.time(walking({**mappings, **anchors}, list(generated.flat)))
    size = f"{leaves // 1_000:,}k" if leaves < 1_000_000 else "1M"
    for anchor, target in (("d[k]", at_most(1)), ("mp[k]", None)):
        beside = {name: timings[name] for name in (*mappings, anchor)}
        operation = f"s[path] over {size} touched leaves, in random order"
        bench.add(line_of_ratios(16, operation, beside, anchor=anchor, target=target))


@row(24)
def test_first_pass_after_a_publish(bench):
    """Keys that were read before a change, read once of the snapshot after it."""
    generated, mappings = resolved(LEAVES)
    snapshot, hot = mappings["native"], equal_copies(some_keys(generated.flat))
    other = next(path for path in generated.flat if path not in hot)
    reads, keys = unrolled("n[k{0}]", KEYS), numbered("k", hot)
    names = {"s": snapshot, "p": other, "m": MIDDLE, **keys}
    publish = "n = s.set(p, 1, layer=m)"
    workloads = {
        "native": Workload(f"{publish}\n{reads}\ndel n", names, f"{publish}\ndel n", KEYS),
        "read again": Workload(reads, {"n": snapshot.set(other, 1, layer=MIDDLE), **keys}, operations=KEYS),
    }
    bench.ratios("first pass of 64 hot keys after a publish", workloads, target=at_most(1.5))


@row(47)
@pytest.mark.parametrize("pins", COUNTS)
@pytest.mark.parametrize("body", ["c[k{0}]", "c.snapshot"])
def test_live(bench, body, pins):
    """Reads of a live configuration, whatever its context pins."""
    generated, mappings = resolved(10_000)
    stored = list(islice(generated.flat, 0, None, len(generated.flat) // KEYS))[:KEYS]
    keys = numbered("k", equal_copies(stored))
    code, workloads = unrolled(body, KEYS), {}
    most = 0.1 if body == "c.snapshot" else 1.0 if COUNTS[pins] else 0.85
    with ExitStack() as stack:
        for name, kernel in kernels().items():
            holder = stack.enter_context(pinned(kernel, mappings[name], COUNTS[pins]))
            workloads[name] = Workload(code, {"c": holder, **keys}, operations=KEYS)
        names = {"m": MappingProxyType(generated.flat), **keys}
        workloads["mappingproxy[path]"] = Workload(unrolled("m[k{0}]", KEYS), names, operations=KEYS)
        bench.ratios(body.replace("k{0}", "path") + pins, workloads, target=at_most(most))


def reading(mapping, template, keys):
    names = {"m": mapping, "d": DEFAULT, **numbered("k", keys)}
    body = unrolled(template.format("m", "k{0}"), len(keys))
    return Workload(body, names, unrolled("k{0}", len(keys)), len(keys))


def check(mapping, template, keys, flat):
    """Raises unless a mapping answers as a dict does."""
    code = compile(template.format("m", "k"), "<answer>", "eval")
    for key in keys:
        names = {"m": flat, "k": key, "d": DEFAULT}
        assert same(eval(code, {**names, "m": mapping}), eval(code, names)), (template, key)
