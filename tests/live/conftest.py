"""A live configuration of one box."""

from __future__ import annotations

import pytest

import veltrix
from tests.live.tools import Box


@pytest.fixture
def box():
    return Box({"port": 1, "theme": {"colour": "red", "size": 3}, "tags": ["a", "b"]})


@pytest.fixture
def config(box):
    with veltrix.Config(box) as made:
        yield made
