"""The fixture for tests of users: on top for all threads and keys, until a test ends, however it does."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

import veltrix
from tests.loading.test_faults import failing_at
from veltrix.errors import ConfigError
from veltrix.pytest import veltrix_override as fixture


@dataclass(frozen=True)
class Settings:
    port: int
    host: str = "localhost"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "app.toml"
    path.write_text("port = 1\n")
    return path


@pytest.fixture
def config(file):
    with veltrix.Config(file, schema=Settings) as made:
        yield made


@pytest.fixture
def one_test():
    """What a test of a user has while it runs: the fixture, and a way to end it."""
    steps = fixture.__wrapped__()
    return next(steps), lambda: next(steps, None)


def test_all_threads_and_keys_see_it_until_the_end(config, one_test):
    override, end = one_test
    key = config.key("port", int)
    told = []
    config.subscribe(lambda change: told.append(change.snapshot["port"]), "port")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: config["port"]).result() == 1
        override(config, {"port": 2})
        assert pool.submit(lambda: (config["port"], config.settings.port)).result() == (2, 2)
        assert (key.value, config.get("host")) == (2, None)
        end()
        assert pool.submit(lambda: (config["port"], key.value, config.settings.port)).result() == (1, 1, 1)
    assert told == [2, 1]


def test_a_second_one_stands_on_the_first_and_both_end(config, one_test):
    override, end = one_test
    override(config, {"port": 2})
    override(config, {"host": "a"})
    assert (config.settings, config.status().held is None) == (Settings(2, "a"), False)
    end()
    assert (config.settings, config.status().held) == (Settings(1), None)


def test_what_does_not_fit_raises_and_changes_nothing(config, one_test):
    override, end = one_test
    with pytest.raises(ConfigError, match="port: expected int, not str"):
        override(config, {"port": "many"})
    assert (config.settings.port, config.status().held) == (1, None)
    end()
    assert config.settings.port == 1


def test_what_the_sources_say_meanwhile_comes_after_it(file, config, one_test):
    override, end = one_test
    override(config, {"port": 2})
    file.write_text("port = 30\n")
    config.reload()
    assert config["port"] == 2
    end()
    assert config["port"] == 1
    config.reload()
    assert config["port"] == 30


def test_it_needs_no_source_to_end(file, config, one_test):
    override, end = one_test
    override(config, {"port": 2})
    file.unlink()
    end()
    assert config["port"] == 1


def test_a_release_in_a_test_is_not_undone(file, config, one_test):
    override, end = one_test
    override(config, {"port": 2})
    file.write_text("port = 30\n")
    config.release()
    assert config["port"] == 30
    end()
    assert (config["port"], config.status().held) == (30, None)


class Gate(veltrix.Subscriber):
    """Prepares for its commits, and refuses from some point on."""

    def __init__(self):
        self.is_shut = False
        self.told = []

    def prepare(self, change):
        if self.is_shut:
            raise ConnectionError("not now")

    def commit(self, change):
        self.told.append(change.snapshot["port"])


def test_nobody_can_refuse_the_end(file, one_test):
    gate, is_shut = Gate(), False

    def validate(candidate):
        if is_shut:
            raise ValueError("no")

    override, end = one_test
    with veltrix.Config(file, schema=Settings, validate=[validate]) as config:
        port = config.key("port", int)
        config.subscribe(gate)
        override(config, {"port": 2, "host": "a"})
        host = config.key("host", str)
        gate.is_shut = is_shut = True
        end()
        assert (config.settings, config.status().held) == (Settings(1), None)
        assert (port.value, host.value, gate.told) == (1, "a", [2, 1])
        assert config.reload() is None


def test_a_rollback_in_a_test_is_over_with_it(file, config, one_test):
    override, end = one_test
    file.write_text("port = 5\n")
    config.reload()
    override(config, {"port": 2})
    config.rollback()
    config.rollback(config.history[0].generation)
    assert config["port"] == 1
    end()
    assert (config["port"], config.status().held) == (5, None)
    assert config.reload() is None


def test_it_ends_where_a_test_closes_the_configuration(config, one_test):
    override, end = one_test
    override(config, {"port": 2})
    config.close()
    end()
    assert config["port"] == 1


def test_what_was_rolled_back_is_held_again(file, config, one_test):
    override, end = one_test
    file.write_text("port = 5\n")
    config.reload()
    first = config.history[0].generation
    config.rollback(first)
    override(config, {"port": 2})
    end()
    assert (config["port"], config.status().held) == (1, first)


def test_values_that_are_there_already_are_held_too(file, config, one_test):
    override, end = one_test
    override(config, {"port": 1})
    file.write_text("port = 30\n")
    config.reload()
    assert config["port"] == 1
    end()
    config.reload()
    assert config["port"] == 30


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_at_any_call_leaves_nothing_on_top(config, kind):
    key = config.key("port", int)
    for step in ("override", "end"):
        number, error = 0, kind()
        while isinstance(error, kind):
            number += 1
            steps = fixture.__wrapped__()
            override = next(steps)
            if step == "override":
                error = failing_at(lambda override=override: override(config, {"port": 2}), number, kind)
                next(steps, None)
            else:
                override(config, {"port": 2})
                error = failing_at(lambda steps=steps: next(steps, None), number, kind)
            found = (config["port"], config.settings.port, key.value, config.status().held)
            assert found == (1, 1, 1, None), (step, number)
        assert number > 100


SUITE = """\
import os, pytest, veltrix
from veltrix.pytest import veltrix_override
config = veltrix.Config({"port": 1})

@pytest.mark.parametrize("port", range(2, 22))
def test_port(veltrix_override, port):
    assert config["port"] == 1
    veltrix_override(config, {"port": port})
    for _ in range(1000):
        assert config["port"] == port

def test_that_fails(veltrix_override):
    veltrix_override(config, {"port": 99})
    raise RuntimeError

def test_after_it():
    assert config["port"] == 1
"""


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_in_pytest_alone_and_in_processes(tmp_path, workers):
    if workers:
        pytest.importorskip("xdist")
    Path(tmp_path / "test_suite.py").write_text(SUITE)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *workers, "test_suite.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert "1 failed, 21 passed" in ran.stdout, ran.stdout + ran.stderr
