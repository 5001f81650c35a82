"""What other threads do while a configuration is used: nothing of it gets lost."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from contextlib import contextmanager

import pytest

import veltrix
from tests.live.test_from_inside import in_child
from veltrix.publishing import publisher

FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


@pytest.fixture(autouse=True)
def _threads_alternate_often():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@contextmanager
def beside(work, threads=2):
    """Other threads do that again and again."""
    stop = threading.Event()

    def again():
        while not stop.is_set():
            work()

    running = [threading.Thread(target=again) for _ in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in running:
            thread.join()


def test_subscriptions_that_threads_make_and_cancel_at_once(config, box):
    called = set()
    with beside(lambda: config.subscribe(print, "nothing").cancel()):
        for number in range(300):
            config.subscribe(lambda change, number=number: called.add(number))
    box.data = {**box.data, "port": 2}
    config.reload()
    assert called == {*range(300)}


def test_one_that_is_cancelled_twice(config, box):
    subscription, called = config.subscribe(print), []
    config.subscribe(called.append)
    subscription.cancel()
    subscription.cancel()
    box.data = {**box.data, "port": 2}
    assert config.reload() is called[0]


class Keeping:
    """Makes configurations, and lets them go, many at once."""

    def __init__(self):
        self.kept = []

    def __call__(self):
        self.kept.append(veltrix.Config({"a": 1}))
        if len(self.kept) > 100:
            self.kept.clear()


def test_a_fork_while_others_make_configurations():
    kept = [veltrix.Config({"a": 1}) for _ in range(500)]
    with beside(Keeping()):
        for _ in range(100):
            publisher._before_fork()
            publisher._after_in_parent()
    assert len(kept) == 500


@FORKS
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_what_one_meets_at_a_fork_keeps_no_other_from_going_on(caplog):
    class Watcher:
        def __init__(self, error):
            self.error = error
            self.calls = []

        def end(self):
            return None

        def after_fork(self, **arguments):
            self.calls.append(arguments)
            if self.error is not None:
                raise self.error

    configs = [veltrix.Config({"a": 1}) for _ in range(3)]
    errors = [KeyError("hunter2"), MemoryError(), None]
    watchers = [Watcher(error) for error in errors]
    for config, watcher in zip(configs, watchers, strict=True):
        config._publisher._watcher = watcher
    try:
        assert in_child(lambda: [watcher.calls for watcher in watchers]) == repr([[{"is_child": True}]] * 3)
    finally:
        for config in configs:
            config._publisher._watcher = None
    assert [watcher.calls for watcher in watchers] == [[{}]] * 3
    assert [record.exc_info[1] for record in caplog.records] == errors[:2]


def test_streams_that_a_loop_opens_and_drops_during_a_publish(config, box, caplog):
    def publish():
        for port in range(2, 22):
            box.data = {**box.data, "port": port}
            config.reload()

    async def main():
        streams = [config.changes() for _ in range(2_000)]
        thread = threading.Thread(target=publish)
        thread.start()
        more = []
        while thread.is_alive():
            more.append(config.changes())
            if len(more) > 4_000:
                more.clear()
        thread.join()
        return {(await one.__anext__()).generation for one in streams}

    assert asyncio.run(main()) == {21}
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
