"""What each wheel holds, and what its metadata says."""

from __future__ import annotations

import configparser
import os
import re
import struct
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.packaging.wheels import ROOT, in_dist_info, is_pure, read

NATIVE = re.compile(r"veltrix-[\d.]+-(cp3\d+)-\1-[\w.]+\.manylinux_2_17_(\w+)\.whl")
# Where the head of an ELF file names its processor, and how.
ELF_MACHINE = 18
MACHINES = {"x86_64": 62, "aarch64": 183}

SAYS_WHO_AND_WHERE = ("Author", "Project-URL", "License-Expression", "Summary", "Requires-Python")


def test_one_extension_for_each_interpreter_and_processor_and_one_wheel_without(dist):
    names = [wheel.name for wheel in dist.glob("*.whl")]
    tags = [found.groups() for name in names if (found := NATIVE.fullmatch(name))]
    assert len(tags) == len(set(tags)) > 0
    assert len(names) == len(tags) + 1


def test_the_extension_is_the_one_that_the_tags_name(wheel):
    extensions = {name: data for name, data in read(wheel).items() if name.endswith((".so", ".pyd"))}
    tags = in_dist_info(wheel, "WHEEL").get_all("Tag")
    if is_pure(wheel):
        assert (extensions, tags) == ({}, ["py3-none-any"])
    else:
        python, processor = NATIVE.fullmatch(wheel.name).groups()
        assert f"{python}-{python}-manylinux_2_17_{processor}" in tags
        ((name, data),) = extensions.items()
        assert name == f"veltrix/_native.cpython-{python[2:]}-{processor}-linux-gnu.so"
        assert struct.unpack_from("<H", data, ELF_MACHINE) == (MACHINES[processor],)


def test_the_python_files_are_those_of_the_tree(wheel):
    package = ROOT / "python"
    tree = {path.relative_to(package).as_posix(): path.read_bytes() for path in package.rglob("*.py")}
    assert {name: data for name, data in read(wheel).items() if name.endswith(".py")} == tree


def test_auditwheel_finds_the_tag_true(wheel):
    if is_pure(wheel):
        return
    shown = subprocess.run(
        [sys.executable, "-m", "auditwheel", "show", wheel], capture_output=True, text=True, check=True
    )
    processor = NATIVE.fullmatch(wheel.name)[2]
    assert re.search(
        rf'consistent with the following platform tag:\s+"manylinux_2_17_{processor}"', shown.stdout
    )


def test_stacks_are_unwound_by_the_library_that_ends_threads(wheel):
    for name, data in read(wheel).items():
        if name.endswith(".so"):
            assert {b"libgcc_s.so.1", b"_Unwind_Resume"} <= set(data.split(b"\0"))


def test_nothing_names_a_folder_of_the_builder(wheel):
    homes = [Path.home(), ROOT, Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))]
    folders = [f"{folder}/".encode() for folder in homes]
    assert [name for name, data in read(wheel).items() if any(folder in data for folder in folders)] == []


def test_the_licences_of_what_is_linked_are_in_it(wheel):
    files = read(wheel)
    licences = {name.partition("/licenses/")[2] for name in files if "/licenses/" in name}
    assert licences == {"LICENSE", ".legal/THIRD-PARTY.txt"}
    (text,) = (data for name, data in files.items() if name.endswith("THIRD-PARTY.txt"))
    assert text == (ROOT / ".legal" / "THIRD-PARTY.txt").read_bytes()


def test_all_wheels_say_the_same_of_themselves(wheel, pure_wheel):
    def said(path):
        headers = in_dist_info(path, "METADATA")
        media_type = headers.get_content_type(), headers.get("Description-Content-Type", "").partition(";")[0]
        fields = {
            # Each backend has its own order of bounds, and its own spaces.
            (name, str(Requirement(value)) if name == "Requires-Dist" else value)
            for name, value in headers.items()
        }
        by_backend = {"Description-Content-Type", "Keywords"}
        return (
            {field for field in fields if field[0] not in by_backend},
            set(headers["Keywords"].split(",")),
            media_type,
            headers.get_payload().strip(),
        )

    assert said(wheel) == said(pure_wheel)
    assert all(in_dist_info(wheel, "METADATA")[field] for field in SAYS_WHO_AND_WHERE)


def test_links_and_pictures_hold_on_the_page_of_the_index(wheel):
    page = in_dist_info(wheel, "METADATA").get_payload()
    text = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    assert len(links) > 10
    assert [link for link in links if not link.startswith("https://")] == []


def test_the_classifiers_name_each_version_that_a_wheel_is_for(dist):
    classifiers = in_dist_info(next(dist.glob("*.whl")), "METADATA").get_all("Classifier")
    named = {found[1] for line in classifiers if (found := re.search(r":: 3\.(\d+)$", line))}
    built = {found[1] for path in dist.glob("*.whl") if (found := re.search(r"-cp3(\d+)-", path.name))}
    assert built <= named


def test_the_command_and_the_fixture_are_entry_points_of_every_wheel(wheel):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (text,) = (data for name, data in read(wheel).items() if name.endswith(".dist-info/entry_points.txt"))
    found = configparser.ConfigParser()
    found.read_string(text.decode())
    assert {group: dict(found[group]) for group in found.sections()} == {
        "console_scripts": project["scripts"],
        **project["entry-points"],
    }


@pytest.mark.parametrize("field", ["Homepage", "Documentation", "Changelog", "Issues", "Security"])
def test_the_addresses_are_of_one_home(pure_wheel, field):
    addresses = dict(
        line.split(", ", 1) for line in in_dist_info(pure_wheel, "METADATA").get_all("Project-URL")
    )
    assert addresses[field].startswith(addresses["Homepage"])
