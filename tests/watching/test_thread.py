"""The thread that watches: when there is one, what it survives, and that it ends."""

from __future__ import annotations

import asyncio
import logging
import math
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import veltrix
from tests.live.tools import Box, Noting, Telling
from tests.watching.tools import BOUND, wait_for, watch_threads, write
from veltrix.errors import RefusedError
from veltrix.watching import watcher

FAST = {"poll": 0.01}


def test_a_change_is_published_by_the_watch_thread(config, box):
    told = Telling()
    config.subscribe(told)
    seen = []
    config.subscribe(lambda change: seen.append(threading.current_thread().name))
    with config.watch(**FAST) as watch:
        assert isinstance(watch, veltrix.Watch)
        assert repr(watch) == f"<veltrix.Watch, {config.status().watching.mode}>"
        [thread] = watch_threads()
        assert thread.daemon
        box.data = {"port": 2}
        wait_for(lambda: config["port"] == 2 and told.changes)
    assert (seen, told.changes[0].reason) == (["veltrix-watch"], "box")
    assert not watch_threads()
    box.data = {"port": 3}
    loads = box.loads
    time.sleep(0.05)
    assert (config["port"], box.loads) == (2, loads)


def test_async_with(config, box):
    async def main():
        async with config.watch(**FAST):
            box.data = {"port": 2}
            while config["port"] != 2:
                await asyncio.sleep(0.005)

    asyncio.run(asyncio.wait_for(main(), BOUND))
    assert not watch_threads()


def test_it_is_watched_once_and_again_after_stop(config):
    watch = config.watch()
    with pytest.raises(RuntimeError, match=r"^this Config is watched already$"):
        config.watch()
    watch.stop()
    watch.stop()
    assert config.status().watching == ("stopped", None)
    with config.watch():
        assert len(watch_threads()) == 1


def test_close_stops_it(box):
    config = veltrix.Config(box)
    assert config.status().watching == ("stopped", None)
    config.watch()
    config.close()
    assert not watch_threads()
    assert config.status().watching == ("stopped", None)
    with pytest.raises(RuntimeError, match=r"^this Config is closed$"):
        config.watch()
    assert not watch_threads()


@pytest.mark.parametrize("poll", [0, -1, math.inf, math.nan])
def test_a_poll_that_is_no_time(config, poll):
    with pytest.raises(ValueError, match=r"^poll is a number of seconds above 0$"):
        config.watch(poll=poll)


@pytest.mark.parametrize("settle", [-0.1, 0.26, math.nan])
def test_a_settle_that_is_no_time(config, settle):
    with pytest.raises(ValueError, match=r"^settle is a number of seconds from 0 to 0\.25$"):
        config.watch(settle=settle)
    assert not watch_threads()


def test_it_sees_what_changed_before_it_began(config, box):
    box.data = {"port": 2}
    with config.watch():
        wait_for(lambda: config["port"] == 2)


def test_a_requested_reload_runs_in_it(config, box):
    seen = []
    config.subscribe(lambda change: seen.append(threading.current_thread().name))
    with config.watch(poll=3600):
        wait_for(lambda: box.loads == 2)
        box.data = {"port": 2}
        config.request_reload()
        wait_for(lambda: seen)
    assert seen == ["veltrix-watch"]
    box.data = {"port": 3}
    config.request_reload()
    wait_for(lambda: len(seen) == 2)
    assert seen[1] != "veltrix-watch"


def test_a_request_waits_for_the_pass_of_another(config, box):
    entered, go = threading.Event(), threading.Event()

    def slow():
        if threading.current_thread().name == "slow":
            entered.set()
            assert go.wait(BOUND)

    with config.watch(poll=3600):
        wait_for(lambda: box.loads == 2)
        box.meanwhile = slow
        other = threading.Thread(target=config.reload, name="slow")
        other.start()
        assert entered.wait(BOUND)
        box.data = {"port": 2}
        config.request_reload()
        time.sleep(0.1)
        assert config["port"] == 1
        go.set()
        other.join()
        wait_for(lambda: config["port"] == 2)


def test_a_refusal_is_said_once_and_stays_in_the_status(box, caplog):
    caplog.set_level(logging.INFO, logger="veltrix")
    noted = []

    def validate(candidate):
        if candidate["port"] == 2:
            raise ValueError("no")

    with veltrix.Config(box, validate=[validate]) as config:
        config.subscribe(Noting(noted))
        with config.watch(**FAST):
            box.data = {"port": 2}
            wait_for(lambda: noted)
            loads = box.loads
            wait_for(lambda: box.loads > loads + 10)
            assert config.status().stale
            assert (
                config.status().last_error == f"refused by validator {validate.__qualname__!r} (ValueError)"
            )
            assert [part for _, part, _ in noted] == ["failed"]
            with pytest.raises(RefusedError):  # who asks is told
                config.reload()
            box.data = {"port": 1}
            wait_for(lambda: not config.status().stale)
            assert config.status().last_error is None
    warned = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert warned == [f"generation 1 stays: refused by validator {validate.__qualname__!r} (ValueError)"]


def test_a_source_that_fails_is_said_once_and_keeps_its_age(caplog):
    write("a.json", {"a": 1})
    with veltrix.Config("a.json") as config, config.watch(**FAST):
        write("a.json", "[")
        wait_for(lambda: config.status().stale)
        age = config.status().age
        wait_for(lambda: config.status().age > age + 0.1)
        assert len(caplog.records) == 1
        write("a.json", {"a": 2})
        wait_for(lambda: config["a"] == 2)
        assert not config.status().stale


def test_a_pass_that_finds_the_same_renews_the_age(config, box):
    with config.watch(**FAST):
        loads = box.loads
        wait_for(lambda: box.loads > loads + 5)
        ages = [config.status().age]
        wait_for(lambda: ages.append(config.status().age) or ages[-1] < ages[-2])


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, MemoryError, RecursionError, TypeError])
def test_it_goes_on_after_whatever_a_source_raises(config, box, error, caplog):
    box.error = error("no")
    with config.watch(**FAST):
        loads = box.loads
        wait_for(lambda: box.loads > loads + 3)
        box.data, box.error = {"port": 2}, None
        wait_for(lambda: config["port"] == 2)
    said = {record.getMessage() for record in caplog.records}
    interrupted = "a pass of the watch thread was interrupted"
    assert (interrupted in said) is (error in (KeyboardInterrupt, SystemExit))


def test_a_defect_of_its_own_is_in_the_status_and_it_starts_again(config, box, monkeypatch, caplog):
    class Broken:
        def __init__(self, *_):
            raise OSError("a defect")

    working = watcher.Eyes
    monkeypatch.setattr(watcher, "Eyes", Broken)
    monkeypatch.setattr(watcher, "STOP_SECONDS", 0.01)
    monkeypatch.setattr(watcher, "FIRST_PAUSE", 0.01)
    with config.watch(**FAST):
        wait_for(lambda: config.status().watching == ("dead", "OSError; it starts again"))
        wait_for(lambda: len(caplog.records) >= 2)
        assert config.status().last_error == "the watch thread: OSError"
        monkeypatch.setattr(watcher, "Eyes", working)
        box.data = {"port": 2}
        wait_for(lambda: config["port"] == 2)
        assert config.status().watching.mode in ("events", "polling")
        assert len(watch_threads()) == 1


def test_it_waits_longer_after_each_defect_and_begins_anew_once_it_looked(config, monkeypatch):
    waited = []

    class Noted(watcher.Bell):
        def wait(self, seconds):
            waited.append(seconds)
            super().wait(0.001)

    class Breaking(watcher.Eyes):
        is_broken = True

        def renew(self):
            if self.is_broken:
                raise OSError("a defect")
            super().renew()

    monkeypatch.setattr(watcher, "Bell", Noted)
    monkeypatch.setattr(watcher, "Eyes", Breaking)
    monkeypatch.setattr(watcher, "STOP_SECONDS", 0.01)
    with config.watch(poll=7):
        wait_for(lambda: len(waited) >= 11)
        assert waited[:11] == [0.1 * 2**n for n in range(9)] + [30, 30]
        Breaking.is_broken = False
        wait_for(lambda: 7 in waited)
        Breaking.is_broken = True
        wait_for(lambda: waited[-1] > 7 or 0.1 in waited[11:])
        assert next(seconds for seconds in waited[waited.index(7) :] if seconds != 7) == 0.1


def test_it_is_stopped_from_inside_of_its_own_pass(config, box):
    told = []
    watch = config.watch(**FAST)
    config.subscribe(lambda change: (watch.stop(), told.append(1)))
    box.data = {"port": 2}
    wait_for(lambda: told)
    wait_for(lambda: not watch_threads())
    assert config.status().watching == ("stopped", None)


def test_it_neither_pins_nor_is_inside_of_what_its_maker_is(config, box):
    with config.pin(override={"port": 9}):
        seen = []
        config.subscribe(lambda change: seen.append(config["port"]))
        with config.watch(**FAST):
            box.data = {"port": 2}
            wait_for(lambda: seen)
    assert seen == [2]


def test_a_rollback_is_held(config, box):
    box.data = {"port": 2}
    config.reload()
    config.rollback()
    with config.watch(**FAST):
        box.data = {"port": 3}
        loads = box.loads
        wait_for(lambda: box.loads > loads + 5)
        assert (config["port"], config.status().held) == (1, 1)
        assert config.release().generation == 4
        assert config["port"] == 3


def test_an_optional_file_that_goes_away_counts_as_removed(monkeypatch):
    from veltrix.loading import notes

    monkeypatch.setattr(notes, "GRACE", 0.1)
    write("a.json", {"a": 1})
    with veltrix.Config(veltrix.File("a.json", optional=True)) as config, config.watch(**FAST):
        Path("a.json").unlink()
        wait_for(lambda: "a" not in config)


ENDS = """
import threading, time, sys, veltrix
class Slow(veltrix.Source):
    name = "slow"
    def load(self, lower):
        time.sleep({pause})
        return veltrix.Layer("slow", {{"at": time.monotonic()}})
config = veltrix.Config(Slow(), "a.json")
config.watch(poll=0.001)
told = threading.Event()
config.subscribe(lambda change: told.set())
told.wait(20)
{end}
"""


@pytest.mark.parametrize("end", ["print('end')", "print('end'); sys.exit(0)", "print('end'); config.close()"])
@pytest.mark.parametrize("pause", [0, 0.02])
def test_a_process_ends_while_it_is_watched(end, pause):
    write("a.json", {"a": 1})
    program = ENDS.format(pause=pause, end=end)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "end\n", "")


LAST = """
import atexit, threading, veltrix
config = veltrix.Config("a.json")
config.watch()
threading.Thread(target=threading.Event().wait, args=(0.1,)).start()
atexit.register(lambda: print([one.name for one in threading.enumerate()], config.status().watching.mode))
"""


@pytest.mark.skipif(not hasattr(threading, "_register_atexit"), reason="it ends with the others there")
def test_the_thread_is_gone_when_a_process_ends():
    write("a.json", {"a": 1})
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", LAST], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "['MainThread'] stopped\n", "")


LONG = """
import threading, veltrix
inside = threading.Event()
class Hanging(veltrix.Source):
    name = "hanging"
    def load(self, lower):
        if threading.current_thread() is not threading.main_thread():
            inside.set()
            threading.Event().wait()
        return veltrix.Layer("hanging", {})
config = veltrix.Config(Hanging())
config.watch()
assert inside.wait(20)
print("end")
"""


def test_a_process_ends_while_a_pass_hangs():
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", LONG], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "end\n", "")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no such signal")
def test_a_signal_asks_for_a_reload(config, box):
    before = signal.signal(signal.SIGHUP, lambda *_: config.request_reload())
    try:
        with config.watch(poll=3600):
            wait_for(lambda: box.loads == 2)
            for n in range(2, 30):
                box.data = {"port": n}
                for _ in range(20):
                    signal.raise_signal(signal.SIGHUP)
                wait_for(lambda n=n: config["port"] == n)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_two_configurations_are_watched_apart(box):
    other = Box({"port": 1}, "other")
    with veltrix.Config(box) as one, veltrix.Config(other) as two, one.watch(**FAST), two.watch(**FAST):
        assert len(watch_threads()) == 2
        box.data, other.data = {"port": 2}, {"port": 3}
        wait_for(lambda: (one["port"], two["port"]) == (2, 3))


def test_a_source_that_is_cancelled_is_reported_once(config, box, caplog):
    told = Telling()
    config.subscribe(told)
    box.error = asyncio.CancelledError()
    with config.watch(**FAST):
        loads = box.loads
        wait_for(lambda: box.loads > loads + 5)
        assert (config.status().stale, config.status().last_error) == (True, "CancelledError")
        assert told.errors == [box.error]
        assert [record.message for record in caplog.records] == ["generation 1 stays: CancelledError"]
        box.error, box.data = None, {"port": 2}
        wait_for(lambda: config["port"] == 2)
    assert not config.status().stale
