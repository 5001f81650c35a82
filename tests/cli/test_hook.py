"""The hook of pre-commit: what it runs, as it runs it, with what a page says of `args`."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def hook():
    yaml = pytest.importorskip("yaml")
    file = ROOT / ".pre-commit-hooks.yaml"
    if not file.exists():
        pytest.skip("the tests stand alone, without the tree")
    (found,) = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def test_it_has_what_pre_commit_requires(hook):
    assert hook["id"] == "veltrix-check"
    assert {"id", "name", "entry", "language"} <= set(hook)
    assert hook["language"] == "python"
    assert hook["pass_filenames"] is False


def test_what_it_runs_judges_the_files_of_its_arguments(hook, folder):
    program, *words = shlex.split(hook["entry"])
    assert program == "veltrix"

    def run(*arguments):
        command = [sys.executable, "-m", program, *words, *arguments]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    assert run("base.json", "site.json").returncode == 0
    (folder / "site.json").write_text('{"server": 1')
    ran = run("base.json", "site.json")
    assert (ran.returncode, ran.stdout.startswith("site.json")) == (1, True)
