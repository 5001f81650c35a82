"""The progress display: on a terminal only, gone at the end, and what Ctrl-C leaves behind."""

from __future__ import annotations

import io
import os
import pty
import re
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.cli.test_terminal import on_a_terminal
from veltrix.cli.progress import Progress

# A shell that runs the tests in the background makes them, and what they start, ignore Ctrl-C.
LISTENING = """
import signal, sys
from veltrix.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main(sys.argv[1:]))
"""
COMMAND = [sys.executable, "-c", LISTENING, "bench", "base.json", "site.json"]
CLEARED = "\r\x1b[K"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def left(shown):
    """The lines that stay on a terminal, without colours."""
    text = re.sub(r"\x1b\[[\d;]*m", "", shown)
    return [line.rpartition(CLEARED)[2] for line in re.split(r"\r?\n", text)]


def read_until(descriptor, wanted=None):
    """What comes from a terminal until a text has come, or to the end."""
    shown = b""
    while wanted is None or wanted not in shown:
        try:
            part = os.read(descriptor, 65536)
        except OSError:  # the other end is closed
            part = b""
        if not part:
            assert wanted is None, shown
            break
        shown += part
    return shown


@contextmanager
def bench(**streams):
    """The command with one of its streams on a terminal, whose other end comes too."""
    ours, theirs = pty.openpty()
    streams = {name: theirs if stream is None else stream for name, stream in streams.items()}
    with subprocess.Popen(COMMAND, env={**os.environ, "TERM": "xterm"}, **streams) as program:
        os.close(theirs)
        yield program, ours
    os.close(ours)


@pytest.mark.usefixtures("both")
def test_a_terminal_sees_it_and_keeps_only_the_table():
    shown = on_a_terminal("bench", "base.json", "site.json")
    assert f"{CLEARED}loading with both implementations" in shown
    assert "━" in shown
    assert "set one value (6 of 7) …" in shown
    lines = left(shown)
    assert lines[0] == "7 leaves in 2 layers: both implementations give the same answers"
    assert not [line for line in lines if "…" in line or " of 7)" in line]
    assert [line[:10] for line in lines[3:10]] == [
        "parse 2 fi", "resolve 2 ", "look up a ", "get with a", "overlay 5 ", "set one va", "diff of on",
    ]  # fmt: skip
    assert "\x1b[1m7 leaves in 2 layers" in shown
    assert re.search(r"\x1b\[3[23]m +[\d,.]+ × ", shown)
    assert "\x1b" not in "".join(lines)


@pytest.mark.usefixtures("both")
def test_a_pipe_beside_it_gets_the_plain_table():
    with bench(stdout=subprocess.PIPE, stderr=None) as (program, terminal):
        shown = read_until(terminal).decode()
        out = program.stdout.read().decode()
    assert "\x1b" not in out
    assert "…" not in out
    assert "resolve 2 layers (2 of 7) …" in shown
    assert left(shown) == [""]


@pytest.mark.usefixtures("both")
def test_nothing_of_it_goes_into_a_pipe():
    with bench(stdout=None, stderr=subprocess.PIPE) as (program, terminal):
        shown = read_until(terminal).decode()
        assert program.stderr.read() == b""
    assert "…" not in shown
    assert "\r\x1b[K" not in shown


@pytest.mark.usefixtures("both")
def test_ctrl_c_leaves_a_clean_line():
    with bench(stdout=subprocess.PIPE, stderr=None) as (program, terminal):
        shown = read_until(terminal, b" of 7)")
        program.send_signal(signal.SIGINT)
        shown += read_until(terminal)
        out = program.stdout.read().decode()
        assert program.wait() == 130
    assert "Traceback" not in out
    assert "Times are of" not in out
    assert left(shown.decode()) == [""]


def test_a_line_replaces_the_one_before(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    progress = Progress(terminal)
    progress.clear()
    assert terminal.getvalue() == ""
    progress.show("one")
    progress.show("two", 0.5)
    progress.show("three", 1)
    progress.clear()
    progress.clear()
    half, whole = "━" * 10 + "─" * 10, "━" * 20
    assert terminal.getvalue() == "".join(
        f"{CLEARED}{line}" for line in ("one …", f"{half}  two …", f"{whole}  three …", "")
    )


def test_one_line_is_not_shown_at_every_tick(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    now = [100.0]
    monkeypatch.setattr("veltrix.cli.progress.monotonic", lambda: now[0])
    terminal = Terminal()
    progress = Progress(terminal)
    for _ in range(100):
        progress.show("one", 0.5)
        now[0] += 0.01
    assert 5 <= terminal.getvalue().count("one") <= 12


@pytest.mark.parametrize("terminal", [io.StringIO, Terminal])
def test_no_terminal_or_a_dumb_one_sees_nothing(monkeypatch, terminal):
    monkeypatch.setenv("TERM", "dumb" if terminal is Terminal else "xterm")
    stream = terminal()
    progress = Progress(stream)
    progress.show("one", 0.5)
    progress.clear()
    assert stream.getvalue() == ""


def test_a_line_never_wraps(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(os, "get_terminal_size", lambda descriptor: os.terminal_size((30, 10)))
    monkeypatch.setattr(Terminal, "fileno", lambda self: 2)
    terminal = Terminal()
    Progress(terminal).show("x" * 100, 0.5)
    assert len(terminal.getvalue().removeprefix(CLEARED)) == 29
