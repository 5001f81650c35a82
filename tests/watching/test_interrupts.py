"""An interrupt in a callback: the watch thread takes it for a refusal; elsewhere it loses no change."""

from __future__ import annotations

import logging

import pytest

import veltrix
from tests.live.tools import Noting
from tests.watching.tools import wait_for

FAST = {"poll": 0.01}
KINDS = (KeyboardInterrupt, SystemExit)


@pytest.mark.parametrize("kind", KINDS)
def test_a_validator_that_exits_in_the_thread_refuses(box, kind, caplog):
    def validate(candidate):
        if candidate["port"] == 2:
            raise kind("no")

    notes = []
    with veltrix.Config(box, validate=[validate]) as config, config.watch(**FAST):
        config.subscribe(Noting(notes))
        box.data = {"port": 2}
        wait_for(lambda: config.status().stale)
        loads = box.loads
        wait_for(lambda: box.loads > loads + 5)
        box.data = {"port": 3}
        wait_for(lambda: config["port"] == 3 and not config.status().stale)
    assert [part for _, part, _ in notes] == ["failed", "prepare", "commit"]
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    [line] = said
    assert line.startswith("generation 1 stays: refused by validator ")
    assert line.endswith(f"({kind.__name__})")


@pytest.mark.parametrize("kind", KINDS)
def test_a_subscriber_that_exits_in_the_thread_is_asked_again(config, box, kind):
    subscriber = Noting([], refuses=kind())
    config.subscribe(subscriber)
    with config.watch(**FAST):
        box.data = {"port": 2}
        wait_for(lambda: config.status().stale)
        subscriber.refuses = None
        wait_for(lambda: config["port"] == 2 and not config.status().stale)


@pytest.mark.parametrize("kind", KINDS)
def test_what_an_interrupted_reload_found_is_published_by_the_next_look(config, box, kind):
    subscriber = Noting([], refuses=kind())
    config.subscribe(subscriber)
    box.data = {"port": 2}
    with pytest.raises(kind):
        config.reload()
    subscriber.refuses = None
    with config.watch(**FAST):
        wait_for(lambda: config["port"] == 2)
