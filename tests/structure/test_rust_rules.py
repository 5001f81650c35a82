"""What the Rust side may depend on, and where it may say `unsafe`."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.structure.tree import BINDING, CORE, ROOT, relative, rust_files

BANNED = {
    "arc-swap", "async-std", "bincode", "imbl", "rkyv", "rpds", "serde_yaml", "serde_yml", "yaml-rust",
}  # fmt: skip
OLDEST_PYO3 = (0, 30, 1)

# The only files with unsafe blocks, each for the reason that its head gives.
FENCED = {
    "classes/scope_slot.rs",
    "interop/ffi.rs",
    "interop/str_access.rs",
    "read/cache_answer.rs",
    "read/current_slots.rs",
    "read/settings.rs",
    "read/type_slots.rs",
    "state/current.rs",
    "state/slot.rs",
    "state/view_pool.rs",
}


# What works without the interpreter lock: functions of the core, which has no object that it could drop.
DETACHED = {
    "classes/difference.rs": ["kernel::diff"],
    "classes/layer.rs": ["LayerVersion::reinterned", "formats::parse"],
    "classes/resolve.rs": ["kernel::Snapshot::new"],
    "classes/with_layers.rs": ["kernel::Snapshot::with_layers", "kernel::same_definitions"],
    "state/snapshot.rs": ["kernel::Snapshot::reinterned"],
    "state/value_cache.rs": ["self.table.held"],
}

# What PyO3 makes objects with, and panics where CPython has no memory left.
PANICS = (
    r"\bPy(String|Float|Bytes|Dict|List|Tuple|Int)::(new|empty|intern)\(",
    r"::new_err\(",
    r"\.(call_method\d?|getattr|import|into_pyobject|keys|items)\(",
)
# The module itself is made once, and there is nobody yet to be warned.
MAKES = {"interop/ffi.rs", "interop/alloc.rs", "lib.rs", "interop/fork.rs", "interop/imports.rs"}


def code(text: str) -> str:
    """The text without comments and strings."""
    return re.sub(r'//[^\n]*|"(?:\\.|[^"\\])*"', "", text)


def locked() -> list[dict[str, str]]:
    return tomllib.loads((ROOT / "Cargo.lock").read_text(encoding="utf-8"))["package"]


def test_no_banned_crate_is_locked():
    assert not {package["name"] for package in locked()} & BANNED


def test_pyo3_is_recent_enough():
    versions = [package["version"] for package in locked() if package["name"].startswith("pyo3")]
    assert versions
    assert all(tuple(map(int, version.split("."))) >= OLDEST_PYO3 for version in versions)


def test_only_the_binding_crate_says_pyo3():
    for path in rust_files(CORE):
        assert not re.search(r"\bpyo3", code(path.read_text(encoding="utf-8"))), relative(path)
    assert "pyo3" not in (CORE.parent / "Cargo.toml").read_text(encoding="utf-8")


def test_the_module_relies_on_the_lock_and_says_so():
    assert "#[pymodule(gil_used = true)]" in (BINDING / "lib.rs").read_text(encoding="utf-8")


def test_the_core_forbids_unsafe_code():
    assert "#![forbid(unsafe_code)]" in (CORE / "lib.rs").read_text(encoding="utf-8")


def test_the_core_does_no_input_or_output_and_reads_no_clock():
    for path in rust_files(CORE):
        found = re.search(r"std::(fs|net|process|time|env|thread)\b", code(path.read_text(encoding="utf-8")))
        assert not found, f"{relative(path)} uses {found and found.group()}"


@pytest.mark.parametrize("path", rust_files(BINDING), ids=relative)
def test_nothing_that_panics_without_memory_makes_an_object(path):
    found = [word for word in PANICS if re.search(word, code(path.read_text(encoding="utf-8")))]
    assert path.relative_to(BINDING).as_posix() in MAKES or not found


def test_no_reference_is_dropped_without_the_lock():
    # PyO3 is built without the pool where such references wait: one of them would be leaked.
    found = {}
    for path in rust_files(BINDING):
        text = code(path.read_text(encoding="utf-8"))
        if calls := re.findall(r"\bdetach\((?:\|\| ([\w:.]+)\()?", text):
            found[path.relative_to(BINDING).as_posix()] = calls
        assert not re.search(r"\bstd::thread\b|\bspawn\(|allow_threads", text), relative(path)
    assert found == DETACHED


def test_the_plain_slots_own_no_reference_that_they_could_drop():
    # PyO3 does not know that they are called with the lock held. What they keep, they keep for ever.
    for file in ("read/type_slots.rs", "read/current_slots.rs", "classes/scope_slot.rs"):
        text = code((BINDING / file).read_text(encoding="utf-8"))
        assert re.findall(r"\bPy<\w+>|\bPyErr\b", text) == ["Py<PyAny>"], file


def test_a_reference_that_is_dropped_without_the_lock_would_not_end_the_process():
    flags = tomllib.loads((ROOT / ".cargo" / "config.toml").read_text(encoding="utf-8"))["build"]["rustflags"]
    assert ("pyo3_disable_reference_pool" in flags) == ("pyo3_leak_on_drop_without_reference_pool" in flags)


def test_unsafe_stands_only_in_the_fenced_files():
    for path in rust_files(BINDING):
        if re.search(r"\bunsafe\b", code(path.read_text(encoding="utf-8"))):
            assert path.relative_to(BINDING).as_posix() in FENCED, relative(path)


@pytest.mark.parametrize("path", rust_files(BINDING), ids=relative)
def test_every_unsafe_block_says_why_it_is_sound(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if re.search(r"\bunsafe\s*(\{|impl)", code(line)):
            above = lines[max(0, number - 6) : number + 1]
            assert any("SAFETY:" in text for text in above), f"{relative(path)}:{number + 1}"
