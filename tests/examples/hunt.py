"""Reaches into examples/treasure_hunt, which is a folder of scripts and no package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "treasure_hunt"
sys.path.insert(0, str(FOLDER))

import stack  # noqa: E402  (found there)

__all__ = ["FOLDER", "run", "stack"]


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the folder's scripts as a user would."""
    command = [sys.executable, FOLDER / script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)
