"""`check`: the place of a problem with a variable, a secret or an assignment, in each report."""

from __future__ import annotations

import json
import os

import pytest

import veltrix

LINE = 2 if veltrix.implementation == "native" else None  # the reference knows the file alone
COLUMN = None if LINE is None else 1


@pytest.fixture(autouse=True)
def files(folder):
    (folder / "server.toml").write_text("[server]\nport = 80\nnames = [1]\n")
    (folder / "secrets").mkdir(mode=0o700)
    return folder


@pytest.fixture
def only(run):
    """The one problem of a configuration, in JSON."""

    def found(*arguments):
        code, out, err = run("check", *arguments, "--format", "json")
        assert (code, err) == (1, "")
        [problem] = json.loads(out)["problems"]
        return problem

    return found


def place(problem):
    return tuple(problem[name] for name in ("file", "line", "column", "variable", "layer"))


DEEP = "A__" * 64 + "B"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("SERVR__HOST=x", "matches nothing"),
        ("SERVER__NAMES__9=1", "server.names is a list, whose items are 0 to 0"),
        ("SERVER__PORT=x", "expected an int"),
        ("SERVER__PORT=1\nserver__port=2", "sets server.port, which variable SERVER__PORT in "),
    ],
)
def test_a_variable_of_a_file_has_its_line_and_its_name(files, only, line, said):
    (files / "a.env").write_text(f"\n{line}\n")
    problem = only("server.toml", "a.env")
    last = line.count("\n")
    at = None if LINE is None else LINE + last
    variable = line.splitlines()[-1].partition("=")[0]
    assert place(problem) == ("a.env", at, COLUMN, variable, "a.env")
    assert problem["message"].startswith(said)


def test_a_variable_that_is_too_deep_has_its_line(files, only):
    (files / "a.env").write_text(f"\n{DEEP}=x\n")
    problem = only("server.toml", "a.env")
    assert place(problem)[:3] == ("a.env", LINE, COLUMN)
    assert problem["message"].startswith(f"variable {DEEP[:20]}")


def test_github_marks_the_line_of_a_variable_and_names_it(files, run):
    (files / "a.env").write_text("\nSERVR__HOST=x\n")
    at = "" if LINE is None else f",line={LINE},col={COLUMN}"
    code, out, _ = run("check", "server.toml", "a.env", "--format", "github")
    assert code == 1
    assert out.startswith(f"::error file=a.env{at},title=veltrix%3A source::SERVR__HOST: matches nothing")
    at = "" if LINE is None else f":{LINE}:{COLUMN}"
    assert run("check", "server.toml", "a.env")[1].startswith(f"a.env{at}: SERVR__HOST: matches nothing")


def test_a_variable_of_the_environment_is_a_variable_of_its_layer(only, monkeypatch):
    monkeypatch.setenv("APP_SERVR", "x")
    assert place(only("server.toml", "--env", "APP")) == (None, None, None, "APP_SERVR", "env:APP")


def test_a_name_that_is_no_text_can_be_written(only):
    os.environb[b"APP_\xff"] = b"x"
    try:
        assert only("server.toml", "--env", "APP")["variable"] == "APP_\udcff"
    finally:
        del os.environb[b"APP_\xff"]


@pytest.mark.parametrize("name", ["server__port", "server__"])
def test_a_secret_is_a_file_of_its_layer(files, only, name):
    (files / "secrets" / name).write_bytes(b"\xff")
    assert place(only("server.toml", "--secrets", "secrets")) == (
        f"secrets/{name}", None, None, None, "secrets",
    )  # fmt: skip


def test_an_assignment_is_of_the_layer_of_the_arguments(only):
    problem = only("server.toml", "--set", "server.port[0]=1")
    assert place(problem) == (None, None, None, None, "arguments")
    assert problem["message"] == "sets an item of server.port, which is not a list in lower layers"
