"""A source never changes: a copy of it is itself, a pickle loads the same. A `Config` has neither."""

from __future__ import annotations

import copy
import os
import pickle
from pathlib import Path

import pytest

import veltrix
from tests.sources.conftest import problems_of

PROTOCOLS = (2, pickle.HIGHEST_PROTOCOL)

SOURCES = {
    "values": lambda: veltrix.Values(
        {"password": "x", "list": [{"a": 1}]}, name="given", secret=["password"]
    ),
    "file": lambda: veltrix.File("app.json", name="file", secret=True),
    "absent": lambda: veltrix.File("absent.json", optional=True),
    "dotenv": lambda: veltrix.DotEnv("some.env", prefix="APP", secret="a"),
    "env": lambda: veltrix.Env("APP", allow_empty=True),
    "secrets": lambda: veltrix.Secrets("secrets", binary=["key"]),
    "arguments": lambda: veltrix.Arguments(["a=1", "b:=[2]"], secret=["b"]),
    "layer": lambda: veltrix.Config(veltrix.Layer("made", {"a": 1})).sources[0],
}


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_A", "")
    Path("app.json").write_text('{"password": "x"}')
    Path("some.env").write_text("APP_A=1\nB=2\n")
    Path("secrets").mkdir(mode=0o700)
    Path("secrets", "key").write_bytes(b"\xff-secret")
    return tmp_path


def loaded(source):
    """All that can be seen of what a source loads."""
    layer = source.load(None)
    return None if layer is None else layer.__reduce__()[1]


@pytest.mark.parametrize("make", SOURCES.values(), ids=SOURCES)
def test_a_copy_of_a_source_is_itself(make):
    source = make()
    assert copy.copy(source) is copy.deepcopy(source) is source


@pytest.mark.parametrize("make", SOURCES.values(), ids=SOURCES)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_pickled_source_loads_the_same_wherever_it_is_loaded(make, protocol):
    source = make()
    pickled = pickle.dumps(source, protocol)
    os.chdir("/")
    again = pickle.loads(pickled)
    assert type(again) is type(source)
    assert repr(again) == repr(source)
    assert loaded(again) == loaded(source)
    with pytest.raises(AttributeError, match="is read-only"):
        again.name = "other"


def test_a_pickled_source_holds_nothing_that_it_reads():
    read = veltrix.Config("app.json", veltrix.Env("APP"), veltrix.Secrets("secrets", binary=True))
    for source in read.sources:
        assert b"password" not in pickle.dumps(source)
        assert b"-secret" not in pickle.dumps(source)


def test_refused_values_are_refused_again_after_a_pickle():
    source = veltrix.Values({"a": "\ud800"})
    again = pickle.loads(pickle.dumps(source))
    assert problems_of(lambda: veltrix.Config(again)) == problems_of(lambda: veltrix.Config(source))


def test_a_source_of_ones_own_may_derive_from_ours():
    source = Tagged("APP")
    object.__setattr__(source, "tag", "x")
    assert pickle.loads(pickle.dumps(source)).tag == "x"


class Tagged(veltrix.Env):
    """It has a `__dict__`, beside the slots of `Env`."""


@pytest.mark.parametrize("attempt", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_config_is_not_copied_or_pickled(attempt):
    config = veltrix.Config({"a": 1}, "app.json")
    with pytest.raises(
        TypeError, match=r"^a Config is not copied or pickled: hand over its snapshot, or make"
    ):
        attempt(config)
    again = veltrix.Config(*pickle.loads(pickle.dumps(config.sources)))
    assert again.snapshot == config.snapshot == pickle.loads(pickle.dumps(config.snapshot))
