"""Forks while other threads parse, and interpreters beside the main one."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import textwrap

import pytest

from veltrix import implementations

FORKS = 150


def run(code, **variables):
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(code)],
        env={**os.environ, **variables, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


# Forks again and again while threads do some `work`. A child ends with 0 if its `number` comes out `right`.
FORKING = """
import itertools, json, os, signal, threading
from veltrix import implementations
kernel = implementations()[{name!r}]
numbers = itertools.count()
{work}
kernel.Layer.parse("x", "{{}}", "json")  # imports nothing later: CPython leaves their locks locked
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
hung = 0
for number in range({forks}):
    child = os.fork()
    if not child:
        signal.alarm(10)
        os._exit(0 if right(number) else 3)
    hung += os.waitpid(child, 0)[1] != 0
    if hung > 2:
        break
print("hung", hung, flush=True)
os._exit(0)
"""
PARSING = """
def work():
    while True:
        names = [f"n{number}" for number in itertools.islice(numbers, 300)]
        kernel.Layer.parse("x", json.dumps(dict.fromkeys(names, 1)), "json")

def right(number):
    layer = kernel.Layer("y", {f"child{number}": 1})
    parsed = kernel.Layer.parse("z", '{"of": {"child": 2}}', "json")
    snapshot = kernel.resolve([layer, parsed])
    return snapshot[f"child{number}"] == 1 and snapshot.set("of.child", 3)["of.child"] == 3
"""
PUBLISHING = """
data = {f"s{at}": {f"k{child}": child for child in range(10)} for at in range(100)}
shared = [kernel.resolve([kernel.Layer("low", data), kernel.Layer("file", data)])]

def work():
    for number in numbers:
        old = shared[0]
        edited = kernel.Layer("file", {**data, "s7": {"k1": number, f"new{number}": 1}})
        shared[0] = old.with_layers(edited).set("s8.k1", number)
        kernel.diff(old, shared[0].with_layers(without=["file"]))
        # Renewed again and again, as names that nobody needs pile up.
        shared[0].overlay({f"name {number} {name}": 1 for name in range(300)}).flatten()

def right(number):
    derived = shared[0].with_layers(kernel.Layer("file", {f"child{number}": {"x": 1}}))
    right = derived[f"child{number}.x"] == 1 and derived.set("s9.k1", -1)["s9.k1"] == -1
    return right and f"child{number}.x" in kernel.diff(shared[0], derived).added
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("work", [PARSING, PUBLISHING], ids=["parses", "publishes"])
def test_a_child_of_a_process_can_do_what_threads_of_its_parent_were_doing(kernel, work):
    """A thread that adds a name holds a lock; what it does without one, nobody ends in the child."""
    name = kernel.__name__.rpartition("_")[2]
    done = run(FORKING.format(name=name, work=work, forks=FORKS if name == "native" else 10))
    assert (done.stdout, done.stderr) == ("hung 0\n", "")


INTERPRETERS = next(filter(importlib.util.find_spec, ("_xxsubinterpreters", "_interpreters")), None)
IN_ANOTHER = """
    import sys
    import {module} as interpreters
    import veltrix
    code = '''
    import sys
    sys.path[:0] = {path!r}
    try:
        import veltrix
        snapshot = veltrix.resolve([veltrix.Layer("a", {{"a": [1, {{"x": 2}}]}})])
        assert type(snapshot["a"][1]) is veltrix.FrozenMapping
        try:
            snapshot["q"]
        except veltrix.errors.MissingKeyError:
            print(veltrix.implementation, flush=True)
    except ImportError as error:
        print("refused:", error, flush=True)
    '''
    if {warm}:
        veltrix.resolve([veltrix.Layer("a", {{}})]).get("b")
    another = interpreters.create({kind})
    interpreters.run_string(another, code)
    interpreters.destroy(another)
    snapshot = veltrix.resolve([veltrix.Layer("a", {{"a": [1, {{"x": 2}}]}})])
    assert type(snapshot["a"][1]) is veltrix.FrozenMapping
    try:
        snapshot["q"]
    except veltrix.errors.MissingKeyError:
        print("main goes on", flush=True)
"""


@pytest.mark.skipif(INTERPRETERS is None, reason="this CPython has no interpreters beside the main one")
@pytest.mark.parametrize("warm", [False, True])
def test_another_interpreter_is_refused_and_does_no_harm(kernel, warm):
    name = kernel.__name__.rpartition("_")[2]
    kind = "" if INTERPRETERS == "_xxsubinterpreters" and sys.version_info < (3, 12) else "'legacy'"
    if sys.version_info[:2] == (3, 12):
        kind = "isolated=False"
    code = IN_ANOTHER.format(module=INTERPRETERS, path=sys.path, warm=warm, kind=kind)
    done = run(code, VELTRIX_IMPL=name)
    assert done.stderr == ""
    first, last = done.stdout.splitlines()
    assert last == "main goes on"
    if name == "pure":
        assert first == "pure"
    else:
        assert first.startswith(
            "refused: veltrix._native works in the main interpreter only; with VELTRIX_IMPL=pure"
        )


def test_the_main_interpreter_may_import_again_and_fork():
    code = """
        import os, signal, sys
        import veltrix
        signal.alarm(60)
        kept = veltrix.resolve([veltrix.Layer("a", {"b": 1})])
        for name in [name for name in sys.modules if name.startswith("veltrix")]:
            del sys.modules[name]
        import veltrix
        print(veltrix.resolve([veltrix.Layer("a", {"b": 1})])["b"], kept["b"], flush=True)
        child = os.fork()
        if not child:
            signal.alarm(10)
            os._exit(veltrix.resolve([veltrix.Layer("a", {"new": 0})])["new"])
        print(os.waitpid(child, 0)[1])
    """
    for name in implementations():
        done = run(code, VELTRIX_IMPL=name)
        assert (done.stdout, done.stderr) == ("1 1\n0\n", "")
