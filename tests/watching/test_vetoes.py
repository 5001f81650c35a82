"""What a subscriber refused is offered again by a later look; what is refused for its content is not."""

from __future__ import annotations

import logging

import pytest

import veltrix
from tests.live.tools import Noting
from tests.watching.tools import wait_for
from veltrix.loading import notes
from veltrix.publishing import results

FAST = {"poll": 0.01}


def looked_often(box):
    loads = box.loads
    wait_for(lambda: box.loads > loads + 10)


@pytest.fixture
def pauses(monkeypatch):
    """How many vetoes in a row each pause was for; there is none."""
    noted = []
    monkeypatch.setattr(results, "pause_after", lambda count: noted.append(count) or 0.0)
    return noted


def test_a_veto_that_passes_is_no_veto(config, box, caplog):
    calls = []
    subscriber = Noting(calls, refuses=ConnectionError("not yet"))
    config.subscribe(subscriber)
    with config.watch(**FAST):
        box.data = {"port": 2}
        wait_for(lambda: [part for _, part, _ in calls].count("prepare") >= 3)
        assert (config["port"], config.status().stale) == (1, True)
        subscriber.refuses = None
        wait_for(lambda: config["port"] == 2 and not config.status().stale)
        looked_often(box)
    parts = [part for _, part, _ in calls]
    refused = ["prepare", "abort"] * (parts.count("prepare") - 2)
    assert parts == ["prepare", "abort", "failed", *refused, "prepare", "commit"]
    assert {number for _, part, number in calls if part != "failed"} == {2}
    assert config.status().last_error is None
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert said == ["generation 1 stays: refused by subscriber 'Noting' (ConnectionError)"]


def test_it_waits_longer_each_time_and_begins_anew(config, box, pauses):
    subscriber = Noting([], refuses=ConnectionError())
    config.subscribe(subscriber)
    with config.watch(**FAST):
        for number in (2, 3):
            pauses.clear()
            box.data, subscriber.refuses = {"port": number}, ConnectionError()
            wait_for(lambda: len(pauses) >= 4)
            assert pauses[:4] == [1, 2, 3, 4]
            subscriber.refuses = None
            wait_for(lambda number=number: config["port"] == number)
    assert config._publisher.passes.results.failures >= 8


def test_it_is_not_offered_before_its_time(config, box, monkeypatch):
    monkeypatch.setattr(notes, "FIRST_PAUSE", 3600.0)
    monkeypatch.setattr(notes, "LONGEST_PAUSE", 3600.0)
    calls = []
    config.subscribe(Noting(calls, refuses=ConnectionError()))
    with config.watch(**FAST):
        box.data = {"port": 2}
        wait_for(lambda: calls)
        looked_often(box)
        assert [part for _, part, _ in calls] == ["prepare", "abort", "failed"]
        box.data = {"port": 3}  # another content does not wait
        wait_for(lambda: [part for _, part, _ in calls].count("prepare") == 2)


def test_who_judges_the_content_is_asked_once(box, pauses):
    asked = []

    def validate(candidate):
        asked.append(candidate["port"])
        if candidate["port"] == 2:
            raise ValueError("no")

    with veltrix.Config(box, validate=[validate]) as config, config.watch(**FAST):
        box.data = {"port": 2}
        wait_for(lambda: 2 in asked)
        looked_often(box)
    assert (asked, pauses) == ([1, 2], [])


def test_nothing_is_offered_while_a_rollback_is_held(config, box, pauses):
    box.data = {"port": 2}
    config.reload()
    calls = []
    subscriber = Noting(calls)
    config.subscribe(subscriber)
    config.rollback()
    subscriber.refuses = ConnectionError()
    box.data = {"port": 3}
    with pytest.raises(veltrix.errors.RefusedError):
        config.release()
    calls.clear()
    with config.watch(**FAST):
        looked_often(box)
    assert (calls, config["port"], pauses) == ([], 1, [1])


def test_a_rollback_that_is_refused_is_not_offered(config, box, pauses):
    box.data = {"port": 2}
    config.reload()
    calls = []
    config.subscribe(Noting(calls, refuses=ConnectionError()))
    with config.watch(**FAST):
        with pytest.raises(veltrix.errors.RefusedError):
            config.rollback()
        looked_often(box)
        assert (config.status().stale, config.status().last_error) == (False, None)
        age = config.status().age
        wait_for(lambda: config.status().age < age)
    assert ([part for _, part, _ in calls], pauses) == (["prepare", "abort", "failed"], [])


def test_what_is_refused_otherwise_after_a_veto_is_not_offered(box, monkeypatch):
    now, asked = [0.0], []
    monkeypatch.setattr(results, "monotonic", lambda: now[0])
    monkeypatch.setattr(results, "pause_after", lambda _: 1.0)

    def validate(candidate):
        asked.append(candidate["port"])
        if candidate["port"] == 3:
            raise ValueError("no")

    with veltrix.Config(box, validate=[validate]) as config, config.watch(**FAST):
        config.subscribe(Noting([], refuses=ConnectionError()))
        box.data = {"port": 2}
        wait_for(lambda: config.status().stale)
        box.data = {"port": 3}
        wait_for(lambda: 3 in asked)
        now[0] += 2
        looked_often(box)
    assert asked == [1, 2, 3]


def test_what_cannot_be_fetched_after_a_veto_offers_nothing(config, box, pauses, monkeypatch):
    monkeypatch.setattr(notes, "FIRST_PAUSE", 0.0)  # asked at each look
    config.subscribe(Noting([], refuses=ConnectionError()))
    with config.watch(**FAST):
        box.data = {"port": 2}
        wait_for(lambda: len(pauses) > 2)
        box.error = OSError("gone")
        wait_for(lambda: config.status().sources[0].state == "failed")
        looked_often(box)
        vetoes = len(pauses)
        looked_often(box)
        assert len(pauses) == vetoes
