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
    "edit_log",
    "rule",
    "patch",
    "layer_version",
    "error",
    "index",
    "base",
    "base_diff",
    "resolve",
    "delta",
    "walk",
    "snapshot",
    "reintern",
    "lookup",
    "equality",
    "small_overlay",
    "diff",
    "derivation",
    "derive",
    "edit",
    "explain",
    "digest",
    "read_cache",
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
