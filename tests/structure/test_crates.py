"""The crates in the extension: from the one registry, and named in the file of licences that wheels carry."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest

from tests.structure.tree import ROOT

LINKED = "cargo tree --locked --offline -p veltrix-py -e normal --prefix none --target"
SYSTEMS = (
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
)
needs_cargo = pytest.mark.skipif(
    not shutil.which("cargo") and not os.environ.get("CI"), reason="there is no cargo"
)


def test_each_crate_comes_from_the_registry_with_its_checksum():
    packages = tomllib.loads((ROOT / "Cargo.lock").read_text(encoding="utf-8"))["package"]
    strangers = [package for package in packages if not package["name"].startswith("veltrix-")]
    assert len({package.get("source") for package in strangers}) == 1
    assert all(package["source"].startswith("registry+") and package["checksum"] for package in strangers)


@needs_cargo
def test_the_licence_of_each_crate_in_the_extension_is_given():
    now = subprocess.run(
        [sys.executable, ".legal/gather.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert len(re.findall(r"^- \S+ \d\S*$", now, re.MULTILINE)) > 5
    assert (ROOT / ".legal" / "THIRD-PARTY.txt").read_text(encoding="utf-8") == now, "run `make licences`"


@needs_cargo
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_extension_holds_the_same_crates_on_every_system(system):
    tree = subprocess.run(
        [*LINKED.split(), system], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    linked = {" ".join(line.split()[:2]).replace(" v", " ") for line in tree.splitlines()}
    given = (ROOT / ".legal" / "THIRD-PARTY.txt").read_text(encoding="utf-8")
    strangers = {crate for crate in linked if not crate.startswith("veltrix-")}
    assert strangers == set(re.findall(r"^- (\S+ \d\S*)$", given, re.MULTILINE))
