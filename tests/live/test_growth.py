"""Reloads that each change another leaf, opaque objects too, leave nothing behind."""

from __future__ import annotations

import subprocess
import sys

COUNT = 2_000
ROOM = 200
"""Objects that the interpreter may make meanwhile."""
THINGS = 250
"""Eight generations hold eight each; a snapshot lets go of others once they are twice as many and 64."""


def test_two_thousand_reloads_leave_nothing_behind():
    # A process of its own: what other tests have left goes and comes as it likes.
    command = [sys.executable, "-m", "tests.live.growth", str(COUNT)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    marks = {int(number): tuple(map(int, found)) for number, *found, _ in map(str.split, lines)}
    objects, things, threads, files = marks[COUNT // 4][:4]
    more_objects, more_things, more_threads, more_files = marks[COUNT - COUNT // 20][:4]
    assert more_objects <= objects + ROOM
    assert max(things, more_things) <= THINGS
    assert (more_threads, more_files) == (threads, files)
