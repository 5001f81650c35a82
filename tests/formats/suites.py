"""Conformance suites, read where cargo has put the crates that carry them, as the tests of the core do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@cache
def crates():
    """The folder of each crate by its name; empty where cargo or a crate is missing."""
    if shutil.which("cargo") is None:
        return {}
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--offline"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        return {}
    packages = json.loads(ran.stdout)["packages"]
    return {package["name"]: Path(package["manifest_path"]).parent for package in packages}


def cases(crate, folder, find, least):
    """The cases of a suite as test parameters, named by their paths; one that is skipped without the crate.

    `find` takes the folder and yields their paths. Fewer than `least` are an error: a suite that is not found
    must not pass. In CI a suite without its crate is an error, too: cargo's own tests have fetched it before.
    """
    if crate not in crates():
        said = f"cargo has not fetched {crate}"
        assert not os.environ.get("CI"), said
        return [pytest.param(None, marks=pytest.mark.skip(reason=said))]
    root = crates()[crate] / folder
    found = sorted(find(root))
    assert len(found) >= least
    return [pytest.param(path, id=path.relative_to(root).as_posix()) for path in found]
