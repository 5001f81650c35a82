"""The application of these tests, and how long a greenlet of its process waits that has slept long enough."""

from __future__ import annotations

import json
import time

import gevent

from tests.serving.app import application as served

REST = 0.001
_waits = [0.0]


def _rest():
    while True:
        began = time.perf_counter()
        time.sleep(REST)
        _waits[0] = max(_waits[0], time.perf_counter() - began - REST)


gevent.spawn(_rest)


def application(environ, start_response):
    """`/gap` gives the longest wait in seconds since it was asked last."""
    if environ["PATH_INFO"] != "/gap":
        return served(environ, start_response)
    found, _waits[0] = _waits[0], 0.0
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(found).encode()]
