"""What type checkers say of a live configuration, as a program uses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_type

from veltrix import Change, Config, Snapshot, SourceStatus, Status, Subscriber, Subscription, Watch


class Pool(Subscriber):
    def prepare(self, change: Change) -> None:
        if change.snapshot["pool.size"] > 100:
            raise ValueError

    async def commit(self, change: Change) -> None:
        print(change.generation, change.previous, change.reason, change.difference.added)


def check(candidate: Snapshot) -> None:
    assert candidate["port"]


def read(mapping: Mapping[str, object]) -> int:
    return len(mapping)


def use() -> None:
    with Config({"port": 1}, validate=[check], history=3, veto_timeout=1) as config:
        read(config)
        assert_type(config.snapshot, Snapshot)
        assert_type(config.current(), Snapshot)
        assert_type(config.reload(acknowledge=True, timeout=1.5), Change | None)
        assert_type(config.rollback(), Change | None)
        assert_type(config.release(), Change | None)
        assert_type(config.history, tuple[Change, ...])
        assert_type(config.status(), Status)
        assert_type(config.status().sources, tuple[SourceStatus, ...])
        assert_type(config.subscribe(Pool(), "pool"), Subscription)
        assert_type(config.subscribe(print), Subscription)
        with config.pin(scope={"region": "eu"}, override={"port": 2}, max_age=3600) as pinned:
            assert_type(pinned, Snapshot)
        print(
            config["port"], config.get("port", 3), config.key("port").value, config.key("a", default=1).path
        )
        with config.watch(poll=0.5, settle=0.01, rearm=False) as watch:
            assert_type(watch, Watch)
            assert_type(config.status().watching.reason, str | None)
        config.request_reload()


async def serve(config: Config) -> None:
    assert_type(await config.areload(), Change | None)
    async with config.watch() as watch:
        watch.stop()
    async for change in config.changes("port"):
        assert_type(change, Change)
    async with config.pin() as pinned:
        assert_type(pinned, Snapshot)
