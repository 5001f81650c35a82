"""The examples of public docstrings run, on both implementations."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.docs.pages import ROOT


def test_the_examples_run(kernel):
    implementation = kernel.__name__.removeprefix("veltrix._")
    environment = {**os.environ, "VELTRIX_IMPL": implementation}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.docs.docstring_examples"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"examples on the {implementation} kernel, 0 failed" in ran.stdout
