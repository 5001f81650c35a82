"""`changes()`, on asyncio's loop and on uvloop's."""

from __future__ import annotations

import asyncio
import gc
import sys
import weakref

import pytest

import veltrix
from tests.live.tools import until


def test_changes_begin_with_the_first_after_the_call(run, config, box):
    async def main():
        box.data = {**box.data, "port": 2}
        await config.areload()
        seen = []
        changes = config.changes()
        box.data = {**box.data, "port": 3}
        await config.areload()
        async for change in changes:
            seen.append((change.generation, change.difference.changed))
            if change.generation == 5:
                break
            box.data = {**box.data, "port": change.generation + 1}
            await config.areload()
        return seen

    assert run(main()) == [(g, {"port": (g - 1, g)}) for g in (3, 4, 5)]


def test_changes_of_a_path(run, config, box):
    async def main():
        changes = config.changes("theme.colour")
        for data in ({"port": 2}, {"theme": {"colour": "blue"}}, {"port": 3}):
            box.data = {**box.data, **data}
            await config.areload()
        return await changes.__anext__()

    change = run(main())
    assert change.generation == 3
    assert change.difference.changed == {"theme.colour": ("red", "blue")}


def test_a_slow_reader_of_changes_skips_and_never_goes_back(run, config, box):
    async def main():
        changes, seen = config.changes(), []
        for port in range(2, 30):
            box.data = {**box.data, "port": port}
            await config.areload()
            if port % 9 == 0:
                seen.append((await changes.__anext__()).generation)
        seen.append((await changes.__anext__()).generation)
        return seen

    assert run(main()) == [9, 18, 27, 29]


def test_each_change_is_given_once(run, config, box):
    async def main():
        changes, seen = config.changes(), []
        for port in (2, 3):
            waiting = asyncio.create_task(changes.__anext__())
            for _ in range(5):
                await asyncio.sleep(0)
            assert not waiting.done()
            box.data = {**box.data, "port": port}
            await config.areload()
            seen.append((await waiting).generation)
        return seen

    assert run(main()) == [2, 3]


def test_several_wait_for_changes(run, config, box):
    async def main():
        tasks = [asyncio.create_task(config.changes().__anext__()) for _ in range(3)]
        await asyncio.sleep(0)
        box.data = {**box.data, "port": 2}
        await config.areload()
        return await asyncio.gather(*tasks)

    assert {change.generation for change in run(main())} == {2}


def test_changes_end_with_the_configuration_and_when_they_are_closed(run, config):
    async def main():
        changes, other = config.changes(), config.changes()
        await other.aclose()
        assert [one async for one in other] == []
        waiting = asyncio.create_task(changes.__anext__())
        await asyncio.sleep(0)
        config.close()
        with pytest.raises(StopAsyncIteration):
            await waiting

    run(main())


@pytest.mark.skipif(not hasattr(sys, "getrefcount"), reason="everything waits for the collector here")
def test_changes_that_nobody_iterates_are_let_go(run, config, box):
    async def main():
        changes = config.changes()
        alive = weakref.ref(changes)
        box.data = {**box.data, "port": 2}
        await config.areload()
        await asyncio.sleep(0)
        del changes
        gc.collect()
        return alive

    assert run(main())() is None
    box.data = {**box.data, "port": 3}
    assert config.reload().generation == 3


def test_changes_are_called_where_a_loop_runs(config):
    with pytest.raises(RuntimeError) as caught:
        config.changes()
    assert str(caught.value) == "changes() is called where a loop runs"


def test_changes_after_the_end(run, config, box):
    async def main():
        changes = config.changes()
        box.data = {**box.data, "port": 2}
        await config.areload()
        await asyncio.sleep(0)
        await changes.aclose()
        assert [change.generation async for change in changes] == []
        box.data = {**box.data, "port": 3}
        await config.areload()
        await asyncio.sleep(0)
        assert [change.generation async for change in changes] == []
        unseen = config.changes()
        box.data = {**box.data, "port": 4}
        await config.areload()
        config.close()
        assert [change.generation async for change in unseen] == [4]
        assert [change async for change in config.changes()] == []

    run(asyncio.wait_for(main(), 60))


@pytest.mark.skipif(not hasattr(sys, "getrefcount"), reason="everything waits for the collector here")
def test_a_loop_that_stands_still_gathers_no_changes(box):
    config, notes = veltrix.Config(box, history=1), []
    loop = asyncio.new_event_loop()

    async def setup():
        async def commit(change):
            notes.append(change.generation)

        config.subscribe(commit)
        return config.changes()

    async def rest(changes):
        seen = (await changes.__anext__()).generation
        await until(lambda: notes)
        return seen

    try:
        changes, alive, wakes = loop.run_until_complete(setup()), [], []
        wake = loop.call_soon_threadsafe
        loop.call_soon_threadsafe = lambda *call, **given: (wakes.append(call), wake(*call, **given))[1]
        for port in range(2, 50):
            box.data = {**box.data, "port": port}
            alive.append(weakref.ref(config.reload().snapshot))
        gc.collect()
        assert len([one for one in alive if one() is not None]) <= 2
        assert len(wakes) == 2  # one of the stream, one of the subscriber
        assert loop.run_until_complete(rest(changes)) == 49
        assert notes == [49]
    finally:
        loop.close()
