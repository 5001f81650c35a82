"""Names that are no longer needed: they go, and nothing that can be asked changes when they do."""

from __future__ import annotations

import gc
import resource
import sys

import pytest

from veltrix import DELETE, append, implementations, replace
from veltrix.errors import ParseError


class Thing:
    """An opaque value."""


THING = Thing()
# More than a table of names may hold without being needed, which is less in a build with assertions.
MANY = 1_000 if hasattr(implementations().get("native"), "_provoke_defect") else 70_000
LONG = 8_000


def changed(kernel):
    """A snapshot in which everything was changed that leaves a trace in a layer."""
    low = {"db": {"host": "a", "port": 1, "old": True}, "l": [1, {"k": 2}], "gone": {"x": 1}, "thing": THING}
    text = 'top = 1\n[db]\nport = 2\n[db.pool]\nsize = 5\n[log]\nlevel = "info"\n'
    layers = [
        kernel.Layer("low", low, secret=["db.host"]),
        kernel.Layer.parse("file", text, "toml", file="app.toml"),
        kernel.Layer("high", {"l": append([3]), "log": replace({"to": "disk"}), "new": {}}),
    ]
    snapshot = kernel.resolve(layers)
    snapshot = snapshot.set("db.port", 9, layer="low").set("db.pool.idle", [1, {"a": 2}], layer="file")
    snapshot = snapshot.set("new.deep.path", "x").set("log.extra", None).delete("db.old", layer="low")
    snapshot = snapshot.set("whole", {"p": {"q": 1, "r": [2]}, "s": 3}, layer="low")
    return snapshot.set("gone", DELETE).set("thing", Thing, layer="low")


def after_many_names(snapshot):
    """The snapshot, after an overlay of it brought very many names."""
    assert len(snapshot.overlay({f"name {number}": 0 for number in range(MANY)})) > MANY
    return snapshot


DERIVATIONS = [
    lambda s, kernel: s.overlay({"db": {"host": "b", "more": 1}, "brought": {"x": 1}}),
    lambda s, kernel: s.overlay({"db": {"host": "b"}}).overlay({"brought": 1}, name="second"),
    lambda s, kernel: s.set("db.pool.size", 6, layer="file"),
    lambda s, kernel: s.set("brought.here", {"x": [1]}),
    lambda s, kernel: s.delete("db.port", layer="low"),
    lambda s, kernel: s.with_layers(kernel.Layer("file", {"db": {"port": 4}})),
    lambda s, kernel: s.with_layers(kernel.Layer("top", {"brought": 1})),
    lambda s, kernel: s.with_layers(without=["file"]),
]


def definitions(explanation):
    """Of every definition all that both implementations know."""
    origins = [one.origin._replace(line=None, column=None) for one in explanation.definitions]
    return [
        (one._replace(origin=origin)) for one, origin in zip(explanation.definitions, origins, strict=True)
    ]


def everything(kernel, snapshot, old):
    """All that can be asked of a snapshot, in terms that can be compared."""
    leaves = snapshot.flatten()
    difference = kernel.diff(old, snapshot)
    return {
        "leaves": list(leaves.items()),
        "explained": {path: definitions(snapshot.explain(path)) for path in [*leaves, "db", "l", "log"]},
        "shown": repr(snapshot),
        "names": [list(snapshot), list(snapshot["db"])],
        "generation": snapshot.generation,
        "digest": snapshot.digest,
        "difference": (difference.added, difference.removed, difference.changed),
    }


def test_what_is_derived_after_very_many_names_is_what_it_was_before(kernel):
    # The reference has no table of names: what a snapshot of it gives is right.
    reference = implementations()["pure"]
    before, after = changed(reference), after_many_names(changed(kernel))
    # Twice, since what the first one makes is kept for the second.
    for derive in [*DERIVATIONS, *DERIVATIONS]:
        expected = everything(reference, derive(before, reference), before)
        assert everything(kernel, derive(after, kernel), after) == expected
    assert everything(kernel, after, after) == everything(reference, before, before)
    line = after.overlay({"brought": 1}).explain("db.pool.size").origin.line
    assert line == (5 if kernel.__name__ == "veltrix._native" else None)


def grown(work):
    """By how many KiB a second round of `work` raises the most memory that the process had."""
    work("warm")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    work("more")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before


def test_names_of_overlays_that_went_do_not_pile_up(kernel):
    snapshot = kernel.resolve([kernel.Layer("low", {"users": {}})])

    def work(word):
        for number in range(LONG):
            snapshot.overlay({"users": {f"{word} {number:03000d}": 1}})

    # The names alone are 23 MiB.
    assert grown(work) < 12 * 1024


def test_names_that_were_set_and_deleted_do_not_pile_up(kernel):
    snapshot = kernel.resolve([kernel.Layer("low", {"users": {}})])

    def work(word):
        live = snapshot
        for number in range(LONG):
            path = f"users.{word}_{number:03000d}"
            live = live.set(path, 1).delete(path)

    assert grown(work) < 12 * 1024


def test_names_in_refused_documents_do_not_pile_up(kernel):
    def work(word):
        for number in range(50):
            with pytest.raises(ParseError):
                kernel.Layer.parse("x", f'{{"{word}{number}{"k" * 1_000_000}": 1,', "json")
            if not hasattr(sys, "getrefcount"):  # nothing goes there before it is collected
                gc.collect()

    assert grown(work) < 24 * 1024
