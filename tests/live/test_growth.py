"""Reloads that each change another leaf, opaque objects too, leave nothing behind."""

from __future__ import annotations

from tests.live.growth import counted, reloads

COUNT = 2_000
ROOM = 200
"""Objects that the interpreter and the tests may make meanwhile."""
THINGS = 250
"""Eight generations hold eight each; a snapshot lets go of others once they are twice as many and 64."""


def test_two_thousand_reloads_leave_nothing_behind():
    marks = {}

    def watch(number):
        if number in (COUNT // 4, COUNT - 1):
            marks[number] = counted()

    config = reloads(COUNT, watch)
    (objects, things, threads, files), (more_objects, more_things, more_threads, more_files) = marks.values()
    assert more_objects <= objects + ROOM
    assert max(things, more_things) <= THINGS
    assert (more_threads, more_files) == (threads, files)
    assert len(config.history) == 8
