"""A mounted directory that is swapped again and again: each generation that is served is whole."""

from __future__ import annotations

import sys

import pytest

from tests.watching.swaps import swap

SWAPS = 1000


@pytest.mark.skipif(sys.platform != "linux", reason="what is watched there is not tested")
def test_no_set_of_files_is_mixed_by_events(tmp_path):
    pytest.importorskip("watchfiles")
    assert swap(tmp_path, SWAPS, poll=3600) >= SWAPS / 10


def test_no_set_of_files_is_mixed_by_the_timer(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "watchfiles._rust_notify", None)
    assert swap(tmp_path, SWAPS, poll=0.005) >= SWAPS / 10
