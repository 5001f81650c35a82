"""A live configuration of one box."""

from __future__ import annotations

import asyncio

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


def with_uvloop(main):
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


RUNS = {"asyncio": asyncio.run, "uvloop": with_uvloop}


@pytest.fixture(params=RUNS)
def run(request):
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    return RUNS[request.param]
