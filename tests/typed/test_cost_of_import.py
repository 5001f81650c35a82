"""Nothing of binding is imported by a program that only reads, and no library but for its own models."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

READS = """
import json, sys
before = set(sys.modules)
import veltrix
snapshot = veltrix.resolve([veltrix.Layer("a", {"server": {"port": 1}})])
snapshot["server.port"], snapshot["server"].to_dict(), snapshot.key("server.port").value
snapshot.explain("server"), repr(snapshot), snapshot.digest
snapshot.override({"server.port": 2}).key("nothing", default=1)
print(json.dumps(sorted(set(sys.modules) - before)))
"""
BINDS = """
import dataclasses, json, sys
import veltrix
@dataclasses.dataclass
class Server:
    port: int
snapshot = veltrix.resolve([veltrix.Layer("a", {"server": {"port": 1}})])
assert snapshot.bind(Server, "server").port == 1
print(json.dumps(sorted(sys.modules)))
"""


def printed(program):
    ran = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="its own importing brings `typing`")
@pytest.mark.chosen
def test_reading_imports_nothing_of_it():
    modules = printed(READS)
    assert not [name for name in modules if name.startswith("veltrix.binding") or name == "veltrix.annotated"]
    assert not {"typing", "dataclasses", "inspect", "pathlib", "uuid"} & {*modules}


def test_binding_imports_no_library_but_that_of_the_model():
    modules = printed(BINDS)
    assert not {"pydantic", "msgspec", "attr", "attrs"} & {*modules}
    assert "veltrix.sources" not in modules
