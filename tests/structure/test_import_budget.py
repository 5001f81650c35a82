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

PROBE = """
import json, sys, tracemalloc
before = set(sys.modules)
tracemalloc.start()
import veltrix
size = tracemalloc.get_traced_memory()[1]
tracemalloc.stop()
print(json.dumps([sorted(set(sys.modules) - before), size]))
"""


@pytest.fixture(scope="module")
def cost():
    ran = subprocess.run([sys.executable, "-I", "-c", PROBE], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def test_importing_loads_few_modules(cost):
    modules, _ = cost
    assert len(modules) <= MOST_MODULES, modules


def test_importing_leaves_out_what_a_reader_does_not_need(cost):
    modules, _ = cost
    assert not NEVER & set(modules)


def test_importing_takes_little_memory(cost):
    _, size = cost
    assert size <= MOST_BYTES
