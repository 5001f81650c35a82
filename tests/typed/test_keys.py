"""Handles on typed values."""

from __future__ import annotations

import pytest

from tests.kernel.stack import stack
from tests.typed.test_sharing import Server
from veltrix.errors import ConfigError, MissingKeyError, PathError


@pytest.fixture
def snapshot(kernel):
    return stack(kernel, {"server": {"port": 1}, "none": None, "a b": {"c": 1}})


def test_a_typed_key(kernel, snapshot):
    key = snapshot.key("server.port", int)
    assert (type(key), key.path, key.value) == (kernel.Key, "server.port", 1)
    assert snapshot["server"].key("port", int).path == "server.port"
    assert snapshot.key(("a b", "c"), int).path == '"a b".c'
    assert snapshot.key("server", Server).value is snapshot.bind(Server, "server")
    assert snapshot["server"].key(("port",), float).value == 1.0


def test_a_default_counts_where_nothing_stands(snapshot):
    marker = object()
    assert snapshot.key("no.such", int, default=marker).value is marker
    assert snapshot.key("no.such", default=None).value is None
    assert snapshot.key("none", default=5).value is None
    assert snapshot["server"].key("no", int, default=5).path == "server.no"
    assert snapshot.key("server.port", int, default=5).value == 1
    assert snapshot.key("server.port", default=5).value == 1


def test_no_default_is_an_error_and_so_is_a_wrong_type(snapshot):
    with pytest.raises(MissingKeyError):
        snapshot.key("server.prot", int)
    with pytest.raises(MissingKeyError):
        snapshot.key("server.prot", default=...)
    with pytest.raises(ConfigError, match=r"server\.port: expected str, not int"):
        snapshot.key("server.port", str, default="x")
    with pytest.raises(PathError):
        snapshot.key("a..b", int, default=1)
    with pytest.raises(PathError):
        snapshot.key("a..b", default=1)
    with pytest.raises(TypeError, match="a path is a str or a tuple"):
        snapshot.key(5, int, default=1)
    with pytest.raises(TypeError, match="nothing in a configuration"):
        snapshot.key("server.port", complex)


def test_a_type_in_brackets_is_for_annotations(kernel, snapshot):
    assert kernel.Key[int].__origin__ is kernel.Key
    assert kernel.Key[int].__args__ == (int,)
