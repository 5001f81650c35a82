"""T16: something fails at every step of a pass, each in turn, and nothing is half done."""

from __future__ import annotations

import sys
from contextlib import nullcontext, suppress

import pytest

import veltrix
from tests.live.tools import Box, Noting, in_threads, state
from veltrix._backend import kernel
from veltrix.errors import ConfigError
from veltrix.loading.loader import Loader
from veltrix.publishing import change as change_module
from veltrix.publishing import transaction
from veltrix.publishing.changes import Streams
from veltrix.publishing.history import History
from veltrix.publishing.keys import Keys, LiveKey
from veltrix.publishing.subscription import Subscription, Subscriptions

BEFORE = {
    "the fetch": (Box, "load"),
    "the candidate": (Loader, "candidate"),
    "what a change touches": (change_module.Touched, "__init__"),
    "who is asked": (Subscriptions, "active"),
    "the paths of the change": (change_module.Touched, "paths"),
    "the keys": (Keys, "judge"),
    "the value of a key": (LiveKey, "read"),
    "whether a key refuses": (LiveKey, "refusal"),
    "a validator": (transaction, "call_plainly"),
    "the part of a subscriber": (change_module.Touched, "_restricted"),
    "prepare": (Subscription, "prepare"),
}
AFTER = {
    "the history": (History, "add"),
    "the values of keys": (Keys, "follow"),
    "keys that were made meanwhile": (Keys, "catch_up"),
    "commit": (Subscription, "tell"),
    "changes()": (Streams, "deliver"),
}
KINDS = (ValueError, MemoryError, RecursionError, KeyboardInterrupt, SystemExit)


class Broken:
    """A configuration with one of everything, whose next change meets a fault."""

    def __init__(self):
        self.box = Box({"port": 1, "theme": {"colour": "red"}})
        self.validated = []
        self.config = veltrix.Config(self.box, validate=[self.validated.append])
        self.keys = [self.config.key("port"), self.config.key("theme"), self.config.key("more", default=0)]
        self.notes = []
        self.config.subscribe(Noting(self.notes, "a"))
        self.config.subscribe(Noting(self.notes, "b"), "port")
        self.box.data = {"port": 2, "theme": {"colour": "blue"}, "more": 3}

    def values(self):
        return [key.value if not hasattr(key.value, "to_dict") else key.value.to_dict() for key in self.keys]

    def parts(self):
        return [(note[0], note[1]) for note in self.notes if note[1] != "failed"]


def breaking(monkeypatch, place, kind):
    owner, name = place

    def fail(*_, **__):
        raise kind("hunter2")

    monkeypatch.setattr(owner, name, fail)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", BEFORE)
def test_before_the_swap_nothing_is_changed(monkeypatch, step, kind):
    broken = Broken()
    before, values = state(broken.config), broken.values()
    with monkeypatch.context() as patched:
        breaking(patched, BEFORE[step], kind)
        with pytest.raises((kind, ConfigError)):
            broken.config.reload()
    assert state(broken.config) == before
    assert broken.values() == values
    asked = [name for name, part in broken.parts() if part == "prepare"] if step != "prepare" else ["a"]
    assert [name for name, part in broken.parts() if part == "abort"] == asked[::-1]
    assert not [part for _, part in broken.parts() if part == "commit"]
    # The next pass does what this one could not.
    change = broken.config.reload()
    assert (change.generation, broken.values()) == (2, [2, {"colour": "blue"}, 3])
    assert broken.parts()[-4:] == [("a", "prepare"), ("b", "prepare"), ("a", "commit"), ("b", "commit")]
    assert "hunter2" not in repr(broken.config.status())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", AFTER)
def test_after_the_swap_all_else_is_done(monkeypatch, step, kind):
    broken = Broken()
    with monkeypatch.context() as patched:
        breaking(patched, AFTER[step], kind)
        with suppress(kind) if issubclass(kind, (KeyboardInterrupt, SystemExit)) else nullcontext():
            broken.config.reload()
    assert (broken.config["port"], broken.config.generation) == (2, 2)
    if step != "the values of keys":
        assert broken.values() == [2, {"colour": "blue"}, 3]
    if step != "commit":
        assert broken.parts() == [("a", "prepare"), ("b", "prepare"), ("a", "commit"), ("b", "commit")]
    if not issubclass(kind, (KeyboardInterrupt, SystemExit)):
        assert kind.__name__ in broken.config.status().last_error
    broken.box.data = {**broken.box.data, "port": 3}
    assert broken.config.reload().generation == 3
    assert broken.values()[0] == 3


def test_a_swap_that_fails_changes_nothing(monkeypatch):
    broken = Broken()
    before = state(broken.config)

    class Failing(veltrix.Config):
        __slots__ = ()

        def _swap(self, snapshot):
            if snapshot.generation > 1:
                raise MemoryError
            kernel.Current._swap(self, snapshot)

    broken.config = Failing(broken.box)
    broken.config.subscribe(Noting(broken.notes, "a"))
    broken.box.data = {"port": 9}
    before = state(broken.config)
    with pytest.raises(MemoryError):
        broken.config.reload()
    assert state(broken.config) == before
    assert broken.parts() == [("a", "prepare"), ("a", "abort")]


def test_an_interrupt_at_any_call_of_a_pass_leaves_the_old_or_the_new():
    """A signal may come at any call of a function of ours; its handler raises there."""
    number, left, swapped, kept = 0, 0, 0, 0

    def trace(frame, event, _):
        nonlocal left
        if event == "call" and frame.f_globals.get("__name__", "").startswith("veltrix.publishing"):
            left -= 1
            if left == 0:
                raise KeyboardInterrupt

    while left <= 0:
        broken = Broken()
        number += 1
        left = number
        sys.settrace(trace)
        with suppress(KeyboardInterrupt):
            broken.config.reload()
        sys.settrace(None)
        generation = broken.config.snapshot.generation
        if generation == 1:
            kept += 1
            assert broken.values() == [1, {"colour": "red"}, 0]
            assert "commit" not in [part for _, part in broken.parts()]
        else:
            swapped += 1
        # Whatever happened, the next pass goes through, and gives every reader the same.
        broken.config.reload()
        assert (broken.config["port"], broken.config.generation) == (2, 2)
        assert len(broken.config.history) == 2
        told = [name for name, part in broken.parts() if part == "commit"]
        assert told in (["a", "b"], ["a"], ["b"])  # at most once; an interrupt may be what one of them got
    assert kept > 3
    assert swapped > 1


def test_readers_in_threads_see_the_old_while_passes_fail():
    broken = Broken()
    subscription = broken.config.subscribe(Noting(broken.notes, "c", ValueError("no")))

    def read(number):
        if number == 0:
            for _ in range(50):
                with pytest.raises(ConfigError):
                    broken.config.reload()
            return None
        return {(broken.config["port"], broken.keys[0].value) for _ in range(2_000)}

    found = in_threads(4, read)
    assert found[1:] == [{(1, 1)}] * 3
    subscription.cancel()
    assert broken.config.reload().generation == 2
