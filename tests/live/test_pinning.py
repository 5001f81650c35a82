"""`config.pin`: one snapshot for a context, whatever is published meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import threading

import pytest

import veltrix
from tests.live.tools import Box, in_threads
from veltrix.errors import ConfigError, ValidationError
from veltrix.publishing import pinning


def publish(config, box, **data):
    box.data = {**box.data, **data}
    return config.reload()


def test_a_pin_holds_what_it_found(config, box):
    with config.pin() as pinned:
        assert pinned is config.snapshot
        publish(config, box, port=2)
        assert (config["port"], pinned["port"], config.snapshot["port"]) == (1, 1, 2)
    assert config["port"] == 2


def test_an_inner_pin_derives_from_the_outer_one(config, box):
    with config.pin(override={"port": 5}) as outer:
        publish(config, box, port=2)
        with config.pin() as same:
            assert same is outer
        with config.pin(override={"theme.colour": "blue"}) as inner:
            assert (inner["port"], inner["theme.colour"]) == (5, "blue")
            assert config["theme.colour"] == "blue"
        assert (config["port"], config["theme.colour"]) == (5, "red")
    assert config["port"] == 2


def test_scope_and_override_and_what_is_allowed():
    tables = {"region": {"eu": {"port": 7}, "us": {"port": 8}}}
    config = veltrix.Config({"port": 1, "chat": False}, dimensions=tables)
    allowed = veltrix.Allowed({"chat": bool})
    with config.pin(scope={"region": "eu"}, override={"chat": True}, allowed=allowed) as pinned:
        assert (config["port"], config["chat"]) == (7, True)
        assert pinned.layer_names[-1] == "override"
    with pytest.raises(ValidationError), config.pin(override={"port": 1}, allowed=allowed):
        pytest.fail("what is not allowed was pinned")
    assert (config["port"], config["chat"]) == (1, False)
    with pytest.raises(TypeError, match="unknown dimension"), config.pin(scope={"planet": "mars"}):
        pytest.fail("an unknown dimension was chosen")


def test_leaving_never_raises_and_what_is_inside_is_raised(config):
    pin = config.pin()
    with pytest.raises(LookupError, match="inside"), pin:
        raise LookupError("inside")
    pin.__exit__(None, None, None)
    with pin as again:
        assert again is config.snapshot
        with pytest.raises(RuntimeError) as caught:
            pin.__enter__()
        assert str(caught.value) == "this pin is in use; another one is made by config.pin()"


def test_one_that_is_left_in_another_context(config):
    """As a generator does that a framework ends somewhere else."""
    pin = config.pin(override={"port": 5})
    in_threads(1, lambda _: pin.__enter__())
    assert config["port"] == 1
    pin.__exit__(None, None, None)
    with config.pin(override={"port": 6}):
        assert config["port"] == 6
    assert config["port"] == 1


@pytest.mark.parametrize("count", [2, 5])
def test_several_configurations_at_once(count):
    boxes = [Box({"port": number}) for number in range(count)]
    configs = [veltrix.Config(box) for box in boxes]
    with contextlib.ExitStack() as pins:
        for number, config in enumerate(configs):
            pins.enter_context(config.pin(override={"port": 100 + number}))
        for config, box in zip(configs, boxes, strict=True):
            publish(config, box, port=-1)
        assert [config["port"] for config in configs] == [100 + number for number in range(count)]
    assert [config["port"] for config in configs] == [-1] * count


def test_requests_at_once_each_read_their_own(config, box):
    async def request(number):
        async with config.pin(override={"port": number}) as pinned:
            for _ in range(5):
                await asyncio.sleep(0)
                assert config["port"] == pinned["port"] == number
                assert await asyncio.to_thread(lambda: config["port"]) == number
            return await asyncio.create_task(nested(number))

    async def nested(number):
        return config["port"] == number

    async def main():
        tasks = [asyncio.create_task(request(number)) for number in range(20)]
        await asyncio.to_thread(publish, config, box, port=2)
        return await asyncio.gather(*tasks)

    assert asyncio.run(main()) == [True] * 20
    assert config["port"] == 2


def test_a_task_that_outlives_its_request_reads_the_latest(config, box):
    async def background(go, seen):
        seen.append(config["port"])
        await go.wait()
        seen.append(config["port"])
        publish(config, box, port=3)
        seen.append(config["port"])

    async def main():
        go, seen = asyncio.Event(), []
        async with config.pin(override={"port": 5}):
            task = asyncio.create_task(background(go, seen))
            await asyncio.sleep(0)
            publish(config, box, port=2)
        go.set()
        await task
        return seen

    assert asyncio.run(main()) == [5, 2, 3]


def test_a_thread_does_not_inherit_it(config):
    with config.pin(override={"port": 5}):
        seen = []
        thread = threading.Thread(target=lambda: seen.append(config["port"]))
        thread.start()
        thread.join()
    assert seen == [1] or seen == [
        5
    ]  # from 3.14 on, an interpreter can be told that threads inherit contexts


def test_max_age_pins_anew_when_it_is_over(monkeypatch, config, box):
    now = [100.0]
    monkeypatch.setattr(pinning, "monotonic", lambda: now[0])
    with config.pin(override={"theme.colour": "blue"}, max_age=10) as pinned:
        publish(config, box, port=2)
        now[0] = 109.9
        assert config["port"] == 1
        assert config.current() is pinned
        now[0] = 110.1
        assert (config["port"], config["theme.colour"]) == (2, "blue")
        held = config.current()
        assert pinned["port"] == 1
        now[0] = 200.0
        assert config.current() is held  # nothing was published
        publish(config, box, port=3)
        now[0] = 205.0
        assert config["port"] == 2
        now[0] = 211.0
        assert config["port"] == 3
    assert (config["port"], config["theme.colour"]) == (3, "red")


def test_max_age_inside_of_another_pin_renews_from_that_one(monkeypatch, config, box):
    now = [100.0]
    monkeypatch.setattr(pinning, "monotonic", lambda: now[0])
    with config.pin(override={"port": 5}), config.pin(override={"theme.colour": "blue"}, max_age=10):
        publish(config, box, port=2)
        now[0] = 120.0
        assert (config["port"], config["theme.colour"]) == (5, "blue")


def test_max_age_keeps_what_is_pinned_where_the_new_does_not_fit(monkeypatch, config, box):
    now = [100.0]
    monkeypatch.setattr(pinning, "monotonic", lambda: now[0])
    with config.pin(override={"theme": {"colour": "blue"}}, max_age=10):
        publish(config, box, theme=3, port=2)
        now[0] = 120.0
        assert (config["port"], config["theme.colour"]) == (1, "blue")
        publish(config, box, theme={})
        now[0] = 140.0
        assert (config["port"], config["theme.colour"]) == (2, "blue")


@pytest.mark.parametrize("wrong", [0, -1.0])
def test_a_max_age_that_is_none(config, wrong):
    with pytest.raises(ValueError, match=r"^max_age is a number of seconds above 0$"):
        config.pin(max_age=wrong)


def test_a_conflict_with_what_is_pinned_is_raised_when_it_is_entered(config):
    with pytest.raises(ConfigError), config.pin(override={"port.deep": 1}):
        pytest.fail("a conflict was pinned")
    assert config["port"] == 1


def test_keys_do_not_follow_a_pin(config):
    key = config.key("port")
    with config.pin(override={"port": 5}) as pinned:
        assert key.value == 1
        assert config.key("port") is key
        assert pinned.key("port").value == 5


def test_max_age_keeps_what_is_pinned_where_its_mapping_raises(monkeypatch, config, box):
    class Failing(dict):
        is_gone = False

        def items(self):
            if self.is_gone:
                raise KeyError("hunter2")
            return super().items()

        keys = __iter__ = lambda self: iter([path for path, _ in self.items()])

    now, overrides = [100.0], Failing({"port": 7})
    monkeypatch.setattr(pinning, "monotonic", lambda: now[0])
    with config.pin(override=overrides, max_age=10):
        publish(config, box, theme={"colour": "blue"})
        overrides.is_gone = True
        now[0] = 120.0
        assert (config["port"], config["theme.colour"]) == (7, "red")
        overrides.is_gone = False
        publish(config, box, theme={"colour": "green"})
        now[0] = 140.0
        assert (config["port"], config["theme.colour"]) == (7, "green")
