"""The operations that are counted and profiled: code, and the names that it uses."""

from __future__ import annotations

from itertools import count as count_from
from itertools import cycle, islice
from types import MappingProxyType
from typing import Any, NamedTuple

from benches.data import MIDDLE, document, flatten, resolving_to
from benches.documents import as_texts
from benches.live import pinned_for_good, published
from benches.overlays import SHAPES, leaves_of, neighbours
from benches.scoped import MANY, Scoped
from benches.subjects import Request, absent_keys, in_steps, kernels, snapshot_of, stacked
from veltrix import Allowed
from veltrix.bench.bodies import equal_copies, numbered, unrolled
from veltrix.binding.schema import Schema
from veltrix.loading.fitting import Fitting

KEYS = 20


class Operation(NamedTuple):
    """A body to be compiled, and its local variables."""

    body: str
    names: dict[str, Any]


def operations(implementation: str, leaves: int) -> dict[str, Operation]:
    """Each operation on a snapshot, or a document, of so many leaves. A read reads all of `KEYS` keys."""
    kernel = kernels()[implementation]
    generated = resolving_to(leaves)
    flat = generated.flat
    snapshot = snapshot_of(kernel, generated)
    stored = list(islice(flat, 0, None, len(flat) // KEYS))[:KEYS]
    for key in stored:
        snapshot[key]
    equal, absent = numbered("k", equal_copies(stored)), numbered("k", absent_keys(stored))
    request = Request.within_a_section(flat)
    changed = [path for path in flat if snapshot.explain(path).origin.layer == MIDDLE][:KEYS]
    overlay = {"s": snapshot, "d": request.data, **numbered("k", request.keys)}
    reads = {"s": snapshot, "m": flat, "x": None}
    new = snapshot.set(changed[0], "changed", layer=MIDDLE)
    middle, all_set = flatten(generated.layers[MIDDLE]), snapshot
    # As what has been live for a while: the first set of a list or a null is another operation.
    for path in middle:
        all_set = all_set.set(path, 0, layer=MIDDLE)
    different = {"diff": kernel.diff, "s": snapshot, "new": new}
    steps = {**reads, "m": generated.merged, **in_steps(flat, KEYS)}
    wide = {f"name_{number}": number for number in range(1_000)}
    sections = {"wide": wide, "twenty": dict(list(wide.items())[:20])}
    wide_snapshot = kernel.resolve([kernel.Layer("wide", sections)])
    of_twenty = {"v": wide_snapshot["twenty"], "m": sections["twenty"]}
    missing = {"v": wide_snapshot["wide"], "m": wide, "k": "missing"}
    typed = kernel.resolve([kernel.Layer("twenty", sections["twenty"])])
    Fitting(Schema(dict[str, int], "forbid", False)).judge(typed)
    scopes, of_many = Scoped.of(kernel, generated), Scoped.of(kernel, generated, declared=MANY)
    scope = scopes.snapshot.scope(scopes.choices[0])
    scoped_keys = equal_copies(scopes.paths[:40])
    other_keys = equal_copies([path for path in flat if path not in scopes.paths][:40])
    return {
        "s[a][b][c][d]": Operation(unrolled("s[a{0}][b{0}][c{0}][d{0}]", KEYS), steps),
        "nested dicts' [a][b][c][d]": Operation(unrolled("m[a{0}][b{0}][c{0}][d{0}]", KEYS), steps),
        "s[a]['b.c.d']": Operation(unrolled("s[a{0}][r{0}]", KEYS), steps),
        "s[a, b, c, d]": Operation(unrolled("s[t{0}]", KEYS), steps),
        "iterate a view of 20": Operation("for _ in v:\n    pass", of_twenty),
        "iterate a dict of 20": Operation("for _ in m:\n    pass", of_twenty),
        "iterate the items of a view of 20": Operation("for _, _ in v.items():\n    pass", of_twenty),
        "a dict of a view of 20": Operation("dict(v)", of_twenty),
        "missing key raised beside 1,000": Operation("try:\n    v[k]\nexcept KeyError:\n    pass", missing),
        "a dict's missing key raised": Operation("try:\n    m[k]\nexcept KeyError:\n    pass", missing),
        "s[path], equal keys": Operation(unrolled("s[k{0}]", KEYS), {**reads, **equal}),
        "s[path], identical keys": Operation(unrolled("s[k{0}]", KEYS), {**reads, **numbered("k", stored)}),
        "path in s, hit": Operation(unrolled("k{0} in s", KEYS), {**reads, **equal}),
        "path in s, miss": Operation(unrolled("k{0} in s", KEYS), {**reads, **absent}),
        "s.get(path), hit": Operation(unrolled("s.get(k{0}, x)", KEYS), {**reads, **equal}),
        "s.get(path), miss": Operation(unrolled("s.get(k{0}, x)", KEYS), {**reads, **absent}),
        "key.value": Operation(
            unrolled("k{0}.value", KEYS), numbered("k", [snapshot.key(key) for key in stored])
        ),
        "config[path]": Operation(unrolled("c[k{0}]", KEYS), {"c": published(kernel, snapshot), **equal}),
        "config[path], pinned": Operation(
            unrolled("c[k{0}]", KEYS), {"c": pinned_for_good(kernel, snapshot), **equal}
        ),
        "config.snapshot": Operation(unrolled("c.snapshot", KEYS), {"c": published(kernel, snapshot)}),
        "config.settings": Operation(unrolled("c.settings", KEYS), {"c": published(kernel, typed)}),
        "config.settings, pinned": Operation(
            unrolled("c.settings", KEYS), {"c": pinned_for_good(kernel, typed)}
        ),
        "a mapping proxy's [path]": Operation(
            unrolled("m[k{0}]", KEYS), {"m": MappingProxyType(flat), **equal}
        ),
        "a mapping proxy's .get(path)": Operation(
            unrolled("m.get(k{0}, x)", KEYS), {"m": MappingProxyType(flat), "x": None, **equal}
        ),
        "overlay of 5 keys, 40 reads": Operation(
            f"o = s.overlay(d)\n{unrolled('o[k{0}]', 40)}\ndel o", overlay
        ),
        "overlay of 5 keys": Operation("s.overlay(d)", overlay),
        "overlay of 5 keys of five sections": Operation(
            "s.overlay(d)", {"s": snapshot, "d": Request.across_sections(flat).data}
        ),
        **{
            f"overlay of {shape}": Operation("s.overlay(d)", {"s": below, "d": data})
            for shape, below, data in (
                ("9 keys", snapshot, neighbours(leaves_of(flat)[:9], str)),
                ("12 keys", snapshot, neighbours(leaves_of(flat)[:12], str)),
                ("5 new keys", snapshot, SHAPES["new"](leaves_of(flat), 5)),
                ("5 lists", snapshot, SHAPES["lists"](leaves_of(flat), 5)),
                (
                    "5 keys over an overlay",
                    snapshot.overlay(request.data),
                    neighbours(leaves_of(flat)[:5], str),
                ),
            )
        },
        "override of 3 keys that are allowed": Operation(
            "s.override(d, allowed=a)",
            {
                "s": snapshot,
                "d": dict.fromkeys(leaves_of(flat)[:3], "override"),
                "a": Allowed(dict.fromkeys(leaves_of(flat)[:9], str)),
            },
        ),
        "known scope, 6 dimensions": Operation("s.scope(c)", {"s": scopes.snapshot, "c": scopes.choices[0]}),
        "known scope, 6 of 40 dimensions": Operation(
            "s.scope(c)", {"s": of_many.snapshot, "c": of_many.choices[0]}
        ),
        "known scope, keywords": Operation("s.scope(**c)", {"s": scopes.snapshot, "c": scopes.choices[0]}),
        # A snapshot that has no scopes yet.
        "first scope of 69 values": Operation(
            "s.overlay(e).scope(c)", {"s": scopes.snapshot, "c": scopes.choices[0], "e": {}}
        ),
        "set in a middle layer and a scope of it, carried over": Operation(
            "live.append(live.pop().set(next_path(), next_value(), layer=middle))\nlive[0].scope(c)",
            {
                "live": [scopes.snapshot],
                "next_path": cycle([path for path in changed if path not in scopes.paths]).__next__,
                "next_value": count_from(1_000_000).__next__,
                "middle": MIDDLE,
                "c": scopes.choices[0],
            },
        ),
        "overlay of 3 keys of a scope, 40 scoped reads": Operation(
            f"o = s.overlay(d)\n{unrolled('o[k{0}]', 40)}\ndel o",
            {"s": scope, "d": Request.within_a_section(flat, 3).data, **numbered("k", scoped_keys)},
        ),
        "overlay of 3 keys of a scope, 40 other reads": Operation(
            f"o = s.overlay(d)\n{unrolled('o[k{0}]', 40)}\ndel o",
            {"s": scope, "d": Request.within_a_section(flat, 3).data, **numbered("k", other_keys)},
        ),
        "set in a middle layer": Operation(
            "s.set(next_path(), next_value(), layer=middle)",
            {
                "s": snapshot,
                "next_path": cycle(changed).__next__,
                "next_value": count_from(1_000_000).__next__,
                "middle": MIDDLE,
            },
        ),
        "set after set in a middle layer": Operation(
            "live.append(live.pop().set(next_path(), next_value(), layer=middle))",
            {
                "live": [all_set],
                "next_path": cycle(middle).__next__,
                "next_value": count_from(1_000_000).__next__,
                "middle": MIDDLE,
            },
        ),
        "diff of one change": Operation("diff(s, new)", different),
        "diff of one change and its dicts": Operation("diff(s, new).changed", different),
        f"resolve {leaves:,} leaves of 7 layers": Operation(
            "resolve(layers)", {"resolve": kernel.resolve, "layers": stacked(kernel, generated)}
        ),
        **{
            f"parse {leaves:,} leaves of {format_name.upper()}": Operation(
                "parse('document', content, format_name)",
                {"parse": kernel.Layer.parse, "content": text.encode(), "format_name": format_name},
            )
            for format_name, text in as_texts(document(leaves)).items()
        },
    }
