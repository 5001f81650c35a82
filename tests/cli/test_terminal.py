"""Colour, and characters that a terminal would obey."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest

HOSTILE = "a\x1b[31mred\x07\x9b0m\u202eevil\u200b\r\n\x00\x7f\U000e0041"


def on_a_terminal(*arguments, columns=0, **environ):
    """What a command prints on a terminal."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    environment = {**os.environ, "TERM": "xterm", **environ}
    command = [sys.executable, "-m", "veltrix", *arguments]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment) as program:
        os.close(theirs)
        parts = []
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            parts.append(part)
        program.wait()
    os.close(ours)
    return b"".join(parts).decode()


def test_a_terminal_gets_colour():
    shown = on_a_terminal("show", "base.json", "site.json")
    assert "\x1b[1mserver\x1b[0m" in shown
    assert "\x1b[36mbase.json\x1b[0m" in shown
    assert "\x1b[32msite.json\x1b[0m" in shown
    assert "\x1b[" in on_a_terminal("explain", "server.host", "base.json", "site.json")


@pytest.mark.parametrize("command", [["show"], ["explain", "a.url"], ["explain", "a.tags"]])
def test_long_values_leave_room_for_what_stands_beside_them(command):
    Path("long.json").write_text(json.dumps({"a": {"url": "u" * 200, "tags": ["tag"] * 40, "b": {"c": 1}}}))
    Path("over.json").write_text(json.dumps({"a": {"url": "v" * 60}}))
    arguments = [*command, "long.json", "over.json"]
    for columns, least in ((60, 24), (90, 40)):
        shown = on_a_terminal(*arguments, columns=columns, NO_COLOR="1").splitlines()
        # The first line of an explanation is the value itself, whole.
        lines = [line for line in shown[command[0] == "explain" :] if "…" in line]
        assert lines
        assert all(least < len(line) <= columns for line in lines), lines
        assert [line.partition("…")[2].strip() for line in lines] != [""] * len(lines)


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_can_be_declined(environ):
    assert "\x1b" not in on_a_terminal("show", "base.json", **environ)


def test_an_empty_no_color_declines_nothing():
    assert "\x1b" in on_a_terminal("show", "base.json", NO_COLOR="")


def test_a_pipe_gets_no_colour(printed):
    assert "\x1b" not in printed("show", "base.json", "site.json")


def test_the_text_is_the_same_with_and_without_colour(printed):
    plain = on_a_terminal("show", "base.json", "site.json", NO_COLOR="1").replace("\r\n", "\n")
    assert plain == printed("show", "base.json", "site.json")


@pytest.mark.parametrize("form", ["tree", "json", "yaml", "toml", "flat"])
def test_no_character_that_a_terminal_obeys_is_printed(printed, form):
    Path("hostile.json").write_text(json.dumps({HOSTILE: HOSTILE, "l": [HOSTILE], "m": {HOSTILE: {"a": 1}}}))
    shown = printed("show", "hostile.json", "--format", form)
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert "evil" in shown


@pytest.mark.parametrize("command", [["get", "s"], ["explain", "s"], ["get", "l[0]"], ["explain", "s.x"]])
def test_no_such_character_comes_from_a_value(run, command):
    Path("hostile.json").write_text(json.dumps({"s": HOSTILE, "l": [HOSTILE]}))
    _, out, err = run(*command, "hostile.json")
    assert all(char.isprintable() or char == "\n" for char in out + err)


def test_no_such_character_comes_from_a_name_of_a_file(printed):
    Path("a\x1b[31m.json").write_text('{"a": 1}')
    assert printed("show", "a\x1b[31m.json") == "a = 1  a\\u001b[31m.json\n"
