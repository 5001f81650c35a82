"""The files of a directory of secrets: which are taken, and what of their bytes."""

from __future__ import annotations

import pytest

from tests.sources.test_secrets import folder, load

__all__ = ["folder"]


@pytest.mark.parametrize("end", ["~", ".bak", ".orig", ".rej", ".tmp", ".swp", ".swo", ".swn"])
def test_a_back_up_beside_a_secret_is_skipped(folder, end):
    (folder / "db.password").write_text("new")
    (folder / f"db.password{end}").write_text("old")
    assert load(folder).to_dict() == {"db": {"password": "new"}}


def test_a_byte_order_mark_is_dropped_as_of_any_document(folder):
    (folder / "one").write_bytes(b"\xef\xbb\xbfhunter2\n")
    (folder / "two").write_bytes(b"\xef\xbb\xbf\xef\xbb\xbfx")
    (folder / "raw").write_bytes(b"\xef\xbb\xbfhunter2\n")
    assert load(folder, binary=["raw"]).to_dict() == {
        "one": "hunter2",
        "two": "\ufeffx",
        "raw": b"\xef\xbb\xbfhunter2\n",
    }
