"""Nothing of the web is imported by who does not ask for it, and no library by who does."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import json, sys
import veltrix
config = veltrix.Config({"a": 1})
before = [name for name in sys.modules if name.startswith(("veltrix.web", "veltrix.contrib"))]
import veltrix.web, veltrix.contrib.prometheus
from veltrix import web
veltrix.contrib.prometheus.generate_latest(config)
strangers = {"asyncio", "http", "starlette", "prometheus_client", "wsgiref"} & set(sys.modules)
print(json.dumps([before, sorted(strangers)]))
"""


def test_it_costs_who_asks_for_it():
    ran = subprocess.run([sys.executable, "-I", "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == [[], []]
