"""Files that change, and waiting until that is seen: never for a time, always for the expected state."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

BOUND = 20.0
"""Seconds in which anything is to happen that happens at all; a loaded machine takes a while."""


def wait_for(condition, what=None):
    """Returns what the condition gives once it holds."""
    end = time.monotonic() + BOUND
    while not (found := condition()):
        assert time.monotonic() < end, what or condition
        time.sleep(0.005)
    return found


def write(path, data):
    """Write in place."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data))


def replace(path, data):
    """Write beside it, and rename."""
    path = Path(path)
    write(path.with_name(f".{path.name}.tmp"), data)
    path.with_name(f".{path.name}.tmp").replace(path)


def watch_threads():
    return [thread for thread in threading.enumerate() if thread.name == "veltrix-watch"]


def tasks():
    """How many threads the system counts in this process."""
    return len([*Path("/proc/self/task").iterdir()])


def descriptors():
    return len([*Path("/proc/self/fd").iterdir()])
