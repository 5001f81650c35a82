"""How pip builds Veltrix: with the extension where Rust can make it, and without it everywhere else.

maturin builds the extension, and fails where it cannot; hatchling reads the same `[project]` table and packs
the Python files alone. `VELTRIX_BUILD=native` or `VELTRIX_BUILD=pure` forces one of them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Settings = dict[str, Any] | None

MATURIN = "maturin>=1.9,<2"
HATCHLING = "hatchling>=1.27,<2"
FORCE = "to insist on the extension, set VELTRIX_BUILD=native"


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """Both backends where the extension is tried, since it may turn out that it cannot be compiled."""
    return [HATCHLING] if _why_pure() else [MATURIN, HATCHLING]


def get_requires_for_build_sdist(config_settings: Settings = None) -> list[str]:
    """An sdist holds the crates' sources, which cargo names."""
    return [MATURIN]


get_requires_for_build_editable = get_requires_for_build_wheel


def build_wheel(
    directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Build the wheel of this machine and return the name of its file."""
    return _build("build_wheel", directory, config_settings)


def build_editable(
    directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Build what `pip install --editable` installs and return the name of its file."""
    return _build("build_editable", directory, config_settings)


def build_sdist(directory: str, config_settings: Settings = None) -> str:
    """Build the sdist and return the name of its file."""
    import maturin  # type: ignore[import-untyped]

    name: str = maturin.build_sdist(directory, config_settings)
    return name


def _build(hook: str, directory: str, config_settings: Settings) -> str:
    reason = _why_pure()
    if reason is None:
        import maturin

        try:
            name: str = getattr(maturin, hook)(directory, config_settings)
            return name
        except SystemExit:  # maturin has printed what cargo said
            if _forced() == "native":
                raise
            reason = "its extension could not be compiled, see above"
    import hatchling.build

    name = getattr(hatchling.build, hook)(directory, config_settings)
    print(f"veltrix is built without its extension, complete but slower: {reason}; {FORCE}", file=sys.stderr)
    return name


def _forced() -> str:
    forced = os.environ.get("VELTRIX_BUILD", "")
    if forced not in ("", "native", "pure"):
        raise SystemExit("VELTRIX_BUILD is 'native' or 'pure', or not set")
    return forced


def _why_pure() -> str | None:
    """Why the extension is not even tried, or None."""
    forced = _forced()
    if forced == "pure":
        return "VELTRIX_BUILD is 'pure'"
    reason = _why_no_extension()
    if reason is not None and forced == "native":
        raise SystemExit(f"VELTRIX_BUILD is 'native', but {reason}")
    return reason


def _why_no_extension() -> str | None:
    if sys.implementation.name != "cpython":
        return "the extension is for CPython"
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "the extension needs a CPython with the interpreter lock"
    with Path("Cargo.toml").open("rb") as manifest:
        oldest: str = tomllib.load(manifest)["workspace"]["package"]["rust-version"]
    cargo = shutil.which("cargo")
    if cargo is None:
        return f"there is no cargo, and the extension needs Rust {oldest} or newer"
    # rustup puts a cargo there that fails as long as no toolchain is installed.
    try:
        answer = subprocess.run([cargo, "--version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):  # among others, a file that is made for another system
        found = None
    else:
        found = re.match(r"cargo (\d+)\.(\d+)", answer.stdout.decode(errors="replace"))
    if found is None:
        return f"cargo does not run, and the extension needs Rust {oldest} or newer"
    if (int(found[1]), int(found[2])) < tuple(int(part) for part in oldest.split(".")[:2]):
        return f"cargo is {found[1]}.{found[2]}, and the extension needs Rust {oldest} or newer"
    return None
