"""A folder with the file that the servers read."""

from __future__ import annotations

import os

import pytest

from tests.serving.servers import publish


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    if not hasattr(os, "fork"):
        pytest.skip("this system does not fork")
    monkeypatch.chdir(tmp_path)
    publish(1)
    return tmp_path
