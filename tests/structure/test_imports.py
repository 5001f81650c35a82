"""Imports point against the flow of data, and only the switch knows that there are two implementations."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.structure.tree import PACKAGE, imported_modules, module_name, python_files, relative

# Lowest first: a part imports from itself and from what stands before it.
ORDER = (
    "_limits",
    "_formats",
    "_text",
    "_nearest",
    "_weak",
    "errors",
    "types",
    "operators",
    "display",
    "_pickle",
    "annotated",
    "allowed",
    "binding",
    "_pure",
    "_native",
    "_exit_codes",
    "_backend",
    "sources",
    "loading",
    "watching",
    "publishing",
    "_reading",
    "config",
    "contrib",
    "web",
    "_lazy",
    "",
    "bench",
    "cli",
    "__main__",
)

MADE_FOR = {"pydantic_models.py": "pydantic", "msgspec_models.py": "msgspec"}


def part(module: str) -> str:
    """`veltrix._pure.path` -> `_pure`; the package itself is the empty word."""
    return [*module.split("."), ""][1]


@pytest.mark.parametrize("path", python_files(), ids=relative)
def test_imports_point_one_way(path):
    own = part(module_name(path))
    for line, module in imported_modules(path):
        assert ORDER.index(part(module)) <= ORDER.index(own), f"{relative(path)}:{line} imports {module}"


@pytest.mark.parametrize("path", python_files(), ids=relative)
def test_only_the_switch_imports_an_implementation(path):
    own = part(module_name(path))
    for line, module in imported_modules(path):
        if part(module) in {"_pure", "_native"}:
            assert own in {"_backend", part(module)}, f"{relative(path)}:{line} imports {module}"


def test_no_modules_stand_in_a_circle():
    # Imports for annotations count as well; but they may name what the package shows.
    uses = {
        module_name(path): {module for _, module in imported_modules(path, for_types=True)}
        - {module_name(path), "veltrix"}
        for path in python_files()
    }
    while free := {name for name, others in uses.items() if not others & uses.keys()}:
        for name in free:
            del uses[name]
    assert not uses


@pytest.mark.parametrize("path", [p for p in python_files() if p.name != "__main__.py"], ids=relative)
def test_each_module_can_be_imported_alone(path):
    library = MADE_FOR.get(path.name)
    if library is not None:
        pytest.importorskip(library, reason=f"{path.name} is imported where there are models of {library}")
    subprocess.run([sys.executable, "-W", "error", "-c", f"import {module_name(path)}"], check=True)


def test_the_package_file_only_names_what_is_public():
    text = (PACKAGE / "__init__.py").read_text(encoding="utf-8")
    assert "def " not in text
    assert "class " not in text
