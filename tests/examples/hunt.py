"""Reaches into examples/treasure_hunt, which is a folder of scripts and no package."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "treasure_hunt"

_specification = importlib.util.spec_from_file_location("treasure_hunt_stack", FOLDER / "stack.py")
assert _specification
assert _specification.loader
stack = importlib.util.module_from_spec(_specification)
_specification.loader.exec_module(stack)


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the folder's scripts as a user would."""
    command = [sys.executable, FOLDER / script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)
