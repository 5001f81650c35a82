"""What is no longer needed is let go."""

from __future__ import annotations

import gc
import threading
import weakref


class Thing:
    """An opaque value that can be watched."""


def test_opaque_values_that_were_replaced_are_let_go(kernel):
    snapshot = kernel.resolve([kernel.Layer("low", {"thing": Thing(), "kept": Thing()})])
    kept, watched = snapshot["kept"], []
    for _ in range(1000):
        thing = Thing()
        watched.append(weakref.ref(thing))
        snapshot = snapshot.set("thing", thing)
        assert snapshot["thing"] is thing
    del thing
    gc.collect()
    alive = [ref for ref in watched if ref() is not None]
    assert len(alive) < 200
    assert watched[-1]() is snapshot["thing"]
    assert snapshot["kept"] is kept


def test_a_cycle_through_a_snapshot_and_an_opaque_value_is_collected(kernel):
    thing = Thing()
    snapshot = kernel.resolve([kernel.Layer("low", {"a": {"thing": thing}, "l": [thing]})])
    thing.snapshot, thing.view, thing.key = snapshot, snapshot["a"], snapshot.key("a.thing")
    assert snapshot["l"][0] is thing
    watched = weakref.ref(thing)
    del thing, snapshot
    gc.collect()
    assert watched() is None


def test_what_another_thread_drops_last_is_let_go(kernel):
    watched, kept = [], []

    def work() -> None:
        thing = Thing()
        watched.append(weakref.ref(thing))
        low = kernel.Layer.parse("low", b'{"a": {"b": 1}, "l": [1]}', "json")
        snapshot = kernel.resolve([low, kernel.Layer("high", {"thing": thing})])
        assert snapshot.overlay({"a": {"b": thing}})["a.b"] is thing
        kept.append(snapshot.set("a.b", thing).overlay({"l": ["replaced"]}))

    def drop() -> None:
        while kept:
            assert kept.pop().get("a.c") is None

    for target in (work, work, work, drop):
        thread = threading.Thread(target=target)
        thread.start()
        thread.join()
    gc.collect()
    assert len(watched) == 3
    assert all(ref() is None for ref in watched)


def test_keys_that_are_not_there_do_not_pile_up(kernel, allocated_blocks):
    snapshot = kernel.resolve([kernel.Layer("low", {"a": {"b": 1}})])

    def ask(start: int) -> None:
        for number in range(start, start + 5000):
            assert snapshot.get(f"a.hostile_{number}") is None
            assert f"a.hostile_{number}" not in snapshot

    ask(0)
    gc.collect()
    before = allocated_blocks()
    ask(5000)
    gc.collect()
    assert allocated_blocks() - before < 200
