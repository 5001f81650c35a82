"""Rows 34, 35, 38 and 46: files read again, differences, new keys, and names that passed through the process.

A row has the time, which has the target, and how it compares with what a program in plain Python would do, or
with resolving all anew.
"""

from __future__ import annotations

from random import Random

import pytest

from benches.data import MIDDLE, flatten
from benches.files import PART, WHOLE, files_of, parsed
from benches.harness import row
from benches.result import at_most
from benches.shapes import SHAPES
from benches.subjects import kernels, resolved
from veltrix.bench.bodies import numbered, unrolled
from veltrix.bench.ratio import Workload

LEAVES = 100_000
READ_AGAIN = {PART: ("10k", 1_000), WHOLE: ("100k", 6_000)}
TURNS = 8  # other edits of a file, in turn
ROW_OF_KEYS = 1_000
PASSING = 8 * 120_000  # names


@pytest.fixture(scope="module")
def kernel():
    return kernels()["native"]


@pytest.fixture(scope="module")
def files():
    return files_of(LEAVES)


@row(34)
@pytest.mark.parametrize("name", READ_AGAIN)
def test_reload(bench, kernel, files, name):
    size, most = READ_AGAIN[name]
    layers = files.layers(kernel)
    start = kernel.resolve(layers)
    assert flatten(start.to_dict()) == files.flat
    edits = [parsed(kernel, name, files.edited(name, number)) for number in range(TURNS)]
    assert {len(kernel.diff(start, start.with_layers(edit)).changed) for edit in edits} == {1}
    names = {"s": start, **numbered("e", edits)}
    workloads = {
        "native": Workload(unrolled("s.with_layers(e{0})", TURNS), names, operations=TURNS),
        "resolving anew": Workload("resolve(l)", {"resolve": kernel.resolve, "l": layers}),
    }
    operation = f"a reload of a file of {size} leaves, one leaf edited"
    bench.times(operation, bench.ratios(operation, workloads), at_most(most))


@row(35)
@pytest.mark.parametrize("changes", [0, 300])
def test_diff_across_bases(bench, kernel, files, changes):
    edited = kernel.resolve(files.layers(kernel, part_3=files.edited(PART, 5)))
    old = kernel.resolve(files.layers(kernel))
    for number, path in enumerate(Random(1).sample(files.paths["part 6"], changes)):
        old = old.set(path, f"set {number}", layer="part 6")
    found = kernel.diff(old, edited)
    assert (len(found.changed), len(found.added), len(found.removed)) == (changes + 1, 0, 0)
    comparing = "[k for k, v in a.items() if k not in b or b[k] != v]\n[k for k in b if k not in a]"
    workloads = {
        "native": Workload("diff(o, n)", {"diff": kernel.diff, "n": edited, "o": old}),
        "comparing two flat dicts": Workload(comparing, {"a": edited.flatten(), "b": old.flatten()}),
    }
    among = ", one of them with 300 changes" if changes else ""
    operation = f"diff of snapshots resolved apart{among}, 100k leaves"
    bench.times(operation, bench.ratios(operation, workloads), at_most(3_500))


@row(35)
@pytest.mark.parametrize("shape", SHAPES)
def test_diff_of_one_base(bench, kernel, shape):
    """Changes of every shape, made one after the other, beside what they were made to."""
    generated, snapshots = resolved(LEAVES, pure=False)
    start = snapshots["native"]
    changed, count = SHAPES[shape](start, generated.flat)
    found = kernel.diff(start, changed)
    assert len(found.added) + len(found.removed) + len(found.changed) == count, (shape, found)
    timings = bench.time({"native": Workload("diff(o, n)", {"diff": kernel.diff, "n": changed, "o": start})})
    bench.times(f"diff of {count} changes of one base: {shape}", timings, at_most(30))


@row(38)
@pytest.mark.parametrize("new", [False, True])
def test_set(bench, new):
    generated, snapshots = resolved(LEAVES, pure=False)
    start, names = snapshots["native"], {"s": snapshots["native"], "m": MIDDLE}
    keys = Random(8).sample([*flatten(generated.layers[MIDDLE])], ROW_OF_KEYS)
    if new:
        keys = [f"{path.rpartition('.')[0]}.new_{number}" for number, path in enumerate(keys)]
        one = unrolled("s.set(k{0}, 1, layer=m)", 64)
        timings = bench.time({"native": Workload(one, {**names, **numbered("k", keys[:64])}, operations=64)})
        bench.times("set of a new key, 100k leaves", timings, at_most(5))
    assert start.set(keys[0], "set", layer=MIDDLE).explain(keys[0]).definitions[0].value is not None
    body, empty = "n = s\nfor k in keys:\n    n = n.set(k, 1, layer=m)", "for k in keys:\n    pass"
    timings = bench.time({"native": Workload(body, {**names, "keys": keys}, empty, ROW_OF_KEYS)})
    kind = "new" if new else "different"
    bench.times(f"each of 1,000 {kind} keys set in a row, 100k leaves", timings, None if new else at_most(3))


@row(46)
def test_names(bench, kernel, files):
    """Layers of before very many names, beside the same of after them; the last one of its process."""
    before = files.layers(kernel)
    for turn in range(8):
        kernel.Layer("passing", {f"passing {turn} {number}": 0 for number in range(PASSING // 8)})
    after, late = files.layers(kernel), parsed(kernel, "late", {"late": True})
    for layers in (before, after):
        assert len(kernel.resolve([*layers, late]).flatten()) == LEAVES + 1
    workloads = {
        name: Workload("resolve(l)", {"resolve": kernel.resolve, "l": [*layers, late]})
        for name, layers in (("native", before), ("layers read after them", after))
    }
    operation = f"resolve layers read before {PASSING:,} names passed, and one after"
    bench.ratios(operation, workloads, target=at_most(1.5))
