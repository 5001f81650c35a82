"""A live `Config` by its files: what a pass finds, and what is published, notified and shown of it."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

import pytest

import veltrix
from tests.loading.conftest import write
from tests.watching.tools import wait_for
from veltrix.errors import ConfigError, RefusedError
from veltrix.loading import notes
from veltrix.publishing import publisher


def states(config):
    return {source.name: source.state for source in config.status().sources}


def test_a_reload_publishes_what_changed_and_tells_what_is_held_back(caplog):
    write("one/a.json", {"a": 1})
    write("two/b.json", {"b": 1})
    config = veltrix.Config("one/a.json", "two/b.json")
    assert config.reload() is None
    write("one/a.json", "[")
    write("two/b.json", {"b": 2})
    change = config.reload()
    assert (change.generation, change.reason) == (2, "two/b.json")
    assert config.to_dict() == {"a": 1, "b": 2}
    status = config.status()
    assert status.stale
    assert status.last_error.startswith("one/a.json")
    assert states(config) == {"one/a.json": "failed", "two/b.json": "good"}
    with pytest.raises(ConfigError):
        config.reload()
    write("one/a.json", {"a": 2})
    assert config.reload().generation == 3
    assert not config.status().stale
    assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 1


def test_a_change_that_removes_too_much_can_be_acknowledged():
    write("a.json", {"a": 1, "b": 2, "c": 3})
    config = veltrix.Config("a.json", max_removed=1)
    write("a.json", {"a": 1})
    with pytest.raises(ConfigError) as caught:
        config.reload()
    [refusal] = caught.value.problems
    assert type(refusal) is RefusedError
    assert (refusal.by, refusal.code) == ("max_removed", "refused")
    assert config.to_dict() == {"a": 1, "b": 2, "c": 3}
    assert config.reload(acknowledge=True).generation == 2
    assert config.to_dict() == {"a": 1}


def test_a_candidate_that_a_validator_refused_is_not_parsed_again(counted):
    def even(snapshot):
        if snapshot["a"] % 2:
            raise ValueError("odd")

    write("a.json", {"a": 2})
    config = veltrix.Config(counted.file("a.json"), validate=[even])
    counted.take()
    write("a.json", {"a": 3})
    for _ in range(3):
        with pytest.raises(ConfigError):
            config.reload()
    assert counted.take() == ["a.json"]
    write("a.json", {"a": 4})
    assert config.reload().generation == 2


def test_files_go_on_being_loaded_while_a_rollback_is_held(counted):
    write("a.json", {"a": 1})
    config = veltrix.Config(counted.file("a.json"), {"top": 1})
    write("a.json", {"a": 2})
    config.reload()
    config.rollback()
    write("a.json", {"a": 3})
    counted.take()
    assert config.reload() is None
    assert counted.take() == ["a.json"]
    assert config["a"] == 1
    assert config.release().difference.changed == {"a": (1, 3)}
    assert config.reload() is None
    assert counted.take() == []
    write("a.json", {"a": 4})
    change = config.reload()
    assert change.difference.changed == {"a": (3, 4)}
    assert change.generation == change.previous + 1


def test_moved_lines_are_swapped_in_silently():
    write("a.toml", "a = 1\n")
    config = veltrix.Config("a.toml")
    told = []
    config.subscribe(told.append)
    write("a.toml", "\n\na = 1\n")
    assert config.reload() is None
    assert told == []
    if veltrix.implementation == "native":
        assert config.explain("a").origin.line == 3


def test_the_last_good_file_is_written_and_serves_a_start(caplog):
    Path("state").mkdir(mode=0o700)
    write("a.json", {"a": 1})
    veltrix.Config("a.json", last_good="state/last.json")
    write("a.json", "[")
    config = veltrix.Config("a.json", last_good="state/last.json")
    assert config["a"] == 1
    assert config.status().stale
    assert states(config) == {"a.json": "stale"}
    assert "a.json: as in the last-good file, as the sources cannot be loaded" in caplog.messages
    write("a.json", {"a": 2})
    assert config.reload().generation == 2
    assert not config.status().stale


def test_a_last_good_file_that_cannot_be_written_costs_nothing_else(caplog):
    write("a.json", {"a": 1})
    config = veltrix.Config("a.json", last_good="absent/last.json")
    assert config["a"] == 1
    said = "last good: absent/last.json: cannot be written: no such file or directory"
    assert config.status().last_error == f"the last-good file: {said}"
    assert caplog.messages == [f"the last-good file: {said}"]


def test_nothing_is_written_while_a_rollback_is_held(clock):
    Path("state").mkdir(mode=0o700)
    write("a.json", {"a": 1})
    config = veltrix.Config("a.json", last_good="state/last.json")
    write("a.json", {"a": 2})
    config.reload()
    config.rollback()
    clock.now += 10
    before = Path("state/last.json").read_bytes()
    write("a.json", {"a": 3})
    config.reload()
    assert Path("state/last.json").read_bytes() == before
    config.release()
    assert b'"a": 3' in Path("state/last.json").read_bytes()


def test_secrets_with_a_last_good_file_are_nowhere_on_disk():
    Path("state").mkdir(mode=0o700)
    Path("secrets").mkdir(mode=0o700)
    write("secrets/token", "hunter2")
    veltrix.Config(veltrix.Secrets("secrets"), last_good="state/last.json")
    assert "hunter2" not in Path("state/last.json").read_text()
    veltrix.Config(veltrix.Secrets("secrets"), last_good="state/last.json", last_good_secrets=True)
    assert "hunter2" in Path("state/last.json").read_text()


def without_an_optional_file():
    write("a.json", {"port": 1})
    write("more.json", {"debug": True})
    config = veltrix.Config("a.json", veltrix.File("more.json", optional=True))
    Path("more.json").unlink()
    write("a.json", {"port": 2})
    return config


def test_what_waits_for_a_file_to_be_removed_is_not_confirmed(clock):
    config = without_an_optional_file()
    confirmed = config._publisher.passes.results.succeeded_at
    for _ in range(2):
        assert config.reload() is None
        assert states(config) == {"a.json": "held", "more.json": "leaving"}
        assert (config.status().stale, config.status().last_error) == (True, None)
        assert config._publisher.passes.results.succeeded_at == confirmed
    clock.now += 2
    assert config.reload().generation == 2
    assert config.to_dict() == {"port": 2}
    assert not config.status().stale
    assert config._publisher.passes.results.succeeded_at > confirmed


def test_a_reload_that_is_requested_comes_back_to_what_waits(monkeypatch):
    """Where nothing watches, nobody would ask again."""
    monkeypatch.setattr(notes, "GRACE", 0.05)
    config = without_an_optional_file()
    published = threading.Event()
    config.subscribe(lambda change: published.set())
    config.request_reload()
    assert published.wait(60)
    assert config.to_dict() == {"port": 2}


def test_the_layers_of_a_table_of_mappings_have_names():
    config = veltrix.Config(
        {"price": 1}, dimensions={"region": {"eu": {"price": 2}, "fr": {"price": 3}}, "season": {"eu": {}}}
    )
    assert states(config) == dict.fromkeys(["values", "region:eu", "region:fr", "season:eu"], "good")
    scoped = config.snapshot.scope(region="fr")
    assert scoped.layer_names == ("values", "region:fr")
    assert str(scoped.explain("price").origin) == "layer 'region:fr'"


def test_a_request_comes_back_where_another_source_fails(monkeypatch):
    monkeypatch.setattr(notes, "GRACE", 0.05)
    write("one/a.json", {"a": 1})
    write("more.json", {"debug": True})
    config = veltrix.Config("one/a.json", veltrix.File("more.json", optional=True))
    Path("more.json").unlink()
    write("one/a.json", "[")
    published = threading.Event()
    config.subscribe(lambda change: published.set())
    config.request_reload()
    assert published.wait(60)
    assert config.to_dict() == {"a": 1}
    assert states(config) == {"one/a.json": "failed", "more.json": "absent"}


def test_of_many_requests_one_comes_back(monkeypatch):
    config = without_an_optional_file()
    monkeypatch.setattr(publisher, "sleep", lambda seconds: waits.append(seconds) or ends.wait(60))
    waits, ends = [], threading.Event()
    before = set(sys._current_frames())
    for _ in range(20):
        config.request_reload()
        wait_for(lambda: not config._publisher._is_requested)
    wait_for(lambda: len(set(sys._current_frames()) - before) == 1)
    assert len(waits) == 1
    ends.set()
    wait_for(lambda: not config._publisher._waits_for_removal)
    config.request_reload()
    wait_for(lambda: len(waits) == 2)
