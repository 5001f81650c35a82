"""pip takes the extension where one fits, and the wheel without it everywhere else."""

from __future__ import annotations

import re

import pytest

from tests.packaging.wheels import empty_environment, pip, run

NOT_LINUX_CPYTHON = {
    "musl": ["--platform", "musllinux_1_2_x86_64", "--python-version", "3.13"],
    "macOS": ["--platform", "macosx_11_0_arm64", "--python-version", "3.13"],
    "Windows": ["--platform", "win_amd64", "--python-version", "3.13"],
    "PyPy": ["--platform", "manylinux_2_17_x86_64", "--implementation", "pp", "--python-version", "3.11"],
    "without the lock": [
        "--platform",
        "manylinux_2_17_x86_64",
        "--abi",
        "cp314t",
        "--python-version",
        "3.14",
    ],
    "a CPython to come": ["--platform", "manylinux_2_17_x86_64", "--python-version", "3.16"],
    "another processor": ["--platform", "manylinux_2_17_ppc64le", "--python-version", "3.13"],
    "an older glibc": ["--platform", "manylinux_2_12_x86_64", "--python-version", "3.13"],
}


def taken(dist, folder, *target):
    ran = pip(
        "download",
        "--no-index",
        "--find-links",
        dist,
        "--only-binary",
        ":all:",
        "--dest",
        folder,
        *target,
        "veltrix",
    )
    assert ran.returncode == 0, ran.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel.name


def test_the_extension_is_taken_where_it_fits(wheel, dist, tmp_path):
    tag = re.search(r"-cp3(\d+)-.*\.(manylinux_2_17_\w+)\.whl", wheel.name)
    if tag is None:
        return
    # Every later system takes it as well.
    platforms = ["--platform", tag[2].replace("2_17", "2_28"), "--platform", tag[2]]
    assert taken(dist, tmp_path, *platforms, "--python-version", f"3.{tag[1]}") == wheel.name


@pytest.mark.parametrize("target", NOT_LINUX_CPYTHON.values(), ids=NOT_LINUX_CPYTHON)
def test_elsewhere_the_pure_wheel_is_taken(target, dist, tmp_path, pure_wheel):
    assert taken(dist, tmp_path, *target) == pure_wheel.name


def test_an_older_python_is_refused(dist, tmp_path):
    target = ["--platform", "manylinux_2_17_x86_64", "--python-version", "3.10", "--only-binary", ":all:"]
    ran = pip("download", "--no-index", "--find-links", dist, "--dest", tmp_path, *target, "veltrix")
    assert ran.returncode == 1
    assert "3.10.0 not in '>=3.11'" in ran.stderr


def test_this_interpreter_takes_the_extension(dist, tmp_path):
    python = empty_environment(tmp_path / "empty")
    ran = pip(
        "--python",
        python,
        "install",
        "--no-index",
        "--find-links",
        dist,
        "--only-binary",
        "veltrix",
        "veltrix",
    )
    assert ran.returncode == 0, ran.stderr
    assert run(python, "import veltrix; print(veltrix.implementation)", tmp_path) == "native"

    shown = pip("--python", python, "show", "veltrix").stdout.splitlines()
    said = dict(line.split(": ", 1) for line in shown if ": " in line)
    assert said["Author"] == "The Veltrix authors"
    assert said["Home-page"] == "https://github.com/veltrix/veltrix"
    assert said["License-Expression"] == "MIT"
