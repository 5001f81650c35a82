"""Which files are twins: every concept of the kernel, and where each implementation says it."""

from __future__ import annotations

import ast
import re

import pytest

from tests.structure.tree import BINDING, CORE, PACKAGE, python_files, relative, rust_files

# Concept: the file of `_pure`, then those of the core, then those of the binding.
CONCEPTS = {
    "the grammar of paths": ("path", ["path"], ["convert/path"]),
    "values": ("value", ["value"], ["convert/from_python", "convert/to_python", "convert/scalars"]),
    "a layer": ("layer", ["layer", "tree", "tree/builder", "layer_version"], ["classes/layer"]),
    "what a stack is asked for": ("layer_arguments", [], ["classes/layer_arguments"]),
    "origins": ("origin", ["layer"], ["convert/origin"]),
    "the merge rule": ("resolve", ["rule", "resolve", "walk"], []),
    "what is called with layers and snapshots": ("functions", [], ["classes/resolve", "classes/difference"]),
    "a snapshot": (
        "snapshot",
        ["snapshot"],
        ["classes/snapshot", "classes/overlays", "classes/with_layers"],
    ),
    "editing a layer": ("edit", ["edit", "patch"], []),
    "scopes": (
        "scope",
        ["layer_changes", "carried_scope", "recent"],
        ["classes/scope", "state/dimensions", "state/scope_cache"],
    ),
    "deriving": ("derive", ["derive", "derivation", "on_top", "tree_diff"], []),
    "overrides by path": ("override", [], ["classes/overrides"]),
    "reading": ("reading", ["lookup", "equality"], ["read/reading", "classes/methods"]),
    "a view": ("view", [], ["classes/view", "state/view"]),
    "what is published and pinned": (
        "current",
        [],
        ["classes/current", "state/current", "read/current_slots"],
    ),
    "a handle on a value": ("key", [], ["classes/key"]),
    "explain": ("explain", ["explain"], ["read/explain"]),
    "a difference": ("diff", ["diff", "base_diff", "same_value", "sorted_paths"], ["classes/difference"]),
    "a digest": ("digest", ["digest"], []),
    "documents": ("formats/document", ["formats/document"], []),
    "positions": ("formats/position", ["formats/position"], []),
    "the text of a document": ("formats/cursor", ["formats/cursor"], []),
    "JSON": ("formats/json", ["formats/json"], []),
    "TOML": ("formats/toml", ["formats/toml"], []),
    "the scalars of TOML": ("formats/toml_scalar", ["formats/toml_scalar"], []),
    "the tables of TOML": ("formats/toml_tables", ["formats/toml_tables"], []),
    "YAML": ("formats/yaml", ["formats/yaml"], []),
    "the parser of YAML": ("formats/yaml_parser", ["formats/yaml_parser"], []),
    "the nodes of YAML": ("formats/yaml_nodes", ["formats/yaml_nodes"], []),
    "what YAML nodes mean": ("formats/yaml_compose", ["formats/yaml_compose"], []),
    "what YAML scalars mean": ("formats/yaml_scalar", ["formats/yaml_scalar"], []),
    "lines of NAME=value": ("formats/dotenv", ["formats/dotenv"], []),
}

# The detour of the reference around the parsers of the standard library, and its second reading for places.
ONLY_PURE = {"formats/places", "formats/usual"}

# Data structures and caches, which only the fast side needs, and what the reference has from `veltrix`.
ONLY_CORE = {
    "lib", "formats/mod", "formats/document_error", "limits", "error", "hash", "interner", "hamt", "edit_log",
    "tree/buffer_pool", "host_value", "index", "base", "path_filter", "delta", "reintern", "overlay_places",
    "small_overlay", "overlay_data", "read_cache",
}  # fmt: skip


def stems(folder, files):
    return {path.relative_to(folder).with_suffix("").as_posix() for path in files}


def test_every_file_of_the_reference_says_one_concept():
    pure = PACKAGE / "_pure"
    found = {stem for stem in stems(pure, python_files(pure)) if not stem.endswith("__init__")}
    said = [file for file, _, _ in CONCEPTS.values()]
    assert sorted(said) == sorted(found - ONLY_PURE)


def test_every_file_of_the_core_says_a_concept_or_is_only_native():
    said = {file for _, files, _ in CONCEPTS.values() for file in files}
    assert said | ONLY_CORE == stems(CORE, rust_files(CORE))
    assert not said & ONLY_CORE


@pytest.mark.parametrize("concept", CONCEPTS)
def test_every_concept_has_a_native_side(concept):
    _, core, binding = CONCEPTS[concept]
    assert core or binding
    assert set(binding) <= stems(BINDING, rust_files(BINDING))


def test_both_languages_have_the_same_limits():
    python = ast.parse((PACKAGE / "_limits.py").read_text(encoding="utf-8"))
    pure = {
        node.targets[0].id: eval(ast.unparse(node.value))
        for node in python.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    rust = (CORE / "limits.rs").read_text(encoding="utf-8")
    native = re.findall(r"pub const (\w+): usize = ([\d_ <]+);", rust)
    assert pure == {name: eval(value) for name, value in native}


def test_a_limit_stands_once():
    # What a message says of a limit is made of it.
    for path in [*python_files(), *rust_files(CORE), *rust_files(BINDING)]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"\b(more than|deeper than|at most) (64|4300) (levels|segments|digits)\b", text
        ), relative(path)
