"""A configuration with a dimension and a secret, whose file a test changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import veltrix

TOKEN = "swordfish-1234"


def write(**data):
    Path("app.json").write_text(json.dumps({"level": 1, "chat": True, "token": TOKEN, **data}))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def config():
    write()
    source = veltrix.File("app.json", secret=["token"])
    with veltrix.Config(source, dimensions={"region": {"eu": {"level": 10}, "us": {"level": 20}}}) as made:
        yield made


@pytest.fixture
def publish(config):
    """Publishes a level, whatever is pinned here."""

    def published(level):
        write(level=level)
        config.reload()

    return published
