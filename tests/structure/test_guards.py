"""A panic never leaves the native kernel: what asks it stands in a guard."""

from __future__ import annotations

import re

import pytest

from tests.structure.tree import BINDING

# Methods that ask the kernel, or hand it what came from outside.
GUARDED = {
    "classes/layer.rs": ["from_data", "parse", "state"],
    "classes/resolve.rs": ["resolve", "restore_snapshot"],
    "convert/path.rs": ["parse_path", "format_path"],
    "classes/difference.rs": ["dicts", "diff"],
    "classes/view.rs": ["reading"],
    "classes/snapshot.rs": ["__reduce__"],
    "classes/overlays.rs": ["overridden"],
    "read/reading.rs": ["reading"],
    "state/snapshot.rs": ["deriving", "under_overlay"],
    "state/small_overlay.rs": ["small_overlay"],
}
DERIVING = {
    "classes/overlays.rs": ["overlaid_with"],
    "classes/scope.rs": ["made"],
    "classes/snapshot.rs": ["set", "delete", "with_layers"],
}


def body(text: str, name: str) -> str:
    """The text of a function from its name to the next function of the file."""
    found = re.search(rf"\bfn {name}[<(]", text)
    assert found, name
    start = found.start()
    end = (
        text.find("\n    fn ", start + 1),
        text.find("\nfn ", start + 1),
        text.find("\npub fn ", start + 1),
        text.find("\n    pub fn ", start + 1),
    )
    return text[start : min((at for at in end if at > 0), default=len(text))]


@pytest.mark.parametrize("file", GUARDED)
def test_what_asks_the_kernel_is_guarded(file):
    text = (BINDING / file).read_text(encoding="utf-8")
    for name in GUARDED[file]:
        assert "guarded(" in body(text, name) or "Self::deriving(" in body(text, name), name


@pytest.mark.parametrize("file", DERIVING)
def test_what_derives_is_guarded(file):
    text = (BINDING / file).read_text(encoding="utf-8")
    for name in DERIVING[file]:
        assert re.search(r"\b(Self|Snapshot)::deriving\(", body(text, name)), name
