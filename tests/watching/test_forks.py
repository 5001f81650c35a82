"""A fork: no thread is alive across it, and both sides watch after it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import veltrix
from tests.live.test_from_inside import in_child
from tests.watching.tools import BOUND, wait_for, watch_threads, write
from veltrix.publishing import publisher

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork"),
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="this system does not list its threads"),
]
FAST = {"poll": 0.01}


@pytest.fixture
def files():
    write("a.json", {"a": 1})
    with veltrix.Config("a.json") as config:
        yield config


def test_both_sides_watch_after_it(files):
    with files.watch(**FAST):
        [before] = watch_threads()

        def work():
            [thread] = watch_threads()
            write("a.json", {"a": 2})
            wait_for(lambda: files["a"] == 2)
            mode = files.status().watching.mode
            files.close()
            return thread is not before, mode in ("events", "polling"), len(watch_threads())

        assert in_child(work) == "(True, True, 0)"
        wait_for(lambda: files["a"] == 2)
        write("a.json", {"a": 3})
        wait_for(lambda: files["a"] == 3)
        assert len(watch_threads()) == 1


def test_a_child_of_a_child_watches(files):
    with files.watch(**FAST):

        def work():
            write("a.json", {"a": 2})
            wait_for(lambda: files["a"] == 2)
            return files["a"]

        assert in_child(lambda: in_child(work)) == repr("2")


def test_a_child_that_is_not_to_watch(files):
    with files.watch(poll=0.01, rearm=False):
        said = in_child(lambda: (len(watch_threads()), tuple(files.status().watching), bool(files.watch())))
        assert said == "(0, ('stopped', 'forked'), True)"
        write("a.json", {"a": 2})
        wait_for(lambda: files["a"] == 2)


def test_a_stopped_watch_stays_stopped(files):
    files.watch().stop()
    assert (
        in_child(lambda: (len(watch_threads()), tuple(files.status().watching))) == "(0, ('stopped', None))"
    )


def test_a_request_in_a_child_runs_in_its_thread(files):
    with files.watch(poll=3600):

        def work():
            seen = []
            files.subscribe(lambda change: seen.append(threading.current_thread().name))
            write("a.json", {"a": 2})
            files.request_reload()
            return wait_for(lambda: seen)

        assert in_child(work) == "['veltrix-watch']"


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # which it is: two threads are alive
def test_a_fork_by_a_subscriber_on_the_watch_thread(files):
    said = []
    files.subscribe(lambda change: said.append(in_child(lambda: (files["a"], change.generation))))
    with files.watch(**FAST):
        write("a.json", {"a": 2})
        wait_for(lambda: said)
        write("a.json", {"a": 3})
        wait_for(lambda: files["a"] == 3)
    assert said[0] == "(2, 2)"


FORKS_ITSELF = """
import os, signal, sys, time, veltrix
sys.path.insert(0, {root!r})
from tests.watching.tools import BOUND, wait_for, write
config = veltrix.Config("a.json")
children = []

def fork(change):
    if config["a"] == 2:
        children.append(os.fork())

def ends(change):
    if config["a"] == 3 and children == [0]:
        os._exit(7)

config.subscribe(fork)
config.subscribe(ends)
with config.watch(poll=3600):
    assert config.status().watching.mode == "events"
    write("a.json", {{"a": 2}})
    child = wait_for(lambda: children and children[0])
    write("a.json", {{"a": 3}})
    end = time.monotonic() + BOUND
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < end:
        time.sleep(0.01)
    if ended == (0, 0):
        os.kill(child, signal.SIGKILL)
    wait_for(lambda: config["a"] == 3)
    print(os.waitstatus_to_exitcode(ended[1]) if ended[0] else "the child saw nothing")
"""


def test_a_child_of_the_watch_thread_watches_by_events_of_its_own():
    pytest.importorskip("watchfiles")
    write("a.json", {"a": 1})
    ran = run(sys.executable, FORKS_ITSELF.format(root=str(Path(__file__).parents[2])), "ignore")
    assert (ran.stdout, ran.returncode) == ("7\n", 0), ran.stderr


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # which it is: two threads are alive
def test_a_fork_by_a_subscriber_on_another_thread(files):
    said = []
    files.subscribe(lambda change: said.append(in_child(lambda: files["a"])))
    with files.watch(poll=3600):
        write("a.json", {"a": 2})
        wait_for(lambda: said or files.reload() or said)
    assert said == ["2"]


def test_it_is_parked_while_a_pass_of_another_thread_runs(box):
    entered, go = threading.Event(), threading.Event()

    def slow():
        if threading.current_thread().name == "slow":
            entered.set()
            assert go.wait(BOUND)

    with veltrix.Config(box) as config, config.watch(**FAST):
        box.meanwhile = slow
        other = threading.Thread(target=config.reload, name="slow")
        other.start()
        assert entered.wait(BOUND)
        loads = box.loads
        time.sleep(0.1)  # it is refused its turn some times
        assert box.loads == loads
        publisher._before_fork()
        try:
            assert not watch_threads()
        finally:
            publisher._after_in_parent()
            go.set()
            other.join()
        box.data = {"port": 2}
        wait_for(lambda: config["port"] == 2)


PROGRAM = """
import os, sys, veltrix
config = veltrix.Config("a.json")
with config.watch(poll=0.01):
    for _ in range(20):
        child = os.fork()
        if child == 0:
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
print("end")
"""


def run(interpreter, program, warnings="error"):
    command = [interpreter, "-W", warnings, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_no_thread_is_alive_across_it():
    """Python warns of it from 3.12 on."""
    write("a.json", {"a": 1})
    ran = run(sys.executable, PROGRAM)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "end\n", "")


COUNTED = """
import os, veltrix
def count():
    print(len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")), flush=True)
count()
config = veltrix.Config("a.json")
config.watch(poll=0.01)
child = os.fork()
if child == 0:
    config.close()
    count()
    os._exit(0)
os.waitpid(child, 0)
config.close()
count()
"""


def test_a_fork_leaves_neither_threads_nor_descriptors():
    write("a.json", {"a": 1})
    ran = run(sys.executable, COUNTED)
    assert ran.stderr == ""
    counts = ran.stdout.splitlines()
    assert counts == [counts[0]] * 3


AT_FORK = """
import os, veltrix
config = veltrix.Config("a.json")
with config.watch(poll=0.01):
    from veltrix.publishing import publisher
    publisher._before_fork()
    print(len(os.listdir("/proc/self/task")), config.status().watching.mode != "stopped")
    publisher._after_in_parent()
    print(len(os.listdir("/proc/self/task")) > 1)
"""


def test_the_threads_are_gone_when_it_forks():
    write("a.json", {"a": 1})
    ran = run(sys.executable, AT_FORK)
    assert (ran.stdout, ran.stderr) == ("1 True\nTrue\n", "")


FORKING = """
import logging  # before veltrix: its own lock of forks would be held by then
import os, threading, veltrix

def child():
    number = os.fork()
    if number == 0:
        os._exit(0)
    os.waitpid(number, 0)

def watching():
    return [thread.name for thread in threading.enumerate()].count("veltrix-watch")

config = veltrix.Config("a.json")
watch = config.watch(poll=1)
for _ in range(4):
    threads = [threading.Thread(target=child) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
found = watching()
watch.stop()
print(found, watching())
"""


def test_forks_of_several_threads_at_once_leave_one_thread(files):
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKING]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "1 0\n"


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")  # the pass runs in a thread
def test_a_child_publishes_what_a_pass_of_its_parent_was_about_to():
    asked, parent = threading.Event(), os.getpid()

    def validate(snapshot):
        if snapshot["a"] == 2 and os.getpid() == parent:
            asked.set()
            time.sleep(0.3)

    write("a.json", {"a": 1})
    with veltrix.Config("a.json", validate=[validate]) as config:
        write("a.json", {"a": 2})
        config.request_reload()
        assert asked.wait(BOUND)

        def work():
            with config.watch(**FAST):
                wait_for(lambda: config["a"] == 2)
            return config["a"]

        assert in_child(work) == "2"
