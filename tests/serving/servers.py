"""Real servers on loopback, each in a process group that is ended with it, and clients of theirs."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest

from tests.watching.tools import replace

BOUND = 30.0
"""Seconds in which anything is to happen that happens at all."""
WARNINGS = {"PYTHONWARNINGS": "always:This process:DeprecationWarning"}
ROOT = Path(__file__).resolve().parents[2]


def publish(number, **more):
    """Renames another content into the place of the file."""
    replace("app.json", {"number": number, "twin": number, **more})


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@contextmanager
def process(*command, **environment):
    """A command in this folder; its output goes into a file that is shown where something fails.

    None of its processes may fork while a thread is alive, of which Python warns from 3.12 on.
    """
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    named = {**os.environ, "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1", **WARNINGS, **environment}
    with Path(f"log-{free_port()}.txt").open("w+b") as log:
        started = subprocess.Popen(
            [str(word) for word in command], stdout=log, stderr=log, env=named, start_new_session=True
        )
        try:
            yield started
            log.seek(0)
            warned = b"use of fork() may lead to deadlocks" in log.read()
            assert not warned or warns_of_threads_that_begin_after_a_fork()
        except BaseException:
            log.seek(0)
            sys.stderr.write(log.read().decode("utf-8", "replace")[-6000:])
            raise
        finally:
            started.terminate()
            with suppress(subprocess.TimeoutExpired):
                started.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
            started.wait()


@cache
def warns_of_threads_that_begin_after_a_fork():
    """Whether this Python's warning counts what begins after the fork, in the parent, as 3.13.0 does.

    Then it says nothing of the moment of the fork: see python/cpython#137109, mended in later releases.
    """
    program = """if True:
    import os, threading
    def after():
        threading.Thread(target=threading.Event().wait, args=(0.5,)).start()
    os.register_at_fork(after_in_parent=after)
    os.fork() or os._exit(0)
    """
    command = [sys.executable, "-W", "always", "-c", program]
    return b"may lead to deadlocks" in subprocess.run(command, capture_output=True, check=False).stderr


def python(*words, **environment):
    return process(sys.executable, "-m", *words, **environment)


def get(port, path="/"):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=BOUND)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()


def wait_for(condition, what):
    end = time.monotonic() + BOUND
    while not (found := condition()):
        assert time.monotonic() < end, what
        time.sleep(0.01)
    return found


def wait_until_it_answers(port, started, path="/"):
    def answers():
        assert started.poll() is None, "the server has ended"
        with suppress(OSError, http.client.HTTPException):
            return get(port, path)[0] == 200
        return False

    wait_for(answers, "the server does not answer")


@contextmanager
def redis_serving():
    """The URL of a redis-server of its own; the test is skipped where something is not installed."""
    redis = pytest.importorskip("redis", reason="the group `serving` is not installed")
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    words = ["--bind", "127.0.0.1", "--port", port, "--dir", Path.cwd(), "--save", "", "--appendonly", "no"]
    with process("redis-server", *words), redis.Redis(port=port) as broker:

        def is_there():
            with suppress(redis.ConnectionError):
                return broker.ping()
            return False

        wait_for(is_there, "redis-server does not answer")
        yield f"redis://127.0.0.1:{port}/0"


class Client:
    """Asks a server; what each of its processes answers has to go forward and be of one content."""

    def __init__(self, port):
        self.port = port
        self.seen = {}
        """The last number of each process."""
        self.asked = self.mixed = self.backwards = 0
        self.first = {}
        """When each process first answered with each number."""
        self.failures = []
        """The status, or the class of the error, of each request that failed."""
        self._counting = threading.Lock()

    def ask(self, connection=None):
        """One request; gives what was found, or None where it failed."""
        with self._counting:
            self.asked += 1
        try:
            if connection is None:
                status, body = get(self.port)
            else:
                connection.request("GET", "/")
                answer = connection.getresponse()
                status, body = answer.status, answer.read()
            found, failure = (json.loads(body), None) if status == 200 else (None, status)
        except (OSError, http.client.HTTPException, ValueError) as error:
            found, failure = None, type(error).__name__
            if connection is not None:
                connection.close()
        with self._counting:
            if found is None:
                self.failures.append(failure)
            else:
                self.mixed += found["number"] != found["twin"]
                self.first.setdefault((found["pid"], found["number"]), time.monotonic())
        return found

    def ask_in_order(self):
        """One request after the other, whose numbers can be compared."""
        found = self.ask()
        if found is not None:
            self.backwards += found["number"] < self.seen.get(found["pid"], 0)
            self.seen[found["pid"]] = found["number"]
        return found

    def wait_until_all_serve(self, number, processes):
        """Until so many processes have answered with a number."""
        served = set()

        def all_serve():
            found = self.ask_in_order()
            if found is not None and found["number"] == number:
                served.add(found["pid"])
            return len(served) >= processes

        wait_for(all_serve, f"not all of {processes} processes serve {number}")
        return served

    def check(self):
        assert (self.failures, self.mixed, self.backwards) == ([], 0, 0)
        assert self.asked > 0


@contextmanager
def load(client, threads=2, pause=0.002):
    """Requests of so many connections, until the block ends."""
    ended = threading.Event()

    def run():
        with closing(http.client.HTTPConnection("127.0.0.1", client.port, timeout=BOUND)) as connection:
            seen = {}
            while not ended.is_set():
                found = client.ask(connection)
                if found is not None:
                    with client._counting:
                        client.backwards += found["number"] < seen.get(found["pid"], 0)
                    seen[found["pid"]] = found["number"]
                time.sleep(pause)

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in running:
            thread.join()
