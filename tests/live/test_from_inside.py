"""What may be called from inside of a pass, in the handler of a signal, and after a fork."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
import weakref
from contextvars import copy_context
from pathlib import Path

import pytest

import veltrix
from tests.live.tools import Noting, Telling, in_threads
from veltrix.errors import ConfigError, RefusedError

INSIDE = "is called from inside of a pass; request_reload can be"


def publish(config, box, **data):
    box.data = {**box.data, **data}
    return config.reload()


@pytest.mark.parametrize("call", ["reload", "rollback", "release", "close"])
@pytest.mark.parametrize("part", ["validate", "prepare", "commit", "abort", "failed", "load", "helper"])
def test_a_pass_in_a_pass_is_refused_at_once(box, part, call):
    said = []

    def nested(*_):
        try:
            getattr(config, call)()
        except RuntimeError as error:
            said.append(str(error))

    def elsewhere(_):
        """In a thread that works for the pass."""
        thread = threading.Thread(target=copy_context().run, args=(nested,))
        thread.start()
        thread.join()

    config = veltrix.Config(
        box, validate=[lambda candidate: part == "validate" and said is not None and call and inside(nested)]
    )
    inside_of["config"] = config
    subscriber = Noting([], "s", ValueError("no") if part in ("abort", "failed") else None)
    if part in ("prepare", "commit", "abort", "failed"):
        plain = getattr(subscriber, part)
        setattr(subscriber, part, lambda argument: (nested(), plain(argument))[1])
    if part == "helper":
        subscriber.prepare = elsewhere
    config.subscribe(subscriber)
    if part == "load":
        box.meanwhile = nested
    box.data = {**box.data, "port": 2}
    if part in ("abort", "failed"):
        with pytest.raises(RefusedError):
            config.reload()
    else:
        assert config.reload().generation == 2
    assert said == [f"{call} {INSIDE}"]
    box.meanwhile = lambda: None
    inside_of.clear()
    subscriber.refuses = None
    assert publish(config, box, port=3) is not None


inside_of = {}


def inside(nested):
    """Called by a validator, of the first load too, which is no pass."""
    if "config" in inside_of:
        nested()


def test_what_is_allowed_inside(config, box):
    notes, late = [], Noting([], "late")

    class Busy(veltrix.Subscriber):
        def prepare(self, change):
            config.request_reload()
            config.subscribe(late)
            notes.append((config["port"], config.snapshot["port"], change.snapshot["port"]))
            with config.pin(override={"port": 9}):
                notes.append(config["port"])
            notes.append((config.status().generation, len(config.history)))
            subscription.cancel()

    told = Telling()
    config.subscribe(Busy(), "port")
    subscription = config.subscribe(told)
    publish(config, box, port=2)
    assert notes == [(1, 1, 2), 9, (1, 1)]
    assert told.changes == []  # cancelled inside: not called any more
    assert late.notes == []  # made inside: counts from the next pass on
    publish(config, box, theme={})
    assert late.notes == [("late", "prepare", 3), ("late", "commit", 3)]


def test_one_that_is_cancelled_before_it_is_asked_is_not_asked(config, box):
    notes = []

    class Cancelling(veltrix.Subscriber):
        def prepare(self, change):
            subscription.cancel()

    config.subscribe(Cancelling())
    subscription = config.subscribe(Noting(notes, "a"))
    assert publish(config, box, port=2).generation == 2
    assert notes == []


def test_one_that_is_cancelled_while_others_are_told_is_not_told(config, box):
    told = Telling()
    config.subscribe(lambda change: subscription.cancel())
    subscription = config.subscribe(told)
    publish(config, box, port=2)
    assert told.changes == []


def test_one_that_is_cancelled_while_a_pass_prepares_is_not_aborted(config, box):
    notes = []
    subscription = config.subscribe(Noting(notes, "a"))

    class Cancelling(veltrix.Subscriber):
        def prepare(self, change):
            subscription.cancel()
            raise ValueError("no")

    config.subscribe(Cancelling())
    with pytest.raises(RefusedError):
        publish(config, box, port=2)
    assert notes == [("a", "prepare", 2)]


def test_one_that_another_thread_subscribes_while_a_pass_prepares_is_told(config, box):
    """It may have read the old snapshot, and would never hear of the new one."""
    told = Telling()

    class Slow(veltrix.Subscriber):
        def prepare(self, change):
            thread = threading.Thread(target=config.subscribe, args=(told,))
            thread.start()
            thread.join()

    config.subscribe(Slow(), "port")
    publish(config, box, port=2)
    assert [change.generation for change in told.changes] == [2]


def test_a_subscription_ends_with_its_block(config, box):
    told = Telling()
    with config.subscribe(told) as subscription:
        assert repr(subscription) == "<veltrix.Subscription of subscriber 'Telling'>"
        publish(config, box, port=2)
    publish(config, box, port=3)
    subscription.cancel()
    assert [change.generation for change in told.changes] == [2]
    assert repr(subscription) == "<veltrix.Subscription of subscriber 'Telling', cancelled>"


@pytest.mark.parametrize(
    ("subscriber", "said"),
    [
        (3, "a subscriber is a callable, or has prepare, commit, abort or failed; not int"),
        (Telling, "a subscriber is an object, not the class 'Telling'"),
    ],
)
def test_what_is_no_subscriber(config, subscriber, said):
    with pytest.raises(TypeError, match=f"^{said}$"):
        config.subscribe(subscriber)


def test_any_object_with_one_of_the_methods_is_a_subscriber(config, box):
    class Own:
        def __init__(self):
            self.seen = []

        def commit(self, change):
            self.seen.append(change.generation)

    own = Own()
    config.subscribe(own)
    config.subscribe(veltrix.Subscriber())
    publish(config, box, port=2)
    assert own.seen == [2]


def test_the_timeout_bounds_how_long_others_are_waited_for(config, box):
    entered, go = threading.Event(), threading.Event()

    def slow():
        entered.set()
        assert go.wait(60)

    box.meanwhile = slow
    first = threading.Thread(target=config.reload)
    first.start()
    assert entered.wait(60)
    with pytest.raises(TimeoutError, match=r"^another pass took more than 0.01 seconds$"):
        config.reload(timeout=0.01)
    go.set()
    first.join()
    box.meanwhile = lambda: None
    assert config.reload(timeout=0) is None


def test_closing_waits_for_the_pass_that_runs(config, box):
    entered, go, order = threading.Event(), threading.Event(), []

    def slow():
        entered.set()
        assert go.wait(60)

    box.meanwhile = slow
    box.data = {**box.data, "port": 2}
    first = threading.Thread(target=lambda: order.append(config.reload().generation))
    first.start()
    assert entered.wait(60)
    closing = threading.Thread(target=lambda: (config.close(), order.append("closed")))
    closing.start()
    time.sleep(0.01)
    assert order == []
    go.set()
    first.join()
    closing.join()
    assert sorted(map(str, order)) == ["2", "closed"]
    with pytest.raises(RuntimeError, match="this Config is closed"):
        config.reload()


def test_acknowledging_callers_make_a_pass_of_their_own(config, box):
    assert config.reload(acknowledge=True) is None
    entered, go = threading.Event(), threading.Event()

    def slow():
        entered.set()
        assert go.wait(60)

    box.meanwhile = slow
    first = threading.Thread(target=config.reload)
    first.start()
    assert entered.wait(60)
    loads, found = box.loads, []
    others = threading.Thread(
        target=lambda: found.extend(in_threads(4, lambda number: config.reload(acknowledge=number == 0)))
    )
    others.start()
    while len(config._publisher._turns._changed._waiters) < 4:
        time.sleep(0.001)
    box.meanwhile = lambda: None
    go.set()
    first.join()
    others.join()
    assert found == [None] * 4
    assert box.loads == loads + 2


SIGNALS = pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="this system has no signals of one's own")


@pytest.fixture
def on_signal():
    """Sets the handler of a signal, and puts the old one back."""
    old = signal.getsignal(signal.SIGUSR1)
    yield lambda handler: signal.signal(signal.SIGUSR1, handler)
    signal.signal(signal.SIGUSR1, old)


def until(reached):
    for _ in range(20_000):
        if reached():
            return
        time.sleep(0.001)
    pytest.fail("it never came")


@SIGNALS
def test_a_burst_of_signals_reloads_a_few_times(config, box, on_signal):
    on_signal(lambda *_: config.request_reload())
    box.data = {**box.data, "port": 2}
    loads = box.loads
    for _ in range(1_000):
        os.kill(os.getpid(), signal.SIGUSR1)
    until(lambda: config["port"] == 2)
    until(lambda: not config._publisher._is_requested)
    config.close()
    assert box.loads - loads < 1_000
    assert config.generation == 2


@SIGNALS
def test_a_signal_that_interrupts_a_pass_of_its_thread_may_not_reload(config, box, on_signal):
    said = []

    def handler(*_):
        try:
            config.reload()
        except RuntimeError as error:
            said.append(str(error))
        config.request_reload()

    on_signal(handler)
    box.meanwhile = lambda: os.kill(os.getpid(), signal.SIGUSR1) if len(said) < 1 else None
    box.data = {**box.data, "port": 2}
    assert config.reload().generation == 2
    assert said == [f"reload {INSIDE}"]


@SIGNALS
def test_signals_that_reload_while_threads_wait_for_passes_end_in_no_deadlock(config, box, on_signal):
    reloaded = []

    def handler(*_):
        try:
            reloaded.append(config.reload())
        except RuntimeError as error:
            reloaded.append(error)

    on_signal(handler)
    stop = threading.Event()

    def others():
        while not stop.is_set():
            config.reload()

    threads = [threading.Thread(target=others) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(200):
            box.data = {**box.data, "port": number}
            os.kill(os.getpid(), signal.SIGUSR1)
            config.reload()
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert len(reloaded) == 200
    assert config["port"] == 199


@pytest.mark.skipif(not hasattr(sys, "getrefcount"), reason="everything waits for the collector here")
@SIGNALS
def test_reading_in_a_handler_and_in_the_end_of_an_object(config, box, on_signal):
    seen = []

    class Ending:
        def __del__(self):
            seen.append((config["port"], config.current()["port"], config.snapshot["port"]))

    on_signal(lambda *_: seen.append(config["port"]))

    class Reading(veltrix.Subscriber):
        def prepare(self, change):
            os.kill(os.getpid(), signal.SIGUSR1)
            Ending()

    config.subscribe(Reading())
    publish(config, box, port=2)
    assert 1 in seen
    assert (1, 1, 1) in seen


FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def in_child(work):
    """What a forked child says of itself."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, repr(work()).encode())
        except BaseException as error:  # noqa: BLE001  the parent reads it
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


@FORKS
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_reads_and_reloads_whatever_ran_when_it_was_forked(config, box):
    entered, go, told = threading.Event(), threading.Event(), Telling()
    key = config.key("port")
    config.subscribe(told)

    def slow():
        entered.set()
        assert go.wait(60)

    box.meanwhile = slow
    first = threading.Thread(target=config.reload)
    first.start()
    assert entered.wait(60)

    def work():
        box.meanwhile = lambda: None
        box.data = {**box.data, "port": 7}
        change = config.reload()
        config.request_reload()
        return change.generation, config["port"], key.value, len(told.changes), len(config.history)

    try:
        assert in_child(work) == "(2, 7, 7, 1, 2)"
    finally:
        go.set()
        first.join()
    assert (config["port"], key.value) == (1, 1)


@FORKS
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_from_inside_of_a_pass(config, box):
    said = []

    class Forking(veltrix.Subscriber):
        def commit(self, change):
            said.append(in_child(lambda: (config["port"], change.generation)))

    config.subscribe(Forking())
    publish(config, box, port=2)
    assert said == ["(2, 2)"]


def test_a_process_ends_while_reloads_are_asked_for_and_run():
    program = """
import threading, time, veltrix
class Slow(veltrix.Source):
    name = "slow"
    def load(self, lower):
        time.sleep(0.01)
        return veltrix.Layer("slow", {"at": time.monotonic()})
config = veltrix.Config(Slow())
config.subscribe(lambda change: time.sleep(0.01))
for _ in range(5):
    threading.Thread(target=config.reload, daemon=True).start()
    config.request_reload()
print(config["at"] > 0)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "True\n", "")


def test_an_error_of_a_pass_leads_to_nothing_that_it_read(config, box):
    box.data = {**box.data, "port": 2}
    config.subscribe(Noting([], "s", ValueError("no")))
    with pytest.raises(RefusedError) as caught:
        config.reload()
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    files = {Path(frame.f_code.co_filename).name for frame in frames}
    assert files == {"test_from_inside.py", "config.py", "publisher.py", "turns.py"}
    for frame in frames[1:]:
        assert not any(isinstance(one, veltrix.Snapshot) for one in frame.f_locals.values())


def test_what_was_raised_is_not_kept(config, box):
    box.error = veltrix.errors.SourceError("is away", "box")
    alive = []

    class Big:
        """What somebody who reloads has at hand."""

    def call():
        big = Big()
        alive.append(weakref.ref(big))
        with contextlib.suppress(ConfigError):
            config.reload()

    call()
    gc.collect()
    assert alive[0]() is None


@pytest.mark.parametrize("call", ["rollback", "release"])
def test_what_waits_for_its_turn_as_it_is_closed_publishes_nothing(config, box, call):
    entered, go, raised = threading.Event(), threading.Event(), []

    def slow():
        entered.set()
        assert go.wait(60)

    def late():
        try:
            getattr(config, call)()
        except RuntimeError as error:
            raised.append(str(error))

    publish(config, box, port=2)
    config.rollback(1)
    box.meanwhile = slow
    threads = [threading.Thread(target=work) for work in (config.reload, late, config.close)]
    try:
        threads[0].start()
        assert entered.wait(60)
        waits, turns = threading.Event(), config._publisher._turns
        taken = turns._taken
        turns._taken = lambda *arguments: (waits.set(), taken(*arguments))[1]
        threads[1].start()
        assert waits.wait(60)
        threads[2].start()
        until(lambda: config._publisher._is_closed)
    finally:
        go.set()
        for thread in threads:
            thread.join(60)
    assert raised == ["this Config is closed"]
    assert (config.generation, config["port"], config.status().held) == (3, 1, 1)


@FORKS
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_of_a_callback_reloads_and_closes(config, box):
    said = []

    def work():
        box.data = {**box.data, "port": 3}
        config.reload()
        config.close()
        return config["port"]

    class Forking(veltrix.Subscriber):
        def commit(self, change):
            if change.generation == 2:
                said.append(in_child(work))

    config.subscribe(Forking())
    publish(config, box, port=2)
    assert said == ["3"]
    assert config["port"] == 2
