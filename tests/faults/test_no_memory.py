"""CPython out of memory: each allocation of a call fails once, and the answer is a `MemoryError` each time.

A panic of native code would not be one: it is no `Exception`, it is printed, and where nothing catches it the
process ends. The reference is not asked: CPython's bytecode loop loses such errors here and there, which is a
`SystemError`, or the end of the process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

CALLS = {
    "load": "kernel.resolve([kernel.Layer('x', data), kernel.Layer('y', {'a': {'z': 1}}, source='s')])",
    "load odd data": "kernel.Layer(Odd('x'), {Odd('k'): Mapped(), 'a': append([1])}, secret=['a'], **given)",
    "parse": "kernel.Layer.parse('x', document, 'json', file='f.json')",
    "parse broken": "refused(lambda: kernel.Layer.parse('x', b'{', 'json', file='f.json'))",
    "restore": "[*map(restored, (layer, view, snapshot))]",
    "set and overlay": "snapshot.set('a.b', [1]).overlay({'d': 1, 'n': opaque}).overlay({'d': 2})",
    "delete": "snapshot.delete('a.b').with_layers(without=['x'])",
    "small overlay": "snapshot.overlay({'d': 7, 'a': {'f': 8}}).flatten()",
    "scope": "snapshot.scope(dimension='one')['a.b']",
    "read": "snapshot['a'], snapshot['q s', 'r'], snapshot['\"q s\".r'], snapshot.get('no.such')",
    "read anew": "kernel.resolve([layer])['a.b'], kernel.resolve([layer]).get('a.f')",
    "iterate": "list(snapshot), list(reversed(view)), list(view.items()), len(snapshot), 'no' in snapshot",
    "copies": "snapshot.flatten(), snapshot.to_dict(), snapshot == other",
    "digest": "snapshot.digest, snapshot.layer_names, snapshot.generation",
    "diff": "kernel.diff(other, snapshot).added, repr(kernel.diff(snapshot, other))",
    "equal diffs": "kernel.diff(snapshot, other) == kernel.diff(snapshot, other)",
    "restore a diff": "restored(kernel.diff(snapshot, other))",
    "explain": "snapshot.explain('a.b'), view.explain('f')",
    "show": "repr(snapshot), repr(view), repr(layer), repr(snapshot.key('a.f'))",
    "paths": "kernel.parse_path('a.\"b\"[700]'), kernel.format_path(('a', 'b c', 7))",
    "missing": "refused(lambda: snapshot['a.nothing']), refused(lambda: snapshot.delete('no'))",
    "bad path": "refused(lambda: snapshot['a..b']), refused(lambda: view['a', -1])",
    "bad text": "refused(lambda: snapshot['\\ud800']), refused(lambda: kernel.Layer('x', {'a': '\\ud800'}))",
    "bad type": "refused(lambda: snapshot[1]), refused(lambda: view['a', None]), refused(lambda: hash(view))",
    "bad data": "refused(lambda: kernel.Layer('x', {'a': {1: 2}})), refused(lambda: snapshot.overlay([]))",
    "publish": "snapshot.with_layers(layer, top, without=['w'], dimensions=regions, generation=7)['a.f']",
    "renumber": "snapshot.with_layers(generation=7)['a.f'], kernel.resolve([layer], generation=7)",
    "memo": "snapshot.with_layers(generation=7)._memo",
    "bad argument": "refused(lambda: other.with_layers(without='x')), refused(lambda: snapshot.scope(x=1))",
    "bad layers": "refused(lambda: snapshot.with_layers(top, top)), refused(lambda: other.with_layers(one))",
    "conflict": "refused(lambda: snapshot.overlay({'d': {'x': 1}})), refused(lambda: snapshot.set('d.x', 1))",
}

CODE = """
    import _testcapi, datetime, sys
    from collections.abc import Mapping
    from veltrix import Dimension, Origin, append, implementations
    from veltrix.errors import ConfigError

    kernel = implementations()["native"]
    now = datetime.datetime(2020, 1, 2, 3, tzinfo=datetime.timezone.utc)
    opaque = object()
    data = {"a": {"b": [1, "x", {"c": opaque}], "f": 5000}, "d": 2.5, "e": 2**70, "y": b"1",
            "q s": {"r": "é"}, "t": [now, now.date(), now.time()]}
    document = b'{"a": {"b": [5, "xx", {"c": 700}]}, "z": 2.5}'
    given = {"origins": {("a",): Origin("x", "file", "f.toml", 3, 4)}}
    one, top = kernel.Layer("one", {"a": {"b": "scoped"}}), kernel.Layer("top", {"q s": {"r": 1}})
    dimension = Dimension("dimension", {"one": one})
    regions = [Dimension("dimension", {"one": kernel.Layer("one", {"a": {"b": "other"}})})]
    layer = kernel.Layer("x", data)
    snapshot = kernel.resolve([kernel.Layer("w", {"a": {"b": 0}}), layer], dimensions=[dimension])
    view, other = snapshot["a"], snapshot.set("a.f", 6).overlay({"new": {}})

    class Odd(str):
        pass

    class Mapped(Mapping):
        def __getitem__(self, key):
            return {"k": 1}[key]

        def __iter__(self):
            return iter(("k",))

        def __len__(self):
            return 1

    def restored(one):
        make, state = one.__reduce__()
        return make(*state)

    def refused(call):
        try:
            call()
        except MemoryError:
            raise
        except (ConfigError, ValueError, TypeError):
            return
        raise AssertionError("not refused")

    call = eval("lambda: (" + sys.argv[1] + ")")
    call()
    failed, passed, start = 0, 0, 0
    while passed < 40:
        _testcapi.set_nomemory(start, start + 1)
        try:
            call()
        except (MemoryError, SystemError):
            passed = 0
            failed += 1
        else:
            passed += 1
        finally:
            _testcapi.remove_mem_hooks()
        start += 1
    call()
    print("alive", failed > 0)
"""


# Calls in which the bytecode loop catches or passes on an error by a handler of its own.
HANDLED = {name for name, call in CALLS.items() if "refused" in call} | {"show"}
OF_CPYTHON_ALONE = "refused(lambda: int('x'))"

# Calls in which Python code of ours appends to a list. CPython 3.15.0 gives back twice what a list cannot
# grow for, which ends the process sooner or later; nothing of ours is asked here.
APPENDING = {"show"}
APPEND = """
    import _testcapi, sys

    def append(held, without_memory):
        grows = []
        if without_memory:
            _testcapi.set_nomemory(0, 1)
        try:
            grows.append(held[0])  # a reference that nothing but the call has
        except MemoryError:
            pass
        finally:
            _testcapi.remove_mem_hooks()

    held = [object()] * 1_000
    for _ in range(100):
        append(held, False)
    before = sys.getrefcount(held[0])
    for _ in range(100):
        append(held, True)
    print("lost" if sys.getrefcount(held[0]) < before else "kept")
"""


def run_without_memory(call):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CODE), call],
        capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, "VELTRIX_IMPL": "native"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def handlers_survive(both):
    """Whether handlers of the bytecode loop get by without memory; those of CPython 3.12.1 do not."""
    pytest.importorskip("_testcapi")
    return run_without_memory(OF_CPYTHON_ALONE).returncode == 0


@pytest.fixture(scope="module")
def appends_survive():
    """Whether a list that cannot grow leaves alone what was to be appended."""
    pytest.importorskip("_testcapi")
    command = [sys.executable, "-c", textwrap.dedent(APPEND)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == ["kept"]


@pytest.mark.parametrize("call", CALLS)
def test_a_call_without_memory(call, handlers_survive, appends_survive):
    if call in HANDLED and not handlers_survive:
        pytest.skip("this CPython does not survive an `except` without memory, Veltrix apart")
    if call in APPENDING and not appends_survive:
        pytest.skip("this CPython does not survive a `list.append` without memory, Veltrix apart")
    run = run_without_memory(CALLS[call])
    assert "panicked" not in run.stderr
    assert (run.returncode, run.stdout.split()[:1]) == (0, ["alive"]), run.stderr
