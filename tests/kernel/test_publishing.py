"""A file that is read again and again takes the place of what it was, beside readers and other layers."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from veltrix import DELETE, append, implementations, replace

ROOT = Path(__file__).resolve().parents[2]
SECTIONS = 120
# More than a table may hold of names that such a file does not need; less in a build with assertions.
MANY = 10_000 if hasattr(implementations().get("native"), "_provoke_defect") else 80_000
TRIES = 2_000


class Thing:
    """An opaque value that can be watched."""


def data(**changed):
    """What a file of 1,200 values holds, with other sections here and there."""
    sections = {f"s{at}": {f"k{name}": at * name for name in range(10)} for at in range(SECTIONS)}
    return {**sections, **changed}


def section(at, **changed):
    return {**data()[f"s{at}"], **changed}


STATES = [
    data(),
    data(s7=section(7, k3="edited")),
    data(s7=section(7, k3="edited", new=[1, {"a": 2}])),
    {name: values for name, values in data().items() if name != "s7"},
    dict(reversed(data().items())),
    data(s7={**dict(reversed(section(7).items())), "k1": 1.0}),
    data(s7={}, s8=None, s9=replace({"k1": 5}), s10={"k1": DELETE, "l": append([3])}),
    data(**{f"s{at}": section(at, k0=-1) for at in range(0, SECTIONS, 2)}),
    {},
    data(wide={f"w{name}": name for name in range(1000)}),
    data(wide={f"w{name}": name for name in range(1000) if name != 500} | {"last": 1}),
    data(),
]


def origin(explanation):
    return [
        one._replace(origin=one.origin._replace(line=None, column=None)) for one in explanation.definitions
    ]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_file_that_was_read_again_is_what_its_stack_resolves_to(kernel, place):
    """From each state to the next, and from the first one to any."""
    below = kernel.Layer("below", {"s7": {"k3": "below", "l": [0]}, "s10": {"l": [1]}, "only": 1})
    above = kernel.Layer("above", {"s8": {"k2": "above"}, "s11": {"k1": DELETE}, "s12": replace({"x": 1})})

    def stacked(state):
        stack = [below, above]
        stack.insert(place, kernel.Layer("file", state))
        return kernel.resolve(stack, conflicts="replace")

    states = [stacked(state) for state in STATES]
    live = [states[0]]
    for state, whole in zip(STATES[1:], states[1:], strict=True):
        file = kernel.Layer("file", state)
        for derived in (live[-1].with_layers(file), states[0].with_layers(file)):
            assert derived == whole
            assert list(derived.flatten().items()) == list(whole.flatten().items())
            assert derived.digest == whole.digest
            for path in ("s7", "s7.k3", "s8", "s9", "s10", "s11", "s12", "only"):
                assert (path in derived) == (path in whole)
                if path in whole:
                    assert origin(derived.explain(path)) == origin(whole.explain(path))
        live.append(live[-1].with_layers(file))
    for (old, new), (before, after) in zip(pairwise(live), pairwise(states), strict=True):
        expected = kernel.diff(before, after)
        assert kernel.diff(old, new) == expected == kernel.diff(old, after) == kernel.diff(before, new)
        assert new.generation - old.generation == bool(expected)


def test_views_and_differences_keep_what_they_were_taken_of(kernel):
    live = kernel.resolve([kernel.Layer("file", data())])
    held = []
    for turn in range(15):
        view, old = live["s5"], live
        live = live.with_layers(kernel.Layer("file", data(s5=section(5, k2=f"turn {turn}", k3=turn % 3))))
        held.append((view, old["s5"].to_dict(), kernel.diff(old, live)))
    for turn, (view, values, difference) in enumerate(held):
        assert view == values
        assert difference.changed["s5.k2"][1] == f"turn {turn}"
        assert set(difference.changed) <= {"s5.k2", "s5.k3"}


def test_opaque_values_of_files_that_were_replaced_are_let_go(kernel):
    watched = []

    def file(turn):
        thing = Thing()
        watched.append(weakref.ref(thing))
        return kernel.Layer("file", {**low, f"k{turn % 50}": thing})

    low = {f"k{name}": name for name in range(50)}

    live = kernel.resolve([kernel.Layer("low", {"kept": 1}), file(0)])
    for turn in range(1, 400):
        live = live.with_layers(file(turn))
    gc.collect()
    assert live["k49"] is watched[-1]()
    assert sum(ref() is not None for ref in watched) < 200


def test_files_that_are_read_again_together_are_what_their_stack_resolves_to(kernel):
    """From each pair of states to each other one: what both say is judged as it is at the end."""
    some = STATES[:8]
    for low, high in zip(some, some[3:] + some[:3], strict=True):
        start = kernel.resolve([kernel.Layer("low", low), kernel.Layer("high", high)], conflicts="replace")
        for other in some:
            stack = [
                kernel.Layer("low", other),
                kernel.Layer("high", low),
                kernel.Layer("new", {"s7": {"n": 1}}),
            ]
            whole = kernel.resolve(stack, conflicts="replace")
            derived = start.with_layers(*reversed(stack))
            assert derived.layer_names == ("low", "high", "new")
            assert list(derived.flatten().items()) == list(whole.flatten().items())
            assert derived.generation == 1 + bool(kernel.diff(start, whole))
            assert kernel.diff(start, derived) == kernel.diff(start, whole)
            alone = derived.with_layers(without=["new", "low"])
            assert list(alone.flatten().items()) == list(kernel.resolve([stack[1]]).flatten().items())


def test_layers_that_came_and_went_are_let_go(kernel):
    low, watched = kernel.Layer("low", data()), []
    live = kernel.resolve([low, kernel.Layer("file", {"s1": {"k1": 0}})])
    for turn in range(60):
        file = kernel.Layer("file", {"s1": {"k1": turn}, "s2": {"k2": turn % 2}})
        extra = kernel.Layer("extra", {"s3": {f"k{turn % 9}": turn}, "s4": {"k4": "extra"}})
        watched += [weakref.ref(file), weakref.ref(extra)]
        live = live.with_layers(file, extra).set("s5.k5", turn, layer="low").with_layers(without=["extra"])
    expected = data(s1=section(1, k1=59), s2=section(2, k2=1), s5=section(5, k5=59))
    assert live == expected
    del file, extra
    gc.collect()
    assert sum(ref() is not None for ref in watched) <= 1


@contextmanager
def waiting_thread():
    """A thread that runs as soon as the interpreter is left to it, which only a call can do meanwhile."""
    ready, ran = threading.Lock(), []
    ready.acquire()
    thread = threading.Thread(target=lambda: (ready.acquire(), ran.append(True)))
    interval = sys.getswitchinterval()
    # From before the start on, so that the thread is not stopped between its start and its wait.
    sys.setswitchinterval(1000)
    # What other tests left behind may close files, which leaves the interpreter to others as well.
    gc.collect()
    gc.disable()
    thread.start()
    try:
        yield ready, ran
    finally:
        gc.enable()
        sys.setswitchinterval(interval)
        if ready.locked() and not ran:
            ready.release()
        thread.join()


def left_alone(call):
    """Whether another thread could run during one of many calls."""
    with waiting_thread() as (ready, ran):
        ready.release()
        for _ in range(TRIES):
            call()
            if ran:
                return True
    return False


def test_publishing_leaves_the_interpreter_to_other_threads(both):
    _, native = both
    live = native.resolve([native.Layer("low", data()), native.Layer("file", data())])
    file = native.Layer("file", data(s7=section(7, k3="edited")))
    others = native.resolve([native.Layer("low", data()), native.Layer("file", data(s8={"k1": 1}))])
    assert left_alone(lambda: live.with_layers(file))
    assert left_alone(lambda: live.with_layers(without=["file"]))
    assert left_alone(lambda: live.with_layers(file, native.Layer("low", data(s3={})), generation=9))
    assert left_alone(lambda: native.diff(others, live))


# What is done in a moment is not interrupted. But a snapshot whose table of names other tests have filled
# moves to another table with its first change, and differs across bases from what it was: so the test has a
# process of its own.
CHANGES = """
import sys

from tests.kernel.test_publishing import MANY, data, left_alone
from veltrix import implementations

native = implementations()["native"]
live = native.resolve([native.Layer("low", data()), native.Layer("file", data())])
if sys.argv[1] == "many":
    assert len(live.overlay({f"name {number}": 0 for number in range(MANY)})) > MANY
    assert left_alone(lambda: native.diff(live, live.set("s7.k3", 1)))
    live = live.set("s7.k3", 0)
assert not left_alone(lambda: live.set("s7.k3", 1))
assert not left_alone(lambda: native.diff(live, live.set("s7.k3", 1)))
"""


@pytest.mark.parametrize("names", ["few", "many"])
def test_a_change_and_its_difference_keep_the_interpreter(both, names):
    del both
    subprocess.run([sys.executable, "-c", CHANGES, names], cwd=ROOT, check=True)


def test_a_snapshot_whose_names_are_renewed_leaves_the_interpreter_to_other_threads(both):
    _, native = both
    low = native.Layer("low", data())
    snapshots = [native.resolve([low]) for _ in range(200)]
    # All of them are on one table, which has too many names at once, and each of them makes one of its own.
    assert len(snapshots[0].overlay({f"name {number}": 0 for number in range(MANY)})) > MANY
    with waiting_thread() as (ready, ran):
        ready.release()
        derived = []
        while snapshots and not ran:
            derived.append(snapshots.pop().set("s1.k1", 2))
        assert ran
    assert all(snapshot == data(s1=section(1, k1=2)) for snapshot in derived)


def test_layers_of_before_and_after_very_many_names_make_one_stack(kernel):
    low, high = kernel.Layer("low", data()), kernel.Layer("high", {"s1": {"k1": Thing}}, secret=["s2"])
    kernel.Layer("many", {f"name {number}": 0 for number in range(SECTIONS * 100)})
    late = kernel.Layer("late", {"s2": {"k2": "late"}})
    for _ in range(2):
        for stack in ([low, high, late], [late, low, high], [low, high]):
            snapshot = kernel.resolve(stack)
            assert snapshot["s1.k1"] is Thing
            assert snapshot["s2.k2"] == (4 if stack[0] is late or late not in stack else "late")
            assert snapshot.layer_names == tuple(layer.name for layer in stack)
            assert "secret" in repr(snapshot["s2"])
        other = kernel.resolve([low]).with_layers(late).with_layers(high)
        assert other["s2.k2"] == "late"
        assert other["s1.k1"] is Thing


def test_threads_that_derive_while_names_are_renewed_get_what_they_asked_for(kernel):
    for _ in range(5):
        snapshot = kernel.resolve([kernel.Layer("low", data())])
        assert len(snapshot.overlay({f"name {number}": 0 for number in range(MANY)})) == MANY + SECTIONS
        begin, found = threading.Barrier(4), {}

        def work(number, snapshot=snapshot, begin=begin, found=found):
            begin.wait()
            found[number] = snapshot.set("s1.k1", number).overlay({"s2": {"k2": number}})

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for number in range(4):
            assert found[number] == data(s1=section(1, k1=number), s2=section(2, k2=number))
