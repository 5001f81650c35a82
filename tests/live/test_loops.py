"""Subscribers with coroutine functions and `areload`, on asyncio's loop and on uvloop's."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

import veltrix
from tests.live.tools import Box, Noting, Telling, state, until
from veltrix.errors import ConfigError, RefusedError, SourceError


class Awaiting(veltrix.Subscriber):
    """Notes each call and the loop that it runs on."""

    def __init__(self, notes, refuses=None, waits=None):
        self.notes = notes
        self.refuses = refuses
        self.waits = waits

    async def prepare(self, change):
        self.notes.append(("prepare", change.generation, asyncio.get_running_loop()))
        if self.waits is not None:
            try:
                await self.waits
            except asyncio.CancelledError:
                self.notes.append(("cancelled", change.generation, asyncio.get_running_loop()))
                raise
        if self.refuses is not None:
            raise self.refuses

    async def commit(self, change):
        self.notes.append(("commit", change.generation, asyncio.get_running_loop()))

    async def abort(self, change):
        self.notes.append(("abort", change.generation, asyncio.get_running_loop()))

    async def failed(self, error):
        self.notes.append(("failed", str(error), asyncio.get_running_loop()))


def test_g9_an_async_prepare_and_commit_run_on_their_loop(run, config, box):
    notes = []

    async def main():
        config.subscribe(Awaiting(notes))
        box.data = {**box.data, "port": 2}
        assert (await config.areload()).generation == 2
        await until(lambda: len(notes) == 2)
        return asyncio.get_running_loop()

    loop = run(main())
    assert notes == [("prepare", 2, loop), ("commit", 2, loop)]


def test_g9_an_async_prepare_can_refuse(run, config, box):
    notes, before = [], state(config)

    async def main():
        config.subscribe(Awaiting(notes, ValueError("no")))
        box.data = {**box.data, "port": 2}
        with pytest.raises(RefusedError, match=r"^refused by subscriber 'Awaiting': no$"):
            await config.areload()
        await until(lambda: len(notes) == 3)

    run(main())
    assert [note[0] for note in notes] == ["prepare", "abort", "failed"]
    assert state(config) == before


def test_g9_one_that_takes_too_long_is_cancelled_and_refuses(run, box):
    notes = []
    config = veltrix.Config(box, veto_timeout=0.05)

    async def main():
        config.subscribe(Awaiting(notes, waits=asyncio.get_running_loop().create_future()))
        box.data = {**box.data, "port": 2}
        with pytest.raises(RefusedError, match=r"no answer within 0.05 seconds"):
            await config.areload()
        await until(lambda: len(notes) == 4)

    run(main())
    assert sorted(note[0] for note in notes) == ["abort", "cancelled", "failed", "prepare"]
    assert config["port"] == 1


def test_g9_a_timeout_of_its_own_is_its_own(run, config, box):
    async def main():
        config.subscribe(Awaiting([], TimeoutError("the pool did not answer")))
        box.data = {**box.data, "port": 2}
        with pytest.raises(RefusedError, match="the pool did not answer"):
            await config.areload()

    run(main())


def test_g9_a_commit_is_not_awaited(run, config, box):
    notes = []

    async def main():
        go = asyncio.Event()

        async def commit(change):
            await go.wait()
            notes.append(change.generation)

        config.subscribe(commit)
        box.data = {**box.data, "port": 2}
        assert (await config.areload()).generation == 2
        assert (config["port"], notes) == (2, [])
        go.set()
        await until(lambda: notes)

    run(main())
    assert notes == [2]


def test_g9_of_the_commits_that_wait_the_newest_runs_and_never_two_at_once(run, config, box):
    notes, running = [], []

    async def main():
        go = asyncio.Event()

        async def commit(change):
            assert not running
            running.append(change)
            await go.wait()
            notes.append(change.generation)
            running.pop()

        config.subscribe(commit)
        for port in range(2, 8):
            box.data = {**box.data, "port": port}
            await config.areload()
        await until(lambda: running)
        go.set()
        await until(lambda: notes and notes[-1] == config.generation)

    run(main())
    assert notes == sorted({*notes})
    assert len(notes) <= 3


def test_g9_whoever_prepares_is_told_of_each(run, config, box):
    notes = []

    async def main():
        config.subscribe(Awaiting(notes))
        for port in range(2, 6):
            box.data = {**box.data, "port": port}
            await config.areload()
        await until(lambda: len(notes) == 8)

    run(main())
    assert [note[1] for note in notes if note[0] == "commit"] == [2, 3, 4, 5]


def test_g9_what_a_commit_raises_later_is_reported(run, config, box, caplog):
    async def main():
        async def commit(change):
            await asyncio.sleep(0)
            raise ValueError("hunter2")

        config.subscribe(commit)
        box.data = {**box.data, "port": 2}
        await config.areload()
        await until(lambda: config.status().last_error is not None)

    run(main())
    assert "commit of subscriber" in config.status().last_error
    assert "hunter2" not in repr(config.status())


def test_g9_a_loop_that_is_closed_ends_the_subscription_and_is_reported(run, config, box):
    notes, told = [], Telling()

    async def main():
        return config.subscribe(Awaiting(notes))

    subscription = run(main())
    config.subscribe(told)
    assert subscription.is_active
    box.data = {**box.data, "port": 2}
    assert config.reload().generation == 2
    assert not subscription.is_active
    assert notes == []
    assert len(told.changes) == 1
    box.data = {**box.data, "port": 3}
    assert config.reload().generation == 3


def test_g9_reload_on_the_loop_that_prepares_is_refused_at_once(run, config, box):
    async def main():
        subscription = config.subscribe(Awaiting([]))
        loads = box.loads
        why = (
            " would wait for a subscriber that prepares on the loop of this thread; "
            "await config.areload(), or call it in another thread"
        )
        for call in (config.reload, config.rollback, config.release):
            with pytest.raises(RuntimeError) as caught:
                call()
            assert str(caught.value) == f"{call.__name__}{why}"
        assert box.loads == loads
        subscription.cancel()
        assert config.reload() is None

    run(main())


def test_coroutine_functions_are_subscribed_where_a_loop_runs(config):
    with pytest.raises(
        RuntimeError, match=r"^a subscriber with coroutine functions is subscribed where its loop runs$"
    ):
        config.subscribe(Awaiting([]))


def test_a_plain_function_that_gives_a_coroutine_is_a_mistake_that_is_told(run, config, box):
    async def forgotten(change):
        raise AssertionError

    class Plain(veltrix.Subscriber):
        def prepare(self, change):
            return forgotten(change)

    async def main():
        with config.subscribe(Plain()):
            box.data = {**box.data, "port": 2}
            with pytest.raises(
                RefusedError, match=" gave a coroutine; a function that awaits is an `async def`"
            ):
                await config.areload()
        config.subscribe(lambda change: forgotten(change))
        await config.areload()
        assert "TypeError" in config.status().last_error

    run(main())


def test_a_validator_is_no_coroutine_function(box):
    async def validate(candidate):
        raise AssertionError

    with pytest.raises(TypeError, match=r"a validator is a plain function, and .*validate' is an async one"):
        veltrix.Config(box, validate=[validate])
    with pytest.raises(TypeError, match=r"^a validator is a callable, not int$"):
        veltrix.Config(box, validate=[3])
    with pytest.raises(RefusedError, match="gave a coroutine"):
        veltrix.Config(box, validate=[lambda candidate: validate(candidate)])


def test_areload_raises_what_reload_raises(run, config, box):
    async def main():
        box.error = SourceError("is away", "box")
        with pytest.raises(ConfigError, match="box: is away"):
            await config.areload()
        box.error = None
        assert await config.areload() is None

    run(main())


def test_areload_that_is_cancelled_leaves_the_pass_going_on(run, config, box):
    entered, go = threading.Event(), threading.Event()

    def slow():
        entered.set()
        assert go.wait(60)

    async def main():
        box.data, box.meanwhile = {**box.data, "port": 2}, slow
        task = asyncio.create_task(config.areload())
        await until(entered.is_set)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert config["port"] == 1
        go.set()
        await until(lambda: config["port"] == 2)

    run(main())


def test_the_loop_runs_while_a_pass_is_slow(run, config, box):
    async def main():
        turns = 0
        box.data, box.meanwhile = {**box.data, "port": 2}, lambda: time.sleep(0.2)
        task = asyncio.create_task(config.areload())
        while not task.done():
            turns += 1
            assert config["port"] in (1, 2)
            await asyncio.sleep(0.001)
        return turns, await task

    turns, change = run(main())
    assert change.generation == 2
    assert turns > 3


def test_many_areloads_at_once(run, config, box):
    async def main():
        box.data = {**box.data, "port": 2}
        box.meanwhile = lambda: time.sleep(0.01)  # time for others to ask, and to share the next pass
        return await asyncio.gather(*(config.areload() for _ in range(100)))

    found = run(main())
    assert {one.generation for one in found if one is not None} == {2}
    assert (config["port"], config.generation) == (2, 2)


def test_a_reload_from_an_async_prepare_is_refused_and_from_a_commit_allowed(run, config, box):
    notes = []

    class Reloading(veltrix.Subscriber):
        async def prepare(self, change):
            try:
                await config.areload()
            except RuntimeError as error:
                notes.append(str(error))

        async def commit(self, change):
            notes.append(await config.areload())

    async def main():
        config.subscribe(Reloading())
        box.data = {**box.data, "port": 2}
        await config.areload()
        await until(lambda: len(notes) == 2)

    run(main())
    assert notes == ["areload is called from inside of a pass; request_reload can be", None]


def test_a_mixed_crowd(run):
    """Plain and awaiting subscribers in one order, refused by the last of them."""
    box, notes, loops = Box({"a": 1}), [], []
    config = veltrix.Config(box)

    async def main():
        config.subscribe(Noting(notes, "plain"))
        config.subscribe(Awaiting(loops))
        last = config.subscribe(Noting(notes, "last", ValueError("no")))
        box.data = {"a": 2}
        with pytest.raises(RefusedError):
            await config.areload()
        last.cancel()
        await config.areload()
        await until(lambda: len(loops) == 5)

    run(main())
    assert [note[0] for note in loops] == ["prepare", "abort", "failed", "prepare", "commit"]
    assert [note[:2] for note in notes if note[1] != "failed"] == [
        ("plain", "prepare"),
        ("last", "prepare"),
        ("last", "abort"),
        ("plain", "abort"),
        ("plain", "prepare"),
        ("plain", "commit"),
    ]


def test_areload_raises_a_stop_iteration_as_another_error(run, config, box):
    async def main():
        box.error = StopIteration("hunter2")
        with pytest.raises(RuntimeError, match="StopIteration") as caught:
            await asyncio.wait_for(config.areload(), 60)
        assert isinstance(caught.value.__cause__, StopIteration)

    run(main())


def test_g9_a_commit_that_ends_as_what_it_awaits_is_cancelled(run, config, box):
    notes = []

    async def main():
        awaited = asyncio.get_running_loop().create_future()

        async def commit(change):
            notes.append(change.generation)
            if change.generation == 2:
                await awaited

        config.subscribe(commit)
        box.data = {**box.data, "port": 2}
        await config.areload()
        await until(lambda: notes)
        box.data = {**box.data, "port": 3}
        await config.areload()
        awaited.cancel()
        await asyncio.wait_for(until(lambda: len(notes) == 2), 60)

    run(main())
    assert notes == [2, 3]
    assert "CancelledError" in config.status().last_error


def test_a_loop_that_ends_cancels_a_commit_and_begins_no_other(run, config, box):
    notes = []

    async def main():
        async def commit(change):
            notes.append(change.generation)
            await asyncio.sleep(3600)

        config.subscribe(commit)
        box.data = {**box.data, "port": 2}
        await config.areload()
        await until(lambda: notes)
        box.data = {**box.data, "port": 3}
        await config.areload()

    run(main())
    assert notes == [2]
    assert config.status().last_error is None
