"""What the built wheel holds. Looks at the installed one, so it runs where CI has installed it alone."""

from __future__ import annotations

import importlib.metadata
import re

import pytest

from tests.structure.tree import PACKAGE


@pytest.fixture(scope="module")
def files():
    names = {str(file) for file in importlib.metadata.files("veltrix") or ()}
    if names & {"veltrix.pth", "_veltrix.pth"}:
        pytest.skip("veltrix is installed from the tree, not from a wheel")
    return names


def test_the_wheel_holds_every_module_of_the_tree(files):
    tree = {f"veltrix/{path.relative_to(PACKAGE).as_posix()}" for path in PACKAGE.rglob("*.py")}
    assert {name for name in files if name.endswith(".py")} == tree


def test_the_wheel_holds_one_extension_unless_it_is_the_one_without(files):
    without = "Root-Is-Purelib: true" in importlib.metadata.distribution("veltrix").read_text("WHEEL")
    assert len([name for name in files if re.search(r"\.(so|pyd)$", name)]) == (0 if without else 1)


def test_the_wheel_holds_the_type_marker_and_the_licences(files):
    assert "veltrix/py.typed" in files
    licences = {name.partition(".dist-info/licenses/")[2] for name in files}
    assert licences >= {"LICENSE", ".legal/THIRD-PARTY.txt"}


def test_the_wheel_holds_nothing_else(files):
    package = r"veltrix/.*\.(py|so|pyd|pyc)|veltrix/py\.typed|(\.\./)*(bin/veltrix|Scripts/veltrix\.exe)"
    of_the_wheel = r"METADATA|RECORD|WHEEL|entry_points\.txt|licenses/(LICENSE|\.legal/THIRD-PARTY\.txt)"
    of_the_installer = r"INSTALLER|REQUESTED|direct_url\.json"
    kinds = re.compile(rf"{package}|veltrix-[^/]*\.dist-info/({of_the_wheel}|{of_the_installer})")
    assert not [name for name in files if not kinds.fullmatch(name)]


def test_the_wheel_needs_nothing_at_run_time():
    required = importlib.metadata.requires("veltrix") or []
    assert all("extra ==" in requirement for requirement in required)
