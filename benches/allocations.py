"""Counted allocations of operations; the counts are the same whenever they are taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benches import counting
from benches.data import MIDDLE, resolving_to
from benches.subjects import Request, absent_keys, in_steps, kernels, some_keys, stacked
from veltrix.bench.bodies import equal_copies, numbered, unrolled
from veltrix.bench.ratio import compiled

LEAVES = 10_000
KEYS = 32
TURNS = 100
PURE_TURNS = 2  # the reference resolves again for each derived snapshot
READS = ("s[", "path in s", "s.get(", "key.value")
"""How the names of operations begin that read each of the keys."""


def counted(implementation: str = "native") -> dict[str, counting.Counts]:
    """Allocations an operation makes: {"python and rust": {operation: count}, "rust": …}."""
    turns = TURNS if implementation == "native" else PURE_TURNS
    found = {}
    for what, allocator in (("python and rust", "malloc"), ("rust", "pymalloc")):
        counts = counting.allocations("benches.allocations:runs", [implementation, turns], turns, allocator)
        found[what] = {
            name: count / KEYS if name.startswith(READS) else count for name, count in counts.items()
        }
    return found


def runs(implementation: str, turns: int) -> dict[str, Callable[[int], object]]:
    """Every operation, ready to be done a number of times, and warm."""
    generated = resolving_to(LEAVES, cache=None)
    kernel = kernels()[implementation]
    layers = stacked(kernel, generated)
    snapshot = kernel.resolve(layers)
    stored = some_keys(generated.flat, KEYS)
    few, three = (Request.within_a_section(generated.flat, overrides) for overrides in (5, 3))
    different = {"diff": kernel.diff, "new": snapshot.set(stored[0], "changed")}
    edited = kernel.Layer(MIDDLE, _with_one_other_value(generated.layers[MIDDLE]))
    apart = kernel.resolve([edited if layer.name == MIDDLE else layer for layer in layers])
    of_five, of_three = (Request.across_sections(generated.flat, overrides) for overrides in (5, 3))
    operations = {
        "nothing": ("pass", {}),
        "an object and a bytearray": ("list(e)\nbytearray(9)", {"e": ()}),
        "s[path], equal keys": _each("s[k{0}]", equal_copies(stored)),
        "s[path], identical keys": _each("s[k{0}]", stored),
        "path in s, hit": _each("k{0} in s", equal_copies(stored)),
        "path in s, miss": _each("k{0} in s", absent_keys(stored)),
        "s.get(path), hit": _each("s.get(k{0})", equal_copies(stored)),
        "s.get(path), miss": _each("s.get(k{0})", absent_keys(stored)),
        "s[a][b][c][d]": (unrolled("s[a{0}][b{0}][c{0}][d{0}]", KEYS), in_steps(generated.flat, KEYS)),
        "s[a, b, c, d]": (unrolled("s[t{0}]", KEYS), in_steps(generated.flat, KEYS)),
        "key.value": _each("k{0}.value", [snapshot.key(key) for key in stored]),
        "overlay of 5 keys": ("s.overlay(data)", {"data": few.data}),
        "overlay of 5 keys, 40 reads": _of_a_request(few),
        "overlay of 5 keys of five sections": ("s.overlay(data)", {"data": of_five.data}),
        "overlay of 3 keys": ("s.overlay(data)", {"data": three.data}),
        "overlay of 3 keys, 40 reads": _of_a_request(three),
        "overlay of 3 keys of three sections": ("s.overlay(data)", {"data": of_three.data}),
        "overlay of 5 new keys": ("s.overlay(data)", {"data": Request.of_new_leaves(generated.flat).data}),
        "one set": ("s.set(k0, 1)", numbered("k", stored[:1])),
        "one set of what was set": ("new.set(k0, 1)", {**different, **numbered("k", stored[:1])}),
        "diff of one change": ("diff(s, new)", different),
        "diff of one change and its dicts": ("diff(s, new).changed", different),
        "with_layers of a file with one change": ("s.with_layers(file)", {"file": edited}),
        "diff of snapshots resolved apart": ("diff(s, apart)", {"diff": kernel.diff, "apart": apart}),
        "resolve 7 layers": ("resolve(layers)", {"resolve": kernel.resolve, "layers": layers}),
        "resolve 2 layers": ("resolve(layers)", {"resolve": kernel.resolve, "layers": layers[:2]}),
    }
    made = {name: compiled(body, {"s": snapshot, **names}) for name, (body, names) in operations.items()}
    for run in made.values():
        run(turns)  # first touches allocate, and are no hot reads
    return made


def _with_one_other_value(tree: dict[str, Any]) -> dict[str, Any]:
    """A copy of nested dicts with the first value changed."""
    name, below = next(iter(tree.items()))
    return {**tree, name: _with_one_other_value(below) if isinstance(below, dict) else "edited"}


def _of_a_request(request: Request) -> tuple[str, dict[str, Any]]:
    body = f"o = s.overlay(data)\n{unrolled('o[k{0}]', len(request.keys))}\ndel o"
    return body, {"data": request.data, **numbered("k", request.keys)}


def _each(template: str, keys: list[Any]) -> tuple[str, dict[str, Any]]:
    return unrolled(template, len(keys)), numbered("k", keys)
