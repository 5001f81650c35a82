"""Every Python block of README, docs/ and examples/ runs, in the order of its page.

A block starts with the names that the blocks above it have made. `python needs=NAME` is only compiled where
the package NAME is not installed. `python fragment` is part of an example, and compiled here; tests/examples/
finds it there.
A block whose info string ends with `file=NAME` is written to that file, which the blocks after it can import.
In a console block `$ veltrix ...` and `$ pytest ...` are run, with the variables that stand before them, and
what they print is compared: `...` stands for any text, and the pure implementation, which knows no lines, may
leave `:line:column` out. Figures of `veltrix bench` stand for any. Other commands are not run.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import shlex
import signal
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

import veltrix
from tests.docs.pages import PAGES, ROOT, Block, blocks

LANGUAGES = {"python", "python fragment", "console", "toml", "yaml", "json", "dotenv", "text", "rust", "make"}

PLACE = re.compile(r"(\.\w+)(:\d+:\d+|,line=\d+,col=\d+)")
# Where Veltrix is installed, pytest finds the plugin by itself.
PLUGIN = [] if "veltrix" in entry_points(group="pytest11").names else ["-p", "veltrix.pytest"]
PROGRAMS = {"veltrix": ["veltrix"], "pytest": ["pytest", "-p", "no:cacheprovider", *PLUGIN]}
"""The module of each command that is run, and arguments that come first."""

VARIABLE = re.compile(r"[A-Z_]+=")
MEASURED = re.compile(r" +[\d.,]+ (?:ns|µs|ms|s|× faster|× slower)|CPython [^)]+")


@pytest.fixture
def logs():
    """Gives the logs back as they were: a page that configures them turns off each logger that is there."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    logging.getLogger("veltrix").disabled = False


@pytest.fixture
def hangup():
    """Gives the signal SIGHUP, which Windows lacks, its handler back."""
    number = getattr(signal, "SIGHUP", None)
    handler = number and signal.getsignal(number)
    yield
    if number:
        signal.signal(number, handler)


@pytest.fixture
def folder(tmp_path, monkeypatch, logs, hangup):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    before = {*sys.modules}
    yield tmp_path
    for name in {*sys.modules} - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_code_blocks_run(page, folder):
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page):
        language, _, file = block.language.partition(" file=")
        language, _, needed = language.partition(" needs=")
        assert language in LANGUAGES, (
            f"{page.name}:{block.line}: no language, or an unknown one: {language!r}"
        )
        place = f"{page.name}:{block.line}"
        if file:
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_text(block.text, encoding="utf-8")
        elif language == "python" and (not needed or importlib.util.find_spec(needed)):
            run_python(block, place, names)
        elif language in ("python", "python fragment"):
            compile(block.text, place, "exec")
        elif language == "console":
            run_console(block, place)


def run_python(block: Block, place: str, names: dict[str, object]) -> None:
    source = "\n" * (block.line - 1) + block.text
    try:
        # Without the future statements of this file, as if it stood in one of its own.
        exec(compile(source, place, "exec", dont_inherit=True), names)
    except Exception as error:
        raise AssertionError(f"{place}: {error!r}") from error


def run_console(block: Block, place: str) -> None:
    for command, expected in re.findall(r"^\$ ([^\n]*)\n((?:(?!\$ )[^\n]*\n)*)", block.text, re.MULTILINE):
        words = shlex.split(command, comments=True)
        environment = dict(os.environ)
        while VARIABLE.match(words[0]):
            name, _, environment[name] = words.pop(0).partition("=")
        if words[0] not in PROGRAMS or (words[1] == "bench" and len(veltrix.implementations()) < 2):
            continue
        command_line = [sys.executable, "-m", *PROGRAMS[words[0]], *words[1:]]
        ran = subprocess.run(command_line, env=environment, capture_output=True, text=True, check=False)
        output = ran.stdout + ran.stderr
        if veltrix.implementation == "pure":
            expected, output = (PLACE.sub(r"\1", text) for text in (expected, output))
        pattern = re.escape(expected).replace(re.escape("..."), ".*")
        if words[1] == "bench":
            pattern, output = re.escape(MEASURED.sub("#", expected)), MEASURED.sub("#", output)
        assert re.fullmatch(pattern, output, re.DOTALL), f"{place}: {command}\nprinted:\n{output}"
