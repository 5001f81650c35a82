"""The modules of the core use only what stands before them where data flows."""

from __future__ import annotations

import re

import pytest

from tests.structure.tree import CORE, relative, rust_files

# In the order of the flow: a module uses itself and what stands before it.
ORDER = (
    "limits",
    "hash",
    "path",
    "interner",
    "sorted_paths",
    "value",
    "tree",
    "same_value",
    "tree_diff",
    "formats",
    "layer",
    "hamt",
    "host_value",
    "edit_log",
    "rule",
    "patch",
    "layer_version",
    "error",
    "index",
    "base",
    "base_diff",
    "resolve",
    "path_filter",
    "delta",
    "walk",
    "snapshot",
    "reintern",
    "lookup",
    "equality",
    "overlay_places",
    "small_overlay",
    "overlay_data",
    "diff",
    "derivation",
    "on_top",
    "derive",
    "layer_changes",
    "carried_scope",
    "edit",
    "explain",
    "digest",
    "read_cache",
    "recent",
)


def test_every_module_has_its_place():
    declared = re.findall(
        r"^(?:pub )?mod (\w+);", (CORE / "lib.rs").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(declared) == sorted(ORDER)


@pytest.mark.parametrize("path", [p for p in rust_files(CORE) if p.name != "lib.rs"], ids=relative)
def test_a_module_uses_only_what_stands_before_it(path):
    own = path.relative_to(CORE).with_suffix("").parts[0]
    shipped = path.read_text(encoding="utf-8").split("#[cfg(test)]")[0]
    used = set(re.findall(r"\bcrate::(\w+)", shipped)) & set(ORDER)
    later = {module for module in used if ORDER.index(module) > ORDER.index(own)}
    assert not later, f"{relative(path)} uses {later}"


def test_no_files_of_a_folder_stand_in_a_circle():
    # What a folder's own file holds is for all files in it.
    named = re.compile(r"\bsuper::(?:(\w+)|\{([^}]*)\})")
    for folder in (path for path in CORE.iterdir() if path.is_dir()):
        files = {path.stem: path.read_text(encoding="utf-8") for path in rust_files(folder)}
        uses = {
            name: {word for found in named.findall(text) for word in re.findall(r"\w+", " ".join(found))}
            & (files.keys() - {name, "mod"})
            for name, text in files.items()
        }
        while free := {name for name, others in uses.items() if not others & uses.keys()}:
            for name in free:
                del uses[name]
        assert not uses
