"""Whatever goes wrong between the fetch and the candidate, the loader is as it was."""

from __future__ import annotations

import inspect
import signal
import sys
from pathlib import Path

import pytest

import veltrix
from tests.loading.conftest import Live, write


class FaultError(Exception):
    """What a step raises."""


def failing_at(call, number, kind):
    """What the call gives, or the error that its `number`th call of a function of ours raises."""

    def handler(signum, frame):
        raise kind

    def profile(frame, event, argument):
        nonlocal number
        if event not in ("call", "c_call") or frame.f_code.co_flags & inspect.CO_GENERATOR:
            return  # a generator that is thrown away is called too, and nobody hears what it raises then
        if frame.f_globals.get("__name__", "").startswith("veltrix"):
            number -= 1
            if number == 0:
                sys.setprofile(None)
                signal.raise_signal(signal.SIGUSR1)

    before, profiler = signal.signal(signal.SIGUSR1, handler), sys.getprofile()
    sys.setprofile(profile)
    try:
        return call()
    except kind as error:
        return error
    finally:
        sys.setprofile(profiler)
        signal.signal(signal.SIGUSR1, before)


@pytest.fixture(autouse=True, scope="module")
def without_compiling():
    """PyPy ends with a segmentation fault where a profile function goes away in code that it compiles."""
    if sys.implementation.name != "pypy":
        yield
        return
    import pypyjit

    pypyjit.set_param("off")
    yield
    pypyjit.set_param("default")


@pytest.fixture
def live(monkeypatch):
    monkeypatch.setenv("APP_PORT", "90")
    write("one/a.json", {"port": 80, "a": 1})
    write("one/.env", "NAME=x\n")
    write("two/b.json", {"b": 1})
    write("three/c.json", {"c": 1})
    Path("secrets").mkdir(mode=0o700)
    write("secrets/token", "1")
    return Live(
        "one/a.json",
        veltrix.DotEnv("one/.env"),
        "two/b.json",
        veltrix.File("three/c.json", optional=True),
        veltrix.Secrets("secrets"),
        veltrix.Env("APP"),
        dimensions={"region": {"eu": "eu.json" if write("eu.json", {"a": 3}) else ""}},
        max_removed=3,
    )


@pytest.mark.parametrize("kind", [FaultError, MemoryError, KeyboardInterrupt])
def test_a_fault_at_any_step_leaves_the_loader_as_it_was(live, monkeypatch, kind):
    """At every call of a function of a pass in which one file is broken and all else changes, in turn."""
    monkeypatch.setenv("APP_PORT", "91")
    write("one/a.json", {"port": 81, "a": 2})
    write("one/.env", "NAME=y\n")
    write("two/b.json", "[")
    Path("three/c.json").unlink()
    write("secrets/token", "2")
    write("eu.json", {"a": 4})
    before, published, stack = live.knows(), live.loader._published, live.loader._stack
    number, faults = 1, 0
    while isinstance(found := failing_at(live.look, number, kind), kind):
        assert (live.loader._published, live.loader._stack) == (published, stack)
        if live.loader._notes is not before_notes(before):
            break  # the fault came when the pass was over
        assert live.knows() == before, number
        number, faults = number + 7, faults + 1
    assert faults > 50
    found = live.look()
    assert found.snapshot.to_dict() == {"port": 91, "a": 2, "b": 1, "c": 1, "name": "y", "token": "2"}
    assert found.snapshot.scope(region="eu")["a"] == 4
    assert [str(problem).split(":")[0] for problem in found.problems] == ["two/b.json"]
    assert found.snapshot.generation == 2
    assert live.snapshot.generation == 1


def before_notes(knows):
    return knows["notes"]


class Wrong(veltrix.Source):
    """A mistake in a program, at the step that it is asked for."""

    name = "wrong"
    fails_at = None

    def fetch(self, previous, deadline):
        self.step("fetch")
        return veltrix.Fetched(None, object())

    def parse(self, fetched, lower):
        self.step("parse")
        return veltrix.Layer(self.name, {})

    def step(self, step):
        if self.fails_at == step:
            raise LookupError("hunter2")


@pytest.mark.parametrize("step", ["fetch", "parse"])
def test_a_mistake_surfaces_and_changes_nothing(step):
    source = Wrong()
    write("a.json", {"a": 1})
    write("b.json", {"b": 1})
    live = Live("a.json", "b.json", source)
    before = live.knows()
    source.fails_at = step
    write("a.json", "[")
    write("b.json", {"b": 2})
    with pytest.raises(LookupError) as caught:
        live.look()
    notes = getattr(caught.value, "__notes__", [])
    assert notes == []
    assert live.knows() == before
    source.fails_at = None
    write("a.json", {"a": 2})
    assert live.reload().snapshot.to_dict() == {"a": 2, "b": 2}


@pytest.mark.parametrize("given", [None, b"x", {"a": 1}])
def test_a_fetch_that_gives_something_else_is_a_mistake(given):
    class Odd(veltrix.Source):
        name = "odd"

        def fetch(self, previous, deadline):
            return given

    with pytest.raises(TypeError) as caught:
        veltrix.load(Odd())
    assert str(caught.value) == f"fetch gives a veltrix.Fetched, not {type(given).__name__}"


@pytest.mark.parametrize("given", [{"a": 1}, "ab", [veltrix.Layer("a", {}), None], 5])
def test_a_parse_that_gives_something_else_is_a_mistake(given):
    class Odd(veltrix.Source):
        name = "odd"

        def fetch(self, previous, deadline):
            return veltrix.Fetched(None, 1)

        def parse(self, fetched, lower):
            return given

    with pytest.raises(TypeError, match=rf"^a source loads a veltrix\.Layer, not {type(given).__name__}$"):
        veltrix.load(Odd())


def test_no_error_of_a_pass_leads_to_a_value(live):
    from tests.sources.conftest import reached
    from tests.sources.test_interrupts import frames_of

    write("one/a.json", '{"password": "hunter2", "x": }')
    write("secrets/token", "hunter2")
    write("two/b.json", {"token": {}, "n": "hunter2"})
    with pytest.raises(veltrix.errors.ConfigError) as caught:
        live.loader.candidate(live.snapshot, acknowledge=False)
    problems = [caught.value, *caught.value.problems]
    assert len(problems) > 2
    for error in problems:
        for one in reached(frames_of(error), (veltrix.Source, type(live.loader), Live, veltrix.Snapshot)):
            assert not (isinstance(one, (str, bytes)) and "hunter2" in str(one))
        assert "hunter2" not in str(error)
