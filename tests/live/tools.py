"""A configuration whose sources a test changes, and subscribers that note how they are called."""

from __future__ import annotations

import asyncio
import threading

import veltrix


class Box(veltrix.Source):
    """A source that gives what a test puts into it."""

    def __init__(self, data=None, name="box"):
        self.name = name
        self.data = data or {}
        self.loads = 0
        self.error = None
        self.meanwhile = lambda: None

    def load(self, lower):
        self.loads += 1
        data, error = self.data, self.error
        self.meanwhile()
        if error is not None:
            raise error
        return veltrix.Layer(self.name, data)


class Noting(veltrix.Subscriber):
    """Notes each call as (name, part, generation or text); refuses what the test names."""

    def __init__(self, notes, name="s", refuses=None):
        self.notes = notes
        self.name = name
        self.refuses = refuses

    def prepare(self, change):
        self.notes.append((self.name, "prepare", change.generation))
        if self.refuses is not None:
            raise self.refuses

    def commit(self, change):
        self.notes.append((self.name, "commit", change.generation))

    def abort(self, change):
        self.notes.append((self.name, "abort", change.generation))

    def failed(self, error):
        self.notes.append((self.name, "failed", str(error)))


class Telling(veltrix.Subscriber):
    """Notes changes and errors, and has no say."""

    def __init__(self):
        self.changes = []
        self.errors = []

    def commit(self, change):
        self.changes.append(change)

    def failed(self, error):
        self.errors.append(error)


def in_threads(count, work):
    """What each of so many threads gave, or raised."""
    found = [None] * count
    begin = threading.Barrier(count)

    def run(number):
        begin.wait()
        try:
            found[number] = work(number)
        except BaseException as error:  # noqa: BLE001  it is what the test looks at
            found[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def state(config):
    """All that a refused change leaves as it was."""
    return config.snapshot, config.history, config.generation, config.status()[:3], config.status().held


async def until(reached):
    while not reached():
        await asyncio.sleep(0.001)
