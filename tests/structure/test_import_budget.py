"""What imports of `veltrix` may cost: counted in modules and in bytes, not by a clock."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import veltrix

# Heavy parts of the standard library that a server may never need.
NEVER = {
    "argparse", "asyncio", "concurrent.futures", "ctypes", "email", "http", "inspect", "logging",
    "multiprocessing", "socket", "ssl", "subprocess", "tempfile", "threading", "tomllib",
    "unittest", "urllib.request", "yaml",
}  # fmt: skip
MOST_MODULES = 60
# Of the package, without the pure kernel where it is the chosen one.
PACKAGE = {
    "veltrix", "veltrix._backend", "veltrix._lazy", "veltrix._limits", "veltrix._pickle", "veltrix._text",
    "veltrix.errors", "veltrix.operators", "veltrix.types",
}  # fmt: skip
CONFIG = PACKAGE | {"veltrix._reading", "veltrix.config"}
LOAD = PACKAGE | {
    "veltrix._formats", "veltrix.loading", "veltrix.loading.given", "veltrix.loading.once",
    "veltrix.loading.steps", "veltrix.sources", "veltrix.sources._kernel", "veltrix.sources._system",
    "veltrix.sources.declared", "veltrix.sources.file", "veltrix.sources.links", "veltrix.sources.read_set",
    "veltrix.sources.reading", "veltrix.sources.source",
}  # fmt: skip
MOST_BYTES = 2 * 1024 * 1024

MODULES = """
import json, sys
before = set(sys.modules)
import veltrix
print(json.dumps(sorted(set(sys.modules) - before)))
"""
# What reading and pinning use is there once a `Config` is made.
# (A digest, which `status` has, brings hashlib: no request asks for it.)
SERVES = """
import json, sys
import veltrix
config = veltrix.Config({"port": 80, "host": "a"}, veltrix.Env("NONE_SUCH"))
before = set(sys.modules)
config["port"], config.get("nothing"), config.to_dict(), config.explain("port"), len(config)
with config.pin(override={"port": 81}):
    assert config["port"] == 81
config.key("port", default=1).value, config.history, config.flatten()
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


def package_modules(statement):
    """The modules of the package that a statement imports; those of a kernel are left out."""
    modules = printed(f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))")
    ours = {name for name in modules if name.split(".")[0] == "veltrix"}
    return {name for name in ours if not name.startswith(("veltrix._pure", "veltrix._native"))}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("import veltrix", PACKAGE),
        ("from veltrix import Config", CONFIG),
        ("from veltrix import load", LOAD),
    ],
)
@pytest.mark.skipif(veltrix.implementation == "pure", reason="the pure kernel uses more of the package")
@pytest.mark.chosen
def test_a_public_name_brings_what_it_needs_and_no_more(statement, expected):
    assert package_modules(statement) == expected


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="its own importing brings other modules")
@pytest.mark.chosen
def test_no_request_waits_for_an_import_once_a_config_is_made():
    assert printed(SERVES) == []


def test_importing_takes_little_memory():
    pytest.importorskip("tracemalloc", reason="this interpreter does not trace its memory")
    assert printed(BYTES) <= MOST_BYTES
