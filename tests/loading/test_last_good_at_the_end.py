"""What was too early for the last-good file is written when a configuration, or its process, ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import veltrix
from tests.loading.conftest import write

KEPT = "state/last.json"


@pytest.fixture(autouse=True)
def state():
    Path("state").mkdir(mode=0o700)
    write("a.json", {"a": 1})


def is_kept(value):
    return f'"a": {value}' in Path(KEPT).read_text()


def changed():
    """A configuration whose second generation came too early to be written."""
    config = veltrix.Config("a.json", last_good=KEPT)
    write("a.json", {"a": 2})
    config.reload()
    assert is_kept(1)
    return config


def test_closing_writes_it(clock):
    changed().close()
    assert is_kept(2)


def test_closing_writes_it_though_a_source_has_failed_since(clock):
    config = changed()
    write("a.json", "[")
    with pytest.raises(veltrix.ConfigError):
        config.reload()
    config.close()
    assert is_kept(2)


def test_closing_writes_nothing_that_was_rolled_back(clock):
    config = changed()
    config.rollback()
    config.close()
    assert is_kept(1)


def test_closing_writes_nothing_twice(clock):
    config = changed()
    clock.now += 10
    config.reload()
    first = Path(KEPT).stat().st_ino
    config.close()
    assert (Path(KEPT).stat().st_ino, is_kept(2)) == (first, True)


def test_one_that_cannot_be_written_is_logged_and_closes(clock, caplog):
    config = changed()
    Path("state").chmod(0o722)
    config.close()
    assert "the last-good file" in caplog.text
    assert is_kept(1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_leaves_it_to_its_parent(clock):
    config = changed()
    child = os.fork()
    if child == 0:
        config.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert is_kept(1)
    config.close()
    assert is_kept(2)


EXIT = """\
import pathlib, veltrix
config = veltrix.Config("a.json", last_good="state/last.json")
pathlib.Path("a.json").write_text('{"a": 22}')
config.reload()
"""


def test_the_end_of_the_interpreter_writes_it():
    subprocess.run([sys.executable, "-c", EXIT], check=True, timeout=120)
    assert is_kept(22)
