"""`pip install` of the sources ends in what works, with Rust or without, and in what was forced."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.packaging.wheels import ROOT, empty_environment, environment, pip, run

READS = """
import veltrix
print(veltrix.implementation, veltrix.resolve([veltrix.Layer("a", {"b": 1})])["b"])
"""
EDITABLE = """
import sys
sys.path.insert(0, ".build-backend")
import veltrix_build
veltrix_build.build_editable(".")
"""

CARGOS = {
    "none": (None, "there is no cargo"),
    "too old": ("echo 'cargo 1.60.0 (d1fd9fe 2022-03-01)'", "cargo is 1.60"),
    "rustup without a toolchain": (
        "echo 'error: no override and no default toolchain' >&2; exit 1",
        "cargo does not run",
    ),
    "one for another system": ("#!no such interpreter", "cargo does not run"),
    "one that cannot compile": (
        "[ \"$1\" = --version ] && echo 'cargo 9.9.9' || { echo 'error: linker not found' >&2; exit 101; }",
        "its extension could not be compiled, see above",
    ),
}


@pytest.fixture(scope="module", params=CARGOS.values(), ids=CARGOS.keys())
def cargo(request, tmp_path_factory):
    """A PATH with maturin and that cargo, and what is said of it."""
    script, said = request.param
    tools = tmp_path_factory.mktemp("tools")
    (tools / "maturin").symlink_to(Path(sys.executable).with_name("maturin"))
    if script is not None:
        shell = "" if script.startswith("#!") else "#!/bin/sh\n"
        (tools / "cargo").write_text(f"{shell}{script}\n", encoding="utf-8")
        (tools / "cargo").chmod(0o755)
    return str(tools), said


def build(sdist, folder, **changes):
    ran = pip(
        "wheel",
        "-v",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        folder,
        sdist,
        **changes,
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_without_a_rust_that_works_the_result_is_pure_and_works(cargo, sdist, tmp_path):
    path, said = cargo
    code, output = build(sdist, tmp_path / "out", PATH=path)
    assert code == 0, output
    (wheel,) = (tmp_path / "out").glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")

    lines = [line.strip() for line in output.splitlines()]
    (line,) = (line for line in lines if line.startswith("veltrix is built without its extension"))
    assert said in line
    assert line.endswith("to insist on the extension, set VELTRIX_BUILD=native")

    python = empty_environment(tmp_path / "empty")
    assert pip("--python", python, "install", "--no-index", wheel).returncode == 0
    assert run(python, READS, tmp_path) == "pure 1"


def test_an_extension_that_was_insisted_on_is_an_error(cargo, sdist, tmp_path):
    path, said = cargo
    code, output = build(sdist, tmp_path / "out", PATH=path, VELTRIX_BUILD="native")
    assert code == 1
    assert not list(tmp_path.glob("out/*.whl"))
    assert "Traceback" not in output
    assert f"VELTRIX_BUILD is 'native', but {said}" in output or "linker not found" in output


def test_pure_is_built_beside_a_working_rust_when_asked_for(sdist, tmp_path):
    code, output = build(sdist, tmp_path, VELTRIX_BUILD="pure")
    assert code == 0, output
    assert [path.name for path in tmp_path.glob("*-py3-none-any.whl")]


def test_an_unknown_choice_is_an_error(sdist, tmp_path):
    code, output = build(sdist, tmp_path, VELTRIX_BUILD="rust")
    assert code == 1
    assert "VELTRIX_BUILD is 'native' or 'pure', or not set" in output


def test_a_checkout_is_installed_in_place_without_rust(sdist, tmp_path):
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.glob("veltrix-*")
    subprocess.run([sys.executable, "-c", EDITABLE], cwd=tree, check=True, env=environment(PATH=os.devnull))
    python = empty_environment(tmp_path / "empty")
    assert pip("--python", python, "install", "--no-index", *tree.glob("*.whl")).returncode == 0
    assert run(python, "import veltrix; print(veltrix.__file__)", tmp_path).startswith(str(tree))


@pytest.fixture
def backend(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("VELTRIX_BUILD", raising=False)
    spec = importlib.util.spec_from_file_location("veltrix_build", ".build-backend/veltrix_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_rust_maturin_is_not_even_asked_for(backend, monkeypatch):
    assert backend.get_requires_for_build_wheel() == [backend.MATURIN, backend.HATCHLING]
    monkeypatch.setenv("PATH", os.devnull)
    assert backend.get_requires_for_build_wheel() == [backend.HATCHLING]


def test_interpreters_that_the_extension_is_not_for_get_the_pure_wheel(backend, monkeypatch):
    known = sysconfig.get_config_var
    monkeypatch.setattr(sysconfig, "get_config_var", lambda name: name == "Py_GIL_DISABLED" or known(name))
    assert backend._why_pure() == "the extension needs a CPython with the interpreter lock"
    monkeypatch.setattr(sys, "implementation", SimpleNamespace(name="pypy"))
    assert backend._why_pure() == "the extension is for CPython"
