from __future__ import annotations

import os
import subprocess
import sys

import pytest

from veltrix.bench import comparison, ratio
from veltrix.cli import main

BASE = """\
{
  "server": {"host": "localhost", "port": 8080, "tags": ["a", "b"]},
  "debug": false,
  "db": {"password": "hunter2"}
}
"""
SITE = '{"server": {"host": "0.0.0.0"}, "db": {"pool": {"size": 5}}, "cache": null}'


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A directory with two files, and an environment without colours or variables of ours."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("APP") or name in {"NO_COLOR", "TERM"}:
            monkeypatch.delenv(name)
    (tmp_path / "base.json").write_text(BASE)
    (tmp_path / "site.json").write_text(SITE)
    return tmp_path


@pytest.fixture
def run(capsys):
    """Run the command line here: the exit code and what it printed."""

    def run_here(*arguments):
        code = main([os.fsdecode(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return run_here


@pytest.fixture
def program():
    """Run the command line in a process of its own: the exit code and what it printed."""

    def run_program(*arguments, **options):
        command = [sys.executable, "-m", "veltrix", *arguments]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, **options)
        return ran.returncode, ran.stdout, ran.stderr

    return run_program


@pytest.fixture
def printed(run):
    """What a command prints that must succeed and say nothing else."""

    def run_well(*arguments):
        code, out, err = run(*arguments)
        assert (code, err) == (0, "")
        return out

    return run_well


@pytest.fixture
def refused(run):
    """What a command says that must be refused."""

    def run_badly(*arguments):
        code, out, err = run(*arguments)
        assert (code, out) == (2, "")
        assert err.startswith("veltrix: error: ")
        assert err.count("veltrix: error: ") == 1
        assert "Traceback" not in err
        return err.removeprefix("veltrix: error: ").removesuffix("\n")

    return run_badly


@pytest.fixture
def hasty(monkeypatch):
    """Few and short samples: what they find is not looked at."""
    monkeypatch.setattr(comparison, "SECONDS", 0.0)
    monkeypatch.setattr(ratio, "SAMPLE_NS", 1_000)
    monkeypatch.setattr(ratio, "MOST_SAMPLES", 3)
