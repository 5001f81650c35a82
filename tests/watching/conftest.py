"""A box, and files in a directory of the test's own."""

from __future__ import annotations

import pytest

import veltrix
from tests.live.tools import Box


@pytest.fixture(autouse=True)
def in_tmp_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def box():
    return Box({"port": 1})


@pytest.fixture
def config(box):
    with veltrix.Config(box) as made:
        yield made
