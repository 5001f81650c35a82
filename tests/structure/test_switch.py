"""One switch chooses the implementation, and a forced choice is never quietly another one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import veltrix

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
    assert "ImportError: VELTRIX_IMPL is 'native', but veltrix._native is not built" in ran.stderr


def test_an_unknown_choice_is_loud():
    assert "ImportError: VELTRIX_IMPL is 'native' or 'pure', not 'rust'" in ask(FINDER, "rust").stderr


def test_a_broken_extension_is_loud():
    broken = WITHOUT_NATIVE.replace("raise ModuleNotFoundError(f", "raise ImportError(f")
    ran = ask(broken + FINDER, None)
    assert ran.returncode == 1
    assert "ImportError" in ran.stderr
