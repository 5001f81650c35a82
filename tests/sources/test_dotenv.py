"""Files of variables: read as files are, meant as variables are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import veltrix
from tests.sources.conftest import load_over, problems_of
from veltrix.errors import ParseError

TEXT = """\
# what the deployment adds
SERVER__PORT=8080
export SERVER__HOST="example.org"
APP_DEBUG=on
APP_SERVER__PORT=9090
EMPTY=
"""


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = Path(".env")
    path.write_text(TEXT)
    return path


def test_all_names_are_paths_where_no_prefix_is_said():
    found = load_over(veltrix.DotEnv(), {"server": {"port": 1}})
    assert found.to_dict() == {
        "server": {"port": 8080, "host": "example.org"},
        "app_debug": "on",
        "app_server": {"port": "9090"},
    }


def test_only_names_with_the_prefix_count_where_one_is_said():
    found = load_over(veltrix.DotEnv(".env", prefix="APP"), {"debug": False})
    assert found.to_dict() == {"debug": True, "server": {"port": "9090"}}


def test_new_keys_come_in_the_order_of_the_file(file):
    file.write_text("B=1\nA=2\n")
    assert list(load_over(veltrix.DotEnv())) == ["b", "a"]


def test_the_origin_is_the_place_in_the_file_and_the_variable():
    explained = load_over(veltrix.DotEnv(prefix="APP")).explain("debug").origin
    assert (explained.layer, explained.source, explained.file, explained.variable) == (
        ".env",
        "file",
        ".env",
        "APP_DEBUG",
    )
    if veltrix.implementation == "native":
        assert explained.line == 4


def test_what_does_not_fit_names_path_and_place(file):
    file.write_text("PORT=hunter2\nOTHER=1\nL__9=1\n")
    said = problems_of(lambda: load_over(veltrix.DotEnv(), {"port": 1, "l": [1]}))
    assert [re.sub(r":\d+:\d+", "", text) for text in said] == [
        "variable L__9 in .env: l is a list, whose items are 0 to 0",
        "port: expected an int (decimal digits) as in layer 'lower' (.env)",
    ]


def test_an_empty_value_counts_as_unset_unless_that_is_said(file):
    assert "empty" not in load_over(veltrix.DotEnv())
    assert load_over(veltrix.DotEnv(allow_empty=True))["empty"] == ""


def test_a_file_may_be_absent_if_it_is_optional(file):
    file.unlink()
    assert veltrix.DotEnv(optional=True).load(None) is None
    assert problems_of(lambda: veltrix.DotEnv().load(None))[0].startswith(".env: no such file (looked for /")


@pytest.mark.parametrize("line", ["A", "=1", 'A="x', "A=1\nA=2"])
def test_no_line_is_lost_in_silence(file, line):
    file.write_text(f"{line}\n")
    with pytest.raises(ParseError, match=r"^\.env"):
        veltrix.DotEnv().load(None)


@pytest.mark.parametrize("value", ["$(touch made)", "`touch made`", "${HOME}", "@x", "$HOME"])
def test_nothing_is_run_or_put_in(file, value):
    file.write_text(f"A={value}\n")
    assert load_over(veltrix.DotEnv())["a"] == value
    assert not Path("made").exists()


def test_the_prefix_is_checked():
    with pytest.raises(ValueError, match="prefix"):
        veltrix.DotEnv(prefix="APP_")


def test_secrets():
    assert load_over(veltrix.DotEnv(secret=True)).explain("server.host").value == "<secret>"
    part = load_over(veltrix.DotEnv(secret=["server.host"]))
    assert [part.explain(f"server.{key}").secret for key in ("host", "port")] == [True, False]
