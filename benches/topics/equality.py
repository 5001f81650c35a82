"""Row 39: two snapshots that are equal and share nothing, beside their flat dicts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benches.data import Tree, flatten, resolving_to
from benches.result import Line, at_most, line_of_ratios
from benches.settings import Settings
from benches.subjects import kernels
from veltrix.bench.ratio import Workload, measure

LEAVES = 100_000
ANCHOR = "dict == dict"
TARGET = at_most(1.5)
EVERY = 100  # of so many leaves, one is an opaque object


class Thing:
    """An opaque value; equal to itself alone."""


def lines(settings: Settings) -> Iterator[Line]:
    kernel = kernels()["native"]
    texts = resolving_to(LEAVES).texts

    def resolved(change: int | None = None) -> Any:
        layers = [kernel.Layer.parse(name, text.encode(), "json") for name, text in texts.items()]
        snapshot = kernel.resolve(layers)
        return snapshot if change is None else snapshot.set(list(snapshot.flatten())[change], "other")

    pairs = {
        "s == s2": (resolved(), resolved()),
        "s == s2, both with a change": (resolved(7), resolved(7)),
        "s == s2, with opaque values": tuple(_with_things(kernel, texts)),
    }
    area = next(iter(pairs["s == s2"][0]))
    pairs[f"v == v2, views of {len(pairs['s == s2'][0][area].flatten()):,} leaves"] = tuple(
        snapshot[area] for snapshot in pairs["s == s2"]
    )
    for operation, (one, other) in pairs.items():
        yield _line(operation, one, other, settings)


def _with_things(kernel: Any, texts: dict[str, str]) -> Iterator[Any]:
    things = [Thing() for _ in range(LEAVES)]
    for _ in range(2):
        trees = {name: json.loads(text) for name, text in texts.items()}
        given = iter(things)
        for tree in trees.values():
            _put_things(tree, given)
        yield kernel.resolve([kernel.Layer(name, tree) for name, tree in trees.items()])


def _put_things(tree: Tree, things: Iterator[Thing], seen: int = 0) -> int:
    for name, value in tree.items():
        if type(value) is dict:
            seen = _put_things(value, things, seen)
        else:
            seen += 1
            if seen % EVERY == 0:
                tree[name] = next(things)
    return seen


def _line(operation: str, one: Any, other: Any, settings: Settings) -> Line:
    flat = [_of_its_own(mapping) for mapping in (one, other)]
    assert one == other
    assert flat[0] == flat[1]
    timings = measure(
        {
            "native": Workload("a == b", {"a": one, "b": other}),
            ANCHOR: Workload("a == b", dict(zip("ab", flat, strict=True))),
        },
        seconds=settings.seconds,
    )
    return line_of_ratios(39, f"{operation}, 100k leaves", timings, anchor=ANCHOR, target=TARGET)


def _of_its_own(mapping: Any) -> Tree:
    """The flat dict, no key of which is a key of another one."""
    return {"".join(path): value for path, value in flatten(mapping.to_dict()).items()}
