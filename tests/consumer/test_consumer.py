"""A project that uses Veltrix as its users do: the wheel, both checkers at their strictest, its own tests."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.packaging.wheels import ROOT, empty_environment, environment, is_pure, pip, run

PROJECT = Path(__file__).with_name("project")
SAID = re.compile(r"  # mypy: (.+); pyright: (.+)$")

pytestmark = pytest.mark.skipif(
    os.environ.get("VELTRIX_IMPL") == "pure", reason="once is enough: the wheel is the pure one either way"
)


@pytest.fixture(scope="module")
def wheel(request, tmp_path_factory):
    """The pure wheel of `--dist`, or one that is built here."""
    for name in ("mypy", "basedpyright", "hatchling", "pydantic", "msgspec", "fastapi", "flask"):
        pytest.importorskip(name)
    folder = request.config.getoption("--dist")
    if folder is None:
        folder = tmp_path_factory.mktemp("dist")
        built = pip(
            "wheel",
            "--no-deps",
            "--no-index",
            "--no-build-isolation",
            "--wheel-dir",
            folder,
            ROOT,
            VELTRIX_BUILD="pure",
        )
        assert built.returncode == 0, built.stdout + built.stderr
    (found,) = filter(is_pure, folder.resolve().glob("*.whl"))
    return found


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """The interpreter of an environment with the wheel, and with what is here but for this tree."""
    folder = tmp_path_factory.mktemp("consumer")
    python = empty_environment(folder / "environment")
    installed = pip("--python", python, "install", "--no-index", wheel)
    assert installed.returncode == 0, installed.stderr
    others = folder / "others"
    others.mkdir()
    for kind in ("purelib", "platlib"):
        for one in Path(sysconfig.get_path(kind)).iterdir():
            link = others / one.name
            if one.suffix != ".pth" and not one.name.startswith("veltrix") and not link.exists():
                link.symlink_to(one)
    packages = run(python, "import sysconfig; print(sysconfig.get_path('purelib'))", folder)
    Path(packages, "others.pth").write_text(f"{others}\n", encoding="utf-8")
    where = run(python, "import veltrix; print(veltrix.__file__, veltrix.implementation)", folder)
    assert where == f"{Path(packages, 'veltrix', '__init__.py')} pure"
    return python


@pytest.fixture
def project(tmp_path):
    return shutil.copytree(PROJECT, tmp_path / "project")


@pytest.fixture(scope="module")
def wrong():
    """By line of the wrong uses, what mypy says of it and what pyright does."""
    lines = PROJECT.joinpath("wrong_uses.py").read_text(encoding="utf-8").splitlines()
    found = [(number, SAID.search(line)) for number, line in enumerate(lines, 1)]
    said = [
        {("wrong_uses.py", at, code) for at, has in found if has for code in has[of].split(", ")}
        for of in (1, 2)
    ]
    assert min(map(len, said)) > 40
    return dict(zip(("mypy", "pyright"), said, strict=True))


def checked(project, *command):
    ran = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr  # there are problems, and nothing worse
    return ran.stdout


def test_mypy_says_what_is_wrong_and_no_more(python, project, wrong):
    output = checked(
        project, "mypy", "--strict", "--no-incremental", "--python-executable", python, "--output=json", "."
    )
    problems = map(json.loads, output.splitlines())
    assert {(one["file"], one["line"], one["code"]) for one in problems} == wrong["mypy"]


def test_pyright_says_what_is_wrong_and_no_more(python, project, wrong):
    output = json.loads(checked(project, "basedpyright", "--pythonpath", python, "--outputjson"))
    found = {
        (Path(one["file"]).name, one["range"]["start"]["line"] + 1, one["rule"])
        for one in output["generalDiagnostics"]
    }
    assert found == wrong["pyright"]
    assert output["summary"]["filesAnalyzed"] == len([*project.rglob("*.py")])


def test_its_tests_have_the_fixture_that_the_wheel_brings(python, project):
    ran = subprocess.run(
        [python, "-m", "pytest", "-q"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    tests = project.joinpath("tests", "test_shop.py").read_text(encoding="utf-8").count("def test_")
    assert f"{tests} passed" in ran.stdout, ran.stdout + ran.stderr
