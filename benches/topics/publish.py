"""Rows 34, 35, 38 and 46: files read again, differences, new keys, and names that passed through the process.

A row has the time, which has the target, and how it compares with what a program in plain Python would do, or
with resolving all anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from benches.data import MIDDLE, flatten, resolving_to
from benches.files import PART, WHOLE, Files, files_of, parsed
from benches.result import Line, Target, at_most, line_of_ratios, line_of_times
from benches.settings import Settings
from benches.shapes import SHAPES
from benches.subjects import kernels, snapshot_of
from veltrix.bench.bodies import numbered, unrolled
from veltrix.bench.ratio import Timing, Workload, measure

LEAVES = 100_000
READ_AGAIN = {
    "a file of 10k leaves": (PART, at_most(1_000)),
    "a file of 100k leaves": (WHOLE, at_most(6_000)),
}
ACROSS, SHAPED = at_most(3_500), at_most(30)
NEW_KEY, IN_A_ROW = at_most(5), at_most(3)
STILL_FAST = at_most(1.5)
TURNS = 8  # other edits of a file, in turn
ROW_OF_KEYS = 1_000
PASSING = 8 * 120_000  # names
RESOLVED, COMPARED = "resolving anew", "comparing two flat dicts"


def lines(settings: Settings) -> Iterator[Line]:
    kernel = kernels()["native"]
    files = files_of(LEAVES)
    start = kernel.resolve(files.layers(kernel))
    assert flatten(start.to_dict()) == files.flat
    yield from _files_read_again(kernel, files, start, settings)
    yield from _across_bases(kernel, files, start, settings)
    yield from _of_one_base(kernel, settings)
    yield from _keys(kernel, settings)
    yield from _names(kernel, files, settings)


def _files_read_again(kernel: Any, files: Files, start: Any, settings: Settings) -> Iterator[Line]:
    layers = files.layers(kernel)
    anew = Workload("resolve(l)", {"resolve": kernel.resolve, "l": layers})
    for operation, (name, target) in READ_AGAIN.items():
        edits = [parsed(kernel, name, files.edited(name, number)) for number in range(TURNS)]
        for number, edit in enumerate(edits):
            assert len(kernel.diff(start, start.with_layers(edit)).changed) == 1, number
        workload = Workload(
            unrolled("s.with_layers(e{0})", TURNS),
            {"s": start, **numbered("e", edits)},
            operations=TURNS,
        )
        timings = measure({"native": workload, RESOLVED: anew}, seconds=settings.seconds)
        yield from _both(34, f"a reload of {operation}, one leaf edited", timings, RESOLVED, target)


def _across_bases(kernel: Any, files: Files, start: Any, settings: Settings) -> Iterator[Line]:
    edited = kernel.resolve(files.layers(kernel, part_3=files.edited(PART, 5)))
    live = start
    for number, path in enumerate(Random(1).sample(files.paths["part 6"], 300)):
        live = live.set(path, f"set {number}", layer="part 6")
    for operation, old, changes in (
        ("of snapshots resolved apart", start, 1),
        ("of snapshots resolved apart, one of them with 300 changes", live, 301),
    ):
        found = kernel.diff(old, edited)
        assert len(found.changed) == changes
        assert not found.added
        assert not found.removed
        timings = measure(
            {
                "native": Workload("diff(o, n)", {"diff": kernel.diff, "n": edited, "o": old}),
                COMPARED: _comparison(edited, old),
            },
            seconds=settings.seconds,
        )
        yield from _both(35, f"diff {operation}, 100k leaves", timings, COMPARED, ACROSS)


def _comparison(new: Any, old: Any) -> Workload:
    flat = {"a": new.flatten(), "b": old.flatten()}
    return Workload(
        "[k for k, v in a.items() if k not in b or b[k] != v]\n[k for k in b if k not in a]", flat
    )


def _of_one_base(kernel: Any, settings: Settings) -> Iterator[Line]:
    """Changes of every shape, made one after the other, beside what they were made to."""
    generated = resolving_to(LEAVES)
    start = snapshot_of(kernel, generated)
    for shape, change in SHAPES.items():
        changed, count = change(start, generated.flat)
        found = kernel.diff(start, changed)
        assert len(found.added) + len(found.removed) + len(found.changed) == count, (shape, found)
        names = {"diff": kernel.diff, "n": changed, "o": start}
        timings = measure({"native": Workload("diff(o, n)", names)}, seconds=settings.seconds)
        yield line_of_times(35, f"diff of {count} changes of one base: {shape}", timings, target=SHAPED)


def _keys(kernel: Any, settings: Settings) -> Iterator[Line]:
    generated = resolving_to(LEAVES)
    start = snapshot_of(kernel, generated)
    known = Random(8).sample([*flatten(generated.layers[MIDDLE])], ROW_OF_KEYS)
    new = [f"{path.rpartition('.')[0]}.new_{number}" for number, path in enumerate(known)]
    for path in (known[0], new[0]):
        assert start.set(path, "set", layer=MIDDLE).explain(path).definitions[0].value is not None
    names = {"s": start, "m": MIDDLE}
    one = Workload(
        unrolled("s.set(k{0}, 1, layer=m)", 64), {**names, **numbered("k", new[:64])}, operations=64
    )
    timings = measure({"native": one}, seconds=settings.seconds)
    yield line_of_times(38, "set of a new key, 100k leaves", timings, target=NEW_KEY)
    for operation, keys, target in (
        ("each of 1,000 different keys set in a row", known, IN_A_ROW),
        ("each of 1,000 new keys set in a row", new, None),
    ):
        row = Workload(
            "n = s\nfor k in keys:\n    n = n.set(k, 1, layer=m)",
            {**names, "keys": keys},
            "for k in keys:\n    pass",
            ROW_OF_KEYS,
        )
        timings = measure({"native": row}, seconds=settings.seconds)
        yield line_of_times(38, f"{operation}, 100k leaves", timings, target=target)


def _names(kernel: Any, files: Files, settings: Settings) -> Iterator[Line]:
    """Layers of before very many names, beside the same of after them."""
    before = files.layers(kernel)
    for turn in range(8):
        kernel.Layer("passing", {f"passing {turn} {number}": 0 for number in range(PASSING // 8)})
    after = files.layers(kernel)
    late = parsed(kernel, "late", {"late": True})
    for layers in (before, after):
        assert len(kernel.resolve([*layers, late]).flatten()) == LEAVES + 1
    body, anchor = "resolve(l)", "layers read after them"
    timings = measure(
        {
            "native": Workload(body, {"resolve": kernel.resolve, "l": [*before, late]}),
            anchor: Workload(body, {"resolve": kernel.resolve, "l": [*after, late]}),
        },
        seconds=settings.seconds,
    )
    operation = f"resolve layers read before {PASSING:,} names passed, and one after"
    yield line_of_ratios(46, operation, timings, anchor=anchor, target=STILL_FAST)


def _both(
    row: int, operation: str, timings: dict[str, Timing], anchor: str, target: Target
) -> Iterator[Line]:
    yield line_of_ratios(row, operation, timings, anchor=anchor)
    yield line_of_times(row, operation, {"native": timings["native"]}, target=target)
