"""A reader guesses a file from its name, in either language, and finds it short."""

from __future__ import annotations

import importlib.metadata
import subprocess
import tomllib

import pytest

import veltrix
from tests.structure.tree import ROOT, python_files, relative, rust_files

TOP_LEVEL = {
    "pyproject.toml", "Cargo.toml", "Cargo.lock", "Makefile", "LICENSE",
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md",
    "rust", "python", "tests", "benches", "docs", "examples",
}  # fmt: skip

LONGEST_FILE = 400


def committed() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git work tree")
    return listed.stdout.splitlines()


def test_the_top_level_is_fixed():
    top = {name.split("/")[0] for name in committed()}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize("path", [*python_files(ROOT / "python"), *rust_files()], ids=relative)
def test_a_file_is_short_enough_to_be_read(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{relative(path)} has {lines} lines"


def test_the_version_is_the_same_everywhere():
    workspace = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))["workspace"]
    assert veltrix.__version__ == workspace["package"]["version"]
    assert veltrix.__version__ == importlib.metadata.version("veltrix")
