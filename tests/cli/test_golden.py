"""What the command line prints, compared letter by letter with the files in golden/.

A file begins with `$ veltrix ...` and holds what that prints. The pure implementation knows no lines of a
document and leaves `:line:column` out.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import veltrix

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.txt"))


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_prints_what_it_printed(golden, program, monkeypatch):
    monkeypatch.setenv("APP_SERVER__PORT", "9090")
    monkeypatch.setenv("APP_NEW", "from the environment")
    command, _, expected = golden.read_text(encoding="utf-8").partition("\n")
    code, out, err = program(*shlex.split(command.removeprefix("$ veltrix ")))
    if veltrix.implementation == "pure":
        expected = re.sub(r"(\.\w+):\d+:\d+", r"\1", expected)
    assert expected == out + err
    assert code == (2 if "veltrix: error: " in expected else 0)


def test_there_are_golden_files():
    assert len(GOLDEN) >= 15
