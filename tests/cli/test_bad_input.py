"""Whatever is wrong ends with exit code 2 and one message, never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import veltrix

FILES = ("base.json", "site.json")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "required: show|get|explain|check|types|schema|diff|watch|status|bench (try veltrix --help)"),
        (["list"], "invalid choice: 'list'"),
        (["show"], "no files given; the form is veltrix show FILE..."),
        (["get", "base.json"], "no files given; the form is veltrix get PATH FILE..."),
        (["get"], "required: PATH"),
        (["show", "base.json", "--format", "xml"], "invalid choice: 'xml'"),
        (["show", "base.json", "--form", "json"], "unrecognized arguments: --form"),
        (["show", "base.json", "--set"], "expected one argument"),
        (["show", "base.json", "--depth", "0"], "a number of levels, from 1"),
        (["show", "base.json", "--depth", "x"], "a number of levels, from 1"),
        (["show", "base.json", "--env", "APP_"], "a prefix is written without its `_`"),
        (["show", "base.json", "--env", ""], "an empty prefix"),
        (["show", "base.json", "--env", b"A\xff"], "argument --env: a prefix holds a lone surrogate"),
        (["show", "base.json", "--secrets", "base.json"], "two sources are named 'base.json'"),
        (["explain", "debug", "base.json", "--format", "json"], "unrecognized arguments: --format"),
        (["show", ""], "a file's path is empty"),
        (["check", "base.json", "--schema", "x"], "MODULE:NAME, such as app.settings:Settings"),
        (["bench"], "no files given; the form is veltrix bench FILE..."),
        (["bench", "base.json", "--format", "json"], "unrecognized arguments: --format"),
        (["bench", "base.json", "--depth", "1"], "unrecognized arguments: --depth"),
    ],
)
def test_wrong_arguments(refused, arguments, said):
    message = refused(*arguments)
    assert said in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["get", "server.prot", "base.json"], "no key 'prot' in 'server' (did you mean 'port'?)"),
        (["explain", "sever", "base.json"], "no key 'sever' at the top level (did you mean 'server'?)"),
        (["get", "server.tags[7]", "base.json"], "no item 7 in 'server.tags'"),
        (["get", "a..b", "base.json"], "path 'a..b', column 3: empty segment"),
        (["explain", "a[", "base.json"], "path 'a[', column 2: unclosed index"),
        (["get", "", "base.json"], "path '', column 1: empty path"),
        (["show", "base.json", "--secret", "a..b"], "path 'a..b', column 3: empty segment"),
        (["show", "base.json", "--set", "debug"], "assignment 1: expected path=value or path:=json"),
        (["show", "base.json", "--set", "debug=maybe"], "debug: expected a bool"),
        (
            ["show", "base.json", "--set", b"a=\xff"],
            "arguments: a lone surrogate, which UTF-8 cannot carry, in the text",
        ),
        (["show", "base.json", "--secrets", "nowhere"], "nowhere: no such directory (looked for /"),
        (["show", "base.ini"], "base.ini: unknown extension '.ini'; name it .toml"),
        (["show", "absent.toml"], "absent.toml: no such file (looked for /"),
        (["show", "."], ".: no extension to tell the format by"),
        (["bench", "absent.toml"], "absent.toml: no such file (looked for /"),
        (["bench", "base.json", "--set", "debug=maybe"], "debug: expected a bool"),
        (["show", "base.json", "--set", "server=1"], "server: expected a mapping (a JSON object)"),
        (
            ["show", "base.json", "--set", "server:=1"],
            "server: int in layer 'arguments' over mapping in base.json",
        ),
    ],
)
def test_wrong_input(refused, arguments, said):
    message = refused(*arguments)
    assert message.startswith(said)
    assert "\n" not in message


@pytest.mark.parametrize("name", ["bad.toml", "bad.json", "bad.yaml", "bad.env"])
@pytest.mark.parametrize("content", [b"", b"]", b"\xff\xfe", b"\0", b'"', b"= \x1b[31m", b"[" * 100_000])
def test_a_broken_file(refused, name, content):
    Path(name).write_bytes(content)
    message = refused("show", name)
    assert message.startswith(name)
    assert len(message) < 2_000
    assert message.isprintable()


def test_all_problems_are_listed_in_one_message(refused):
    message = refused("show", "absent.toml", "base.ini", "base.json", "--set", "server.port=x", "--set", "y")
    lines = message.splitlines()
    assert lines[0] == "4 problems"
    assert [line.split(":")[0] for line in lines[1:]] == [
        "  absent.toml", "  base.ini", "  assignment 2", "  server.port",
    ]  # fmt: skip


def test_an_error_on_the_last_of_many_lines_is_short_and_found(refused):
    lines = [f"key{number} = {number}" for number in range(100_000)]
    Path("big.toml").write_text("\n".join([*lines, "key = = 1"]))
    message = refused("show", "big.toml")
    assert message.startswith("big.toml:100001")
    assert len(message) < 2_000


def test_a_name_that_could_harm_a_terminal_is_escaped(refused):
    assert refused("show", "a\x1b[31m\n.toml").startswith("a\\x1b[31m\\n.toml: no such file")
    assert "\x1b" not in refused("show", "base.json", "--\x1b[31m")
    assert refused("show", b"a\xff.toml").isprintable()


def test_warnings_are_told_and_change_nothing_else(run, monkeypatch):
    monkeypatch.setenv("APP__X", "1")
    code, out, err = run("get", "debug", "base.json", "--env", "APP")
    assert (code, out) == (0, "false\n")
    assert err == "veltrix: warning: variable APP__X is ignored: it has an empty segment\n"


def test_a_reader_that_goes_away_is_no_error(folder):
    leaves = ",".join(f'"key{number}": {number}' for number in range(20_000))
    Path("big.json").write_text(f"{{{leaves}}}")
    command = [sys.executable, "-m", "veltrix", "show", "big.json", "--format", "flat"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout.readline() == b"key0 = 0\n"
        program.stdout.close()
        assert program.stderr.read() == b""
        assert program.wait() == 128 + signal.SIGPIPE


def test_a_full_disk_is_told():
    with open("/dev/full", "w") as full:  # noqa: PTH123
        command = [sys.executable, "-m", "veltrix", "show", "base.json"]
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr == "veltrix: error: cannot write: No space left on device\n"


@pytest.mark.parametrize("stream", ["2>/dev/full", "2>&-", "2>&1 >/dev/null | :"])
@pytest.mark.parametrize("choice", ["", "rust"])
def test_an_error_stream_that_takes_nothing_changes_no_exit_code(stream, choice):
    command = f"set -o pipefail; {sys.executable} -m veltrix show absent.toml {stream}"
    environ = {**os.environ, "VELTRIX_IMPL": choice}
    ran = subprocess.run(["bash", "-c", command], env=environ, capture_output=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, b"", b"")


@pytest.mark.parametrize(
    "command",
    [[Path(sys.executable).with_name("veltrix")], [sys.executable, "-m", "veltrix"]],
    ids=["script", "-m"],
)
def test_a_wrong_choice_of_implementation_is_told(command):
    environ = {**os.environ, "VELTRIX_IMPL": "rust"}
    ran = subprocess.run([*command, "get", "a"], env=environ, capture_output=True, text=True, check=False)
    said = "veltrix: error: VELTRIX_IMPL is 'native' or 'pure', not 'rust'\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", said)


NOT_BUILT = "this installation has no extension (veltrix._native)"
OTHER = f"the extension is for CPython, and this is {sys.implementation.name}"
REFUSED = (
    f"VELTRIX_IMPL is 'native', but {NOT_BUILT if sys.implementation.name == 'cpython' else OTHER}; "
    "the other choice is 'pure'"
)
STARTED = """
import sys
class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            raise {raised}
sys.meta_path.insert(0, Stop())
sys.argv[1:] = ["show", "base.json"]
import runpy
runpy.run_module("veltrix", run_name="__main__")
"""


@pytest.mark.parametrize(
    ("choice", "name", "raised", "code", "said"),
    [
        (veltrix.implementation, "veltrix.cli", "KeyboardInterrupt", 130, ""),
        ("native", "veltrix._native", "ModuleNotFoundError('', name=name)", 2, REFUSED),
    ],
)
def test_what_goes_wrong_before_the_command_line_is_there(choice, name, raised, code, said):
    program = STARTED.format(name=name, raised=raised)
    environ = {**os.environ, "VELTRIX_IMPL": choice}
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (code, "")
    assert ran.stderr == (f"veltrix: error: {said}\n" if said else "")


def test_a_terminal_without_unicode_gets_escapes(program):
    Path("odd.json").write_text('{"größe": "é€"}')
    environ = {**os.environ, "PYTHONIOENCODING": "ascii"}
    code, out, _ = program("show", "odd.json", env=environ)
    assert (code, out) == (0, 'gr\\xf6\\xdfe = "\\xe9\\u20ac"  odd.json\n')


def test_closed_streams_end_without_a_traceback():
    command = f"{sys.executable} -m veltrix get server.prot base.json >&- 2>&-"
    assert subprocess.run(["sh", "-c", command], check=False).returncode == 2
