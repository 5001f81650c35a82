"""References, cycles, re-entrance, threads and memory at the boundary of native code."""

from __future__ import annotations

import copy
import gc
import pickle
import sys
import threading
import weakref

import pytest

from veltrix import Dimension

SOURCES = (
    "snapshot['a.b']",
    "snapshot['a', 'b']",
    "snapshot['list'][0]",
    "snapshot['a']",
    "snapshot.get('a.b')",
    "snapshot.get('no.such')",
    "snapshot.get('no.such', opaque)",
    "'a.b' in snapshot",
    "'no' in snapshot",
    "len(snapshot)",
    "list(snapshot)",
    "list(reversed(snapshot))",
    "list(snapshot.keys())",
    "list(snapshot.values())",
    "list(snapshot.items())",
    "snapshot == snapshot",
    "snapshot == {}",
    "snapshot.flatten()",
    "snapshot.to_dict()",
    "snapshot.key('a.b').value",
    "snapshot.explain('opaque')",
    "snapshot.layer_names",
    "snapshot.generation",
    "snapshot.digest",
    "repr(snapshot)",
    "snapshot.overlay({'a': {'b': 2}})['a.b']",
    "snapshot.overlay({'new': opaque})['new']",
    "snapshot.set('a.b', opaque)['a.b']",
    "snapshot.delete('a.b')",
    "snapshot.with_layers(layer)",
    "snapshot.with_layers(without=['x'])",
    "kernel.diff(other, snapshot)",
    "kernel.diff(other, snapshot).changed",
    "snapshot.scope(d='one')",
    "pickle.dumps(view)",
    "copy.copy(snapshot)",
    "copy.deepcopy(view)",
    "kernel.parse_path('a.b')",
    "kernel.format_path(('a', 'b c'))",
    "kernel.Layer('y', {'a': [opaque]})",
    "kernel.resolve([layer, layer])",
    "fails(lambda: snapshot['no'])",
    "fails(lambda: snapshot['a..b'])",
    "fails(lambda: snapshot[opaque])",
    "fails(lambda: snapshot.overlay({1: 2}))",
    "fails(lambda: snapshot.set('a.b.c', 1))",
    "fails(lambda: snapshot.delete('no'))",
    "fails(lambda: kernel.Layer('y', {'a': {'b': {1: opaque}}}))",
)


class Node:
    """An opaque object that can refer to anything, and be watched."""


def fails(call):
    with pytest.raises(Exception):  # noqa: B017, PT011  which error it is stands elsewhere
        call()


def scene(kernel):
    """What the calls above are made on."""
    opaque = Node()
    layer = kernel.Layer("x", {"a": {"b": "text"}, "list": ["item", {"c": opaque}], "opaque": opaque})
    dimension = Dimension("d", {"one": kernel.Layer("one", {"a": {"b": "scoped"}})})
    snapshot = kernel.resolve([layer], dimensions=[dimension])
    return {
        "kernel": kernel,
        "opaque": opaque,
        "layer": layer,
        "snapshot": snapshot,
        "view": snapshot["a"],
        "other": snapshot.overlay({"a": {"b": 1}}),
        "pickle": pickle,
        "copy": copy,
        "fails": fails,
    }


@pytest.mark.parametrize("source", SOURCES)
def test_a_call_keeps_no_reference(kernel, source, allocated_blocks):
    names = scene(kernel)
    call = eval(f"lambda: {source}", names)
    watched = [names[name] for name in ("opaque", "layer", "snapshot", "view", "other")] + [
        None,
        True,
        "text",
    ]
    for _ in range(50):
        call()
    gc.collect()
    before = [sys.getrefcount(each) for each in watched]
    blocks = allocated_blocks()
    for _ in range(2_000):
        call()
    gc.collect()
    drift = [after - one for after, one in zip(map(sys.getrefcount, watched), before, strict=True)]
    assert all(abs(one) < 50 for one in drift), drift
    assert allocated_blocks() - blocks < 500


CYCLES = {
    "layer": lambda kernel, node: kernel.Layer("x", {"a": node}),
    "snapshot": lambda kernel, node: kernel.resolve([kernel.Layer("x", {"a": [node]})]),
    "view": lambda kernel, node: kernel.resolve([kernel.Layer("x", {"a": {"b": node}})])["a"],
    "key": lambda kernel, node: kernel.resolve([kernel.Layer("x", {"a": node})]).key("a"),
    "read before": lambda kernel, node: read(kernel.resolve([kernel.Layer("x", {"a": {"b": node}})])),
    "overlay": lambda kernel, node: kernel.resolve([kernel.Layer("x", {"a": 1})]).overlay({"a": node}),
    "small overlay": lambda kernel, node: kernel.resolve([kernel.Layer("x", {"a": node, "b": 1})]).overlay(
        {"b": 2}
    ),
    "set": lambda kernel, node: kernel.resolve([kernel.Layer("x", {"a": 1})]).set("b.c", node),
    "scope": lambda kernel, node: scoped(kernel, node).scope(d="one"),
    "kept scopes": lambda kernel, node: keeping(scoped(kernel, node)),
    "memo": lambda kernel, node: remembering(kernel.resolve([kernel.Layer("x", {"a": 1})]), node),
    "iterator": lambda kernel, node: iter(kernel.resolve([kernel.Layer("x", {"a": node})]).items()),
}


def read(snapshot):
    for path in ("a", "a.b", ("a", "b")):
        snapshot.get(path)
    snapshot.explain("a")
    return snapshot


def scoped(kernel, node):
    dimension = Dimension("d", {"one": kernel.Layer("one", {"a": node})})
    return kernel.resolve([kernel.Layer("x", {"a": 1})], dimensions=[dimension])


def remembering(snapshot, node):
    """A snapshot whose memo leads back to it."""
    snapshot._memo["node"] = node
    snapshot._memo["snapshot"] = snapshot
    return snapshot


def keeping(snapshot):
    """A snapshot that remembers one that was chosen from it."""
    assert snapshot.scope(d="one") is snapshot.scope(d="one")
    return snapshot


@pytest.mark.parametrize("made", CYCLES)
def test_a_cycle_through_an_object_is_collected(kernel, made):
    dead = []
    for _ in range(20):
        node = Node()
        node.owner = CYCLES[made](kernel, node)
        weakref.finalize(node, dead.append, 1)
    del node
    gc.collect()
    assert len(dead) == 20


@pytest.mark.skipif(not hasattr(gc, "get_threshold"), reason="a collector that cannot be made to run at once")
def test_collecting_all_the_time_breaks_nothing(kernel):
    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        node = Node()
        snapshot = kernel.resolve([kernel.Layer("x", {"a": {"b": [node, {"c": 1}]}})])
        for at in range(50):
            derived = snapshot.set(f"k{at}", node).overlay({"a": {"n": [at]}})
            assert derived["a.b"][0] is node
            assert kernel.diff(snapshot, derived).added
    finally:
        gc.set_threshold(*before)


@pytest.mark.parametrize("name", ["Layer", "Snapshot", "View", "Key"])
def test_weak_references_and_no_other_attributes(kernel, name):
    layer = kernel.Layer("x", {"a": {"b": 1}})
    snapshot = kernel.resolve([layer])
    made = {"Layer": layer, "Snapshot": snapshot, "View": snapshot["a"], "Key": snapshot.key("a.b")}[name]
    assert weakref.ref(made)() is made
    assert not hasattr(made, "__dict__")
    with pytest.raises(AttributeError):
        made.other = 1


def test_a_value_that_uses_the_snapshot_while_it_dies(kernel):
    seen = []

    class Last:
        def __del__(self):
            seen.append(holder["snapshot"]["a"])
            seen.append(holder["snapshot"].overlay({"a": 3})["a"])

    holder = {"snapshot": kernel.resolve([kernel.Layer("x", {"a": 1})])}
    dying = holder["snapshot"].set("b", Last())
    dying = dying.set("b", 5)
    del dying
    gc.collect()
    assert seen == [1, 3]


def test_an_equality_that_uses_the_snapshot(kernel):
    class Nosy:
        def __eq__(self, other):
            return (snapshot["n"] == 1 and snapshot == {"n": 1, "v": self, "w": 2}) or True

        __hash__ = None

    nosy = Nosy()
    snapshot = kernel.resolve([kernel.Layer("x", {"n": 1, "v": nosy})])
    assert snapshot == {"n": 1, "v": Nosy()}


def test_threads_read_and_derive_together(kernel):
    snapshot = kernel.resolve([kernel.Layer("x", {"a": {f"k{at}": at for at in range(100)}})])
    problems, go = [], threading.Barrier(8)

    def work(number):
        go.wait()
        try:
            for at in range(300):
                name = f"a.k{(at * 7 + number) % 100}"
                assert snapshot[name] == int(name[3:])
                assert snapshot.get(f"a.no{number}.{at}") is None
                derived = snapshot.set(name, -number).overlay({"a": {"new": at}})
                assert (derived[name], derived["a.new"], len(derived["a"])) == (-number, at, 101)
        except BaseException as error:  # noqa: BLE001  the test looks at it
            problems.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_tracing_and_signals_run_inside_of_callbacks(kernel):
    signal = pytest.importorskip("signal")
    seen, rung = [], []

    class Traced(dict):
        def items(self):
            signal.raise_signal(signal.SIGUSR1)
            return super().items()

    before = signal.signal(signal.SIGUSR1, lambda *_: rung.append(kernel.parse_path("a.b")))
    old = sys.gettrace()
    sys.settrace(lambda *_: seen.append(1))
    try:
        snapshot = kernel.resolve([kernel.Layer("x", {"a": Traced({"b": 1})})])
    finally:
        sys.settrace(old)
        signal.signal(signal.SIGUSR1, before)
    assert snapshot["a.b"] == 1
    assert seen
    assert rung


def test_a_document_is_copied_before_it_is_read(kernel):
    for make in (bytearray, lambda data: memoryview(bytearray(data))):
        document = make(b'{"a": [1, 2, 3]}')
        layer = kernel.Layer.parse("x", document, "json")
        document[7:8] = b"9"
        assert kernel.resolve([layer])["a"] == (1, 2, 3)
