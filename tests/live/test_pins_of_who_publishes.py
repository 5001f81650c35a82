"""A pass reads what is published, though whoever asks for it pins something else."""

from __future__ import annotations

import asyncio
import contextlib
from contextvars import Context, ContextVar

import pytest

import veltrix
from tests.live.tools import Box
from veltrix.errors import RefusedError
from veltrix.web import WSGIMiddleware

PASSES = {
    "reload": lambda config: config.reload(),
    "areload": lambda config: asyncio.run(config.areload()),
    "rollback": lambda config: config.rollback(),
    "release": lambda config: config.release(),
}


class Reading(veltrix.Subscriber):
    """Notes what each of its calls reads of the configuration."""

    def __init__(self, read, refuses=False):
        self.read = read
        self.refuses = refuses

    def prepare(self, change):
        self.read("prepare")
        if self.refuses:
            raise ValueError("no")

    def commit(self, change):
        self.read("commit")

    def abort(self, change):
        self.read("abort")

    def failed(self, error):
        self.read("failed")


@pytest.mark.parametrize("call", PASSES)
@pytest.mark.parametrize("refuses", [False, True])
def test_callbacks_read_what_is_published_whatever_the_caller_pins(call, refuses):
    found = []

    def read(part):
        found.append((part, config["port"], config.snapshot["port"]))

    box = Box({"port": 1})
    config = veltrix.Config(box, validate=[lambda candidate: found and read("validate")])
    box.data = {"port": 2}
    config.reload()
    if call == "release":
        config.rollback()
    box.data = {"port": 3}
    config.subscribe(Reading(read))
    config.subscribe(Reading(lambda part: None, refuses))
    read("before")
    with config.pin(override={"port": 777}):
        with contextlib.suppress(RefusedError):
            PASSES[call](config)
        assert config["port"] == 777
    parts = {part for part, *_ in found}
    assert parts >= ({"validate", "prepare", "abort", "failed"} if refuses else {"prepare", "commit"})
    assert [port for _, port, _ in found] == [port for *_, port in found]


def test_a_pin_inside_of_a_callback_is_of_what_is_published():
    box = Box({"port": 1, "host": "a"})
    config = veltrix.Config(box)
    found = []

    def commit(change):
        with config.pin(override={"host": "inner"}):
            found.append((config["port"], config["host"]))

    config.subscribe(commit)
    box.data = {"port": 2, "host": "a"}
    with config.pin(override={"port": 777}):
        config.reload()
        assert config["port"] == 777
    assert found == [(2, "inner")]


def test_what_runs_on_a_loop_for_a_pass_reads_what_is_published():
    found = []

    class Later(veltrix.Subscriber):
        async def prepare(self, change):
            found.append(("prepare", config["port"]))

        async def commit(self, change):
            await asyncio.sleep(0)
            found.append(("commit", config["port"]))

    async def main():
        box.data = {"port": 2}
        subscription = config.subscribe(Later())
        with config.pin(override={"port": 777}):
            await config.areload()
            while len(found) < 2:
                await asyncio.sleep(0.01)
            assert config["port"] == 777
        subscription.cancel()

    box = Box({"port": 1})
    config = veltrix.Config(box)
    asyncio.run(main())
    assert found == [("prepare", 1), ("commit", 2)]


def test_a_source_and_a_thread_of_a_pass_read_what_is_published():
    box = Box({"port": 1})
    config = veltrix.Config(box)
    found = []
    box.meanwhile = lambda: found.append(config["port"])
    with config.pin(override={"port": 777}):
        config.reload()
    assert found == [1]


def test_a_request_that_reloads_gives_the_whole_process_what_is_published():
    box = Box({"pool": 1})
    config = veltrix.Config(box)
    size = [config["pool"]]
    config.subscribe(lambda change: size.__setitem__(0, config["pool"]))

    def application(environ, start):
        config.reload()
        start("200 OK", [])
        return [str(config["pool"]).encode()]

    served = WSGIMiddleware(application, config, lambda request: {"override": {"pool": 777}})
    box.data = {"pool": 2}
    body = served({"REQUEST_METHOD": "POST", "PATH_INFO": "/reload"}, lambda *_: None)
    assert b"".join(body) == b"777"
    assert size == [config["pool"]] == [2]


def test_a_context_variable_that_a_callback_sets_stays_set_where_nothing_is_pinned():
    mark = ContextVar("mark", default=0)

    def reload():
        box = Box({"port": 1})
        config = veltrix.Config(box)
        config.subscribe(lambda change: mark.set(change.generation))
        with config.pin():
            pass
        box.data = {"port": 2}
        config.reload()
        return mark.get()

    # What other tests left pinned in this thread is no concern of it.
    assert Context().run(reload) == 2
