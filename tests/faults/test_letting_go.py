"""What was read of a base is given back when its last snapshot goes, wherever that is, and stalls nobody."""

from __future__ import annotations

import gc
import os
import sys
import weakref

import pytest

from tests.faults.test_process import run
from tests.kernel.test_publishing import waiting_thread

KEYS = 3_000
READ = """
    import gc, os, signal, sys, threading
    from veltrix import implementations
    kernel = implementations()[{name!r}]
    data = {{f"s{{at}}": {{f"k{{name}}": at * name for name in range(10)}} for at in range(300)}}
    layer = kernel.Layer("low", data)
    paths = list(kernel.resolve([layer]).flatten())

    def read():
        snapshot = kernel.resolve([layer])
        for path in paths:
            snapshot[path]
        return snapshot
"""


class Thing:
    """An opaque value that can be watched."""


def layer_of(kernel, **values):
    return kernel.Layer("low", {"s": {f"k{at}": f"value {at}" for at in range(KEYS)}, **values})


def read(kernel, keys, **values):
    """A snapshot of whose base every one of these keys was read."""
    snapshot = kernel.resolve([layer_of(kernel, **values)])
    for key in keys:
        snapshot[key]
    return snapshot


@pytest.fixture
def keys():
    return [f"s.k{at}" for at in range(KEYS)]


def program(kernel, code):
    name = kernel.__name__.rpartition("_")[2]
    done = run(READ.format(name=name) + code)
    return done.stdout, done.stderr, done.returncode


@pytest.mark.skipif(not hasattr(sys, "getrefcount"), reason="everything waits for the collector here")
def test_every_key_and_value_is_given_back_once(kernel, keys):
    counts = [sys.getrefcount(key) for key in keys]
    snapshot = read(kernel, keys)
    values = [snapshot[key] for key in keys]
    held = [sys.getrefcount(value) for value in values]
    absent = [f"no.{at}" for at in range(50)]
    assert not any(key in snapshot for key in absent)
    overlay = snapshot.overlay({"s": {"k1": "other"}}).set("s.k2", 5)
    del snapshot
    assert [overlay[key] for key in keys[1:4]] == ["other", 5, "value 3"]
    del overlay
    gc.collect()
    assert [sys.getrefcount(key) for key in keys] == counts
    if kernel.__name__.endswith("_native"):
        # The reference keeps a tree of the layer's own objects.
        assert [sys.getrefcount(value) for value in values] == [count - 1 for count in held]


def test_others_run_while_what_was_read_is_given_back(both, keys):
    _, native = both
    # Resolving leaves the interpreter to others as well, and is over before they are let loose.
    snapshots = [read(native, keys) for _ in range(60)]
    with waiting_thread() as (ready, ran):
        ready.release()
        while snapshots and not ran:
            del snapshots[-1]
        assert ran


def test_a_snapshot_goes_while_an_error_is_on_its_way(kernel, keys):
    def fail():
        # The first item lies on the interpreter's stack alone, and goes when that is unwound.
        return (read(kernel, keys), 1 // 0)

    def fail_again():
        try:
            return fail()
        finally:
            raise KeyError("outer")

    for _ in range(20):
        with pytest.raises(ZeroDivisionError, match="zero"):
            fail()
        with pytest.raises(KeyError, match="outer") as raised:
            fail_again()
        assert isinstance(raised.value.__context__, ZeroDivisionError)


def test_a_snapshot_goes_in_a_finalizer_and_with_the_collector(kernel, keys):
    seen = []

    class Owner:
        def __init__(self):
            self.snapshot, self.itself = read(kernel, keys, thing=self), self

        def __del__(self):
            seen.append(self.snapshot["s.k7"])
            self.snapshot = read(kernel, keys)
            seen.append(self.snapshot["s.k8"])

    watched = [weakref.ref(Owner()) for _ in range(10)]
    gc.collect()
    assert seen == ["value 7", "value 8"] * 10
    assert all(ref() is None for ref in watched)


def test_values_that_read_and_derive_while_their_snapshot_goes(kernel, keys):
    seen, other = [], kernel.resolve([layer_of(kernel)])

    class Last:
        def __del__(self):
            seen.append(other["s.k1"])
            seen.append(other.set("s.k1", "set")["s.k1"])
            seen.append(len(read(kernel, keys)))

    for _ in range(5):
        snapshot = read(kernel, keys, one=Last(), two=[Last()]).set("s.k3", 4)
        assert snapshot["s.k3"] == 4
        del snapshot
    gc.collect()
    assert seen == ["value 1", "set", 1] * 10


def test_threads_that_let_go_beside_each_other(kernel):
    code = """
    def work():
        for _ in range(20):
            snapshot = read()
            derived = snapshot.set("s1.k1", "set")
            assert (snapshot["s1.k2"], derived["s1.k1"], derived["s1.k2"]) == (2, "set", 2)
            del snapshot
            assert derived["s2.k2"] == 4

    sys.setswitchinterval(1e-5)
    threads = [threading.Thread(target=work) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    print("done")
    """
    assert program(kernel, code) == ("done\n", "", 0)


@pytest.mark.parametrize("kept", ["snapshot", "cycle", "thread"])
def test_the_interpreter_ends_while_snapshots_go(kernel, kept):
    code = f"""
    kept = {kept!r}
    if kept == "snapshot":
        global_snapshot = [read() for _ in range(3)]
    elif kept == "cycle":
        class Thing: pass
        thing = Thing()
        high = kernel.Layer("high", {{"thing": thing}})
        thing.snapshot = kernel.resolve([high])
        thing.read = read()
        sys.modules["kept"] = thing
    else:
        begun = threading.Event()
        def work():
            while True:
                read()
                begun.set()
        for _ in range(3):
            threading.Thread(target=work, daemon=True).start()
        begun.wait()
    print("end", flush=True)
    """
    for _ in range(5):
        assert program(kernel, code) == ("end\n", "", 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_while_a_thread_lets_go(kernel):
    turns = 100 if kernel.__name__.endswith("_native") else 10
    code = f"""
    shared = [read()]
    def work():
        while True:
            shared[0] = read()
    sys.setswitchinterval(1e-5)
    for _ in range(2):
        threading.Thread(target=work, daemon=True).start()
    hung = 0
    for number in range({turns}):
        child = os.fork()
        if not child:
            signal.alarm(10)
            mine = shared.pop()
            right = mine["s3.k3"] == 9 and read()["s4.k4"] == 16
            del mine
            os._exit(0 if right else 3)
        hung += os.waitpid(child, 0)[1] != 0
    print("hung", hung, flush=True)
    os._exit(0)
    """
    assert program(kernel, code) == ("hung 0\n", "", 0)
