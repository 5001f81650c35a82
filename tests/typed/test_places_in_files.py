"""Problems of a pure install name their line: the file is read again, and a number is never wrong."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from veltrix.errors import ConfigError

DOCUMENT = "[server]\nport = 'x'\ntags = [1, 'a']\n"


@dataclass(frozen=True)
class Server:
    port: int
    tags: tuple[int, ...] = ()
    host: str = ""


@dataclass(frozen=True)
class Whole:
    server: Server


@pytest.fixture
def pure(both, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return both[0]


def snapshot(kernel, text=DOCUMENT, form="toml", file="app.toml", **more):
    layers = [kernel.Layer.parse("app", text.encode(), form, file=file)]
    return kernel.resolve([*layers, *(kernel.Layer(name, data) for name, data in more.items())])


def said(reader):
    with pytest.raises(ConfigError) as caught:
        reader.bind(Whole)
    return [str(one) for one in caught.value.problems]


def places(reader):
    return [text.rpartition("(")[2].rstrip(")") for text in said(reader)]


def test_each_problem_has_its_line_and_column(pure, both):
    Path("app.toml").write_text(DOCUMENT)
    assert places(snapshot(pure)) == places(snapshot(both[1])) == ["app.toml:2:1", "app.toml:3:12"]


def test_the_section_of_what_is_missing_too(pure, both):
    Path("app.toml").write_text("[server]\nhost = ''\n")
    texts = [said(snapshot(kernel, "[server]\nhost = ''\n")) for kernel in both]
    assert texts[0] == texts[1] == ["server.port: missing, and Server requires it (app.toml:1:2)"]


def test_a_comment_more_moves_the_line_with_it(pure):
    made = snapshot(pure)
    Path("app.toml").write_text("# one line more\n" + DOCUMENT)
    assert places(made) == ["app.toml:3:1", "app.toml:4:12"]


def test_other_layers_have_their_own_places(pure):
    Path("app.toml").write_text(DOCUMENT)
    assert places(snapshot(pure, local={"server": {"port": "y"}})) == ["layer 'local'", "app.toml:3:12"]


@pytest.mark.parametrize(
    "content",
    [
        DOCUMENT.replace("'x'", "'y'"),
        DOCUMENT + "more = 1\n",
        "port = ",
        "",
        "\udcff",
    ],
    ids=["another value", "a key more", "no document", "empty", "not UTF-8"],
)
def test_a_file_that_changed_has_no_number(pure, content):
    Path("app.toml").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert places(snapshot(pure)) == ["app.toml", "app.toml"]


def test_nor_has_one_that_is_gone_or_no_file_or_of_another_kind(pure):
    assert places(snapshot(pure)) == ["app.toml", "app.toml"]
    Path("app.toml").mkdir()
    assert places(snapshot(pure)) == ["app.toml", "app.toml"]
    if hasattr(os, "mkfifo"):
        os.mkfifo("pipe.toml")
        assert places(snapshot(pure, file="pipe.toml")) == ["pipe.toml", "pipe.toml"]
    Path("app.conf").write_text(DOCUMENT)
    assert places(snapshot(pure, file="app.conf")) == ["app.conf", "app.conf"]
    Path("app.json").write_text(DOCUMENT)
    assert places(snapshot(pure, file="app.json")) == ["app.json", "app.json"]


def test_yaml_and_json_are_read_by_their_extensions(pure):
    pytest.importorskip("yaml")
    for text, form, file, expected in [
        ('{"server":\n {"port": "x"}}', "json", "a.json", "a.json:2:3"),
        ("server:\n  port: x\n", "yaml", "a.yaml", "a.yaml:2:3"),
        ("server:\n  port: x\n", "yaml", "a.YML", "a.YML:2:3"),
    ]:
        Path(file).write_text(text)
        assert places(snapshot(pure, text, form, file)) == [expected]
