"""What is said can be done: at the command line in its own words, in a program in those of the calls."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import veltrix
from veltrix import errors
from veltrix.cli.advice import ADVICE

PYTHON = re.compile(r"\w=|=True|\w\(\)")


def test_the_command_line_has_words_for_all_that_can_be_done():
    assert ADVICE.keys() == errors.ADVICE.keys()
    assert ADVICE.keys() == {"acknowledge", "allow-empty", "binary", "conflicts", "format"}
    for words in ADVICE.values():
        assert not PYTHON.search(words)


@pytest.fixture(autouse=True)
def files(folder):
    Path("empty.yaml").write_text("")
    Path("settings").write_text("a = 1\n")
    Path("none").mkdir(mode=0o700)
    Path("secrets").mkdir(mode=0o700)
    Path("secrets", "key").write_bytes(b"\xff")
    Path("blank").mkdir(mode=0o700)
    Path("blank", "key").write_text("")


SAID = [
    (["empty.yaml"], "empty.yaml: empty (0 bytes); leave it out if that is meant"),
    (["settings"], "settings: no extension to tell the format by; name it .toml, .json, .yaml or .env"),
    (["app.ini"], "app.ini: unknown extension '.ini'; name it .toml, .json, .yaml or .env"),
    (["--secrets", "none"], "none: no secrets in it; leave it out if that is meant"),
    (["--secrets", "secrets"], "secret secrets/key: not UTF-8; the command line reads texts only"),
    (["--secrets", "blank"], "secret blank/key: empty"),
    (
        ["base.json", "--secrets", "base.json"],
        "two sources are named 'base.json'; write one of them otherwise, as './base.json'",
    ),
    (
        ["base.json", "--set", "server:=1"],
        f"server: int in layer 'arguments' over mapping in base.json; {ADVICE['conflicts']}",
    ),
]


@pytest.mark.parametrize(("arguments", "said"), SAID, ids=[" ".join(arguments) for arguments, _ in SAID])
def test_a_problem_is_told_in_words_of_the_command_line(refused, arguments, said):
    message = re.sub(r"(\.json):\d+:\d+", r"\1", refused("show", *arguments))
    assert message == said
    assert not PYTHON.search(message)


def test_so_are_problems_that_come_together(refused):
    message = refused(
        "show", "empty.yaml", "settings", "base.json", "--secrets", "none", "--set", "server:=1"
    )
    assert [line.rpartition("; ")[2] for line in message.splitlines()] == [
        "4 problems",
        ADVICE["allow-empty"],
        ADVICE["format"],
        ADVICE["allow-empty"],
        ADVICE["conflicts"],
    ]


def test_what_is_advised_can_be_done(printed, refused):
    assert '"server": 1' in printed(
        "show", "base.json", "--set", "server:=1", "--conflicts", "replace", "--format", "json"
    )
    refused("get", "debug", "base.json", "./base.json", "--secrets", "./base.json")


@pytest.mark.parametrize("path", ["db.pasword", "password", "servers[0]", "db.password.x"])
def test_a_secret_path_where_nothing_is_is_an_error(refused, path):
    named = path.partition("[")[0]
    for command in (["show"], ["get", "debug"], ["explain", "debug"], ["bench"]):
        message = refused(*command, "base.json", "--secret", path, "--secret", "db")
        assert message == f"--secret names {named}, where nothing is"


def test_several_such_paths_are_one_error_and_other_problems_come_first(refused):
    options = ["--secret", "a", "--secret", "b.c", "--secret", "db.password"]
    assert refused("show", "base.json", *options) == "--secret names a, b.c, where nothing is"
    assert refused("show", "base.json", "absent.json", *options).startswith("absent.json: no such file")


def test_a_secret_path_may_be_set_by_any_source(printed, monkeypatch):
    monkeypatch.setenv("APP_TOKEN", "hunter2")
    Path("local.env").write_text("APP_LOCAL=hunter2\n")
    options = ["--env", "APP", "--set", "given=hunter2"]
    marks = ["token", "local", "given", "server.tags[7]"]
    out = printed("show", "base.json", "local.env", *options, *(f"--secret={path}" for path in marks))
    assert out.count("<secret>") == len(marks)
    assert out.count("hunter2") == 1  # db.password, which is not marked


def test_in_a_program_the_advice_is_what_calls_take():
    for key, words in errors.ADVICE.items():
        error = errors.SourceError("reason", "source", advice=key)
        assert str(error) == f"source: reason; {words}"
        assert error.worded(ADVICE) == f"source: reason; {ADVICE[key]}"
        both = errors.ConfigError([error, errors.PathError("a..b", 3, "empty segment")])
        assert both.worded(ADVICE).splitlines() == [
            "2 problems",
            f"  source: reason; {ADVICE[key]}",
            "  path 'a..b', column 3: empty segment",
        ]


def test_what_a_guard_refuses_can_be_taken_in_either_way():
    Path("one.json").write_text('{"k": 1, "l": 2}')
    config = veltrix.Config("one.json", max_removed=0)
    Path("one.json").write_text('{"l": 2}')
    with pytest.raises(errors.ConfigError) as caught:
        config.reload()
    said = "refused by max_removed: 1 of 2 paths would be removed; "
    assert str(caught.value) == f"{said}reload(acknowledge=True) takes it as it is"
    assert caught.value.worded(ADVICE) == f"{said}start the command again to take it as it is"


@pytest.mark.parametrize("advice", [None, "unknown"])
def test_an_error_without_advice_that_is_known_says_none(advice):
    error = errors.SourceError("reason", "source", advice=advice)
    assert str(error) == error.worded(ADVICE) == "source: reason"


def test_a_program_may_word_the_advice_itself():
    with pytest.raises(veltrix.errors.ConfigError) as caught:
        veltrix.Config("empty.yaml")
    [problem] = caught.value.problems
    assert problem.advice == "allow-empty"
    assert caught.value.worded({"allow-empty": "fill it"}) == "empty.yaml: empty (0 bytes); fill it"
