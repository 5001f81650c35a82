"""One switch chooses the implementation, and a forced choice is never quietly another one."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

import veltrix
from tests.structure.tree import PACKAGE

FINDER = "import sys, veltrix; print(veltrix.implementation, 'veltrix._native' in sys.modules)"
WITHOUT_NATIVE = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name == "veltrix._native":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Refuse())
"""


def ask(code: str, choice: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "VELTRIX_IMPL"}
    if choice is not None:
        environment["VELTRIX_IMPL"] = choice
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )


def test_both_implementations_are_built():
    assert set(veltrix.implementations()) == {"pure", "native"}


@pytest.mark.parametrize(
    ("choice", "printed"),
    [(None, "native True"), ("", "native True"), ("native", "native True"), ("pure", "pure False")],
)
def test_the_choice_is_what_was_asked_for(choice, printed):
    assert ask(FINDER, choice).stdout.strip() == printed


def test_without_the_extension_the_reference_serves():
    assert ask(WITHOUT_NATIVE + FINDER, None).stdout.strip() == "pure False"


def test_a_forced_choice_that_is_missing_is_loud():
    ran = ask(WITHOUT_NATIVE + FINDER, "native")
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1] == (
        "ImportError: VELTRIX_IMPL is 'native', but this installation has no extension (veltrix._native); "
        "the other choice is 'pure'"
    )


@pytest.mark.parametrize(
    "use",
    [
        "veltrix.Layer",
        "veltrix.Config",
        "veltrix.resolve",
        "veltrix.implementation",
        "from veltrix import Snapshot",
        "import veltrix.config",
        "import veltrix.sources.file",
        "import veltrix.cli",
        "from veltrix import _pickle; _pickle.restore_layer(1)",
    ],
)
def test_nothing_is_to_be_had_of_a_choice_that_is_refused(use):
    ran = ask(f"import veltrix; print('imported')\n{use}", "rust")
    assert (ran.returncode, ran.stdout) == (1, "imported\n")
    assert ran.stderr.splitlines()[-1] == "ImportError: VELTRIX_IMPL is 'native' or 'pure', not 'rust'"


def test_a_refused_choice_leaves_questions_about_the_module_alone():
    ran = ask("import veltrix; print(hasattr(veltrix, '__wrapped__'), 'Layer' in dir(veltrix))", "rust")
    assert ran.stdout == "False False\n"


WITHOUT_LOCK = {
    "the lock is off": "sys._is_gil_enabled = lambda: False",
    "the lock is on, in a build that can do without": (
        "sys._is_gil_enabled = lambda: True; sys.abiflags = 't'"
    ),
    "a debug build of that": "sys._is_gil_enabled = lambda: True; sys.abiflags = 'td'",
    "the build says it by sysconfig alone": """
import sysconfig
sys._is_gil_enabled = lambda: True
del sys.abiflags
known = sysconfig.get_config_var
sysconfig.get_config_var = lambda name: 1 if name == "Py_GIL_DISABLED" else known(name)
""",
}
REASON = "this interpreter is one that runs without the lock, which the extension needs"
WHY = FINDER.removesuffix(")") + ", veltrix._backend.why_pure)"


@pytest.mark.parametrize("simulated", WITHOUT_LOCK.values(), ids=WITHOUT_LOCK)
def test_without_the_lock_the_extension_is_not_even_imported(simulated):
    prelude = f"import sys\n{simulated}\n"
    assert ask(prelude + WHY, None).stdout.strip() == f"pure False {REASON}"
    assert ask(prelude + "import veltrix; print(*veltrix.implementations())", None).stdout.strip() == "pure"
    forced = ask(prelude + WHY, "native")
    assert (forced.returncode, forced.stdout) == (1, "")
    assert forced.stderr.splitlines()[-1] == (
        f"ImportError: VELTRIX_IMPL is 'native', but {REASON}; the other choice is 'pure'"
    )


@pytest.mark.parametrize("build", ["", "d"])
@pytest.mark.parametrize("has_flags", [True, False])
def test_an_ordinary_build_is_not_taken_for_one_without_the_lock(build, has_flags):
    flags = f"sys.abiflags = {build!r}"
    if not has_flags:
        flags = "import sysconfig; sysconfig.get_config_vars(); del sys.abiflags"
    prelude = f"import sys; sys._is_gil_enabled = lambda: True; {flags}\n"
    assert ask(prelude + WHY, None).stdout.strip() == "native True None"


@pytest.mark.parametrize(
    ("prelude", "choice", "why"),
    [
        ("", None, "None"),
        ("", "pure", "VELTRIX_IMPL is 'pure'"),
        (WITHOUT_NATIVE, None, "this installation has no extension (veltrix._native)"),
        (
            "import sys; sys.implementation.name = 'pypy'\n",
            None,
            "the extension is for CPython, and this is pypy",
        ),
    ],
)
def test_the_switch_says_why_it_is_not_the_native_one(prelude, choice, why):
    name = "native" if why == "None" else "pure"
    assert ask(prelude + WHY, choice).stdout.strip() == f"{name} {name == 'native'} {why}"


def test_the_switch_knows_nothing_of_the_command_line():
    text = (PACKAGE / "_backend.py").read_text(encoding="utf-8")
    assert not re.search(r"argv|SystemExit|_exit|excepthook|stderr", text)


def test_an_unknown_choice_is_loud():
    assert "ImportError: VELTRIX_IMPL is 'native' or 'pure', not 'rust'" in ask(FINDER, "rust").stderr


def test_a_broken_extension_is_loud():
    broken = WITHOUT_NATIVE.replace("raise ModuleNotFoundError(f", "raise ImportError(f")
    ran = ask(broken + FINDER, None)
    assert ran.returncode == 1
    assert "ImportError" in ran.stderr
