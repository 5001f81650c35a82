"""What stands in a wheel, and how pip is asked about one."""

from __future__ import annotations

import email
import os
import subprocess
import sys
import zipfile
from email.message import Message
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def read(wheel: Path) -> dict[str, bytes]:
    """The files of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def in_dist_info(wheel: Path, name: str) -> Message:
    """METADATA or WHEEL, as headers and a body."""
    (text,) = (data for file, data in read(wheel).items() if file.endswith(f".dist-info/{name}"))
    return email.message_from_bytes(text)


def is_pure(wheel: Path) -> bool:
    return wheel.name.endswith("-py3-none-any.whl")


def environment(**changes: str) -> dict[str, str]:
    """The environment without what names a kernel, a backend's choice or packages of this checkout."""
    dropped = {"VELTRIX_IMPL", "VELTRIX_BUILD", "PYTHONPATH", "PYTEST_ADDOPTS", "MATURIN_PEP517_ARGS"}
    return {name: value for name, value in os.environ.items() if name not in dropped} | changes


def pip(*arguments: str | Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the pip of this environment, whether it succeeds or not."""
    command = [sys.executable, "-m", "pip", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment(PIP_QUIET="0", **changes)
    )


def empty_environment(folder: Path) -> Path:
    """An environment without even pip; returns its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


def run(python: Path, code: str, folder: Path) -> str:
    """What the code prints, run alone in an empty folder of its own."""
    ran = subprocess.run(
        [python, "-I", "-c", code], cwd=folder, capture_output=True, text=True, check=False, env=environment()
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()
