"""The files of the binding stand in rooms, and no file uses one that uses it."""

from __future__ import annotations

import re

import pytest

from tests.structure.tree import BINDING, relative, rust_files

# Lowest first: a room uses itself and what stands before it.
ROOMS = ("interop", "convert", "state", "read", "classes")


def module(path):
    """`read/reading.rs` -> `read::reading`; a room's own file is the room."""
    parts = path.relative_to(BINDING).with_suffix("").parts
    return "::".join(parts[:-1] if parts[-1] == "mod" else parts)


FILES = {module(path): path for path in rust_files(BINDING) if path.name != "lib.rs"}


def used(path):
    """The modules of the binding that a file names."""
    found = re.findall(r"\bcrate::(\w+(?:::\w+)?)", path.read_text(encoding="utf-8"))
    return {name for name in found if name in FILES} - {module(path)}


def test_every_file_stands_in_a_room():
    declared = re.findall(r"^mod (\w+);", (BINDING / "lib.rs").read_text(encoding="utf-8"), re.MULTILINE)
    assert declared == list(ROOMS)
    assert {name.split("::")[0] for name in FILES} == set(ROOMS)


def test_a_file_is_named_by_its_room():
    # So that what it uses can be read from its text: no list of modules, no path upwards.
    for path in FILES.values():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\bcrate::\{|\bcrate::\w+::\{|\bsuper::", text), relative(path)


@pytest.mark.parametrize("path", FILES.values(), ids=relative)
def test_a_room_uses_only_what_stands_before_it(path):
    own = ROOMS.index(module(path).split("::")[0])
    later = {name for name in used(path) if ROOMS.index(name.split("::")[0]) > own}
    assert not later, f"{relative(path)} uses {later}"


def test_no_files_of_the_binding_stand_in_a_circle():
    uses = {name: used(path) for name, path in FILES.items()}
    while free := {name for name, others in uses.items() if not others & uses.keys()}:
        for name in free:
            del uses[name]
    assert not uses
