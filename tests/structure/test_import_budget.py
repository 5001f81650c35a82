"""What `import veltrix` may cost: counted in modules and in bytes, not by a clock."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

# Heavy parts of the standard library that a server may never need.
NEVER = {
    "argparse", "asyncio", "concurrent.futures", "ctypes", "email", "http", "inspect", "logging",
    "multiprocessing", "socket", "ssl", "subprocess", "tempfile", "threading", "tomllib",
    "unittest", "urllib.request", "yaml",
}  # fmt: skip
MOST_MODULES = 60
MOST_BYTES = 2 * 1024 * 1024

MODULES = """
import json, sys
before = set(sys.modules)
import veltrix
print(json.dumps(sorted(set(sys.modules) - before)))
"""
BYTES = """
import tracemalloc
tracemalloc.start()
import veltrix
print(tracemalloc.get_traced_memory()[1])
"""


def printed(program):
    ran = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def modules():
    return printed(MODULES)


def test_importing_loads_few_modules(modules):
    assert len(modules) <= MOST_MODULES, modules


def test_importing_leaves_out_what_a_reader_does_not_need(modules):
    assert not NEVER & set(modules)


def test_importing_takes_little_memory():
    pytest.importorskip("tracemalloc", reason="this interpreter does not trace its memory")
    assert printed(BYTES) <= MOST_BYTES
