"""`python -m tests.live.growth 100000`: so many reloads, each with another leaf, and what grew meanwhile."""

from __future__ import annotations

import contextlib
import gc
import logging
import sys
import threading
from pathlib import Path

import veltrix
from tests.live.tools import Box

LEAVES = 200
DESCRIPTORS = Path("/proc/self/fd")


class Thing:
    """An opaque object of Python's."""

    def __init__(self, number):
        self.number = number


def reloads(count, watch=lambda number: None):
    """Reloads so many times, with subscribers, keys and pins; gives the configuration."""
    box = Box({"plain": {f"k{at}": 0 for at in range(LEAVES)}, "things": {}})
    config = veltrix.Config(box)
    keys = [config.key(f"plain.k{at}") for at in range(0, LEAVES, 10)]
    keys += [config.key("plain"), config.key("things"), config.key("absent", default=0)]
    told = []
    config.subscribe(lambda change: told.append(change.generation) or told.__delitem__(slice(-3)))
    config.subscribe(lambda change: None, "plain.k7")
    for number in range(count):
        plain = {**box.data["plain"], f"k{number % LEAVES}": number + 1}
        box.data = {"plain": plain, "things": {f"t{number % 7}": Thing(number), "list": [Thing(number)]}}
        config.reload()
        if number % 5 == 0:
            with config.pin(override={"plain.k1": -1}):
                assert config["plain.k1"] == -1
        if number % 11 == 0:
            box.error = veltrix.errors.SourceError("is away", "box")
            with contextlib.suppress(veltrix.errors.ConfigError):
                config.reload()
            box.error = None
        watch(number)
    assert config["plain"][f"k{(count - 1) % LEAVES}"] == count
    assert [key.value for key in keys[:2]] == [config["plain.k0"], config["plain.k10"]]
    return config


def counted():
    """Objects that the collector knows, things among them, threads, and open descriptors."""
    gc.collect()
    objects = gc.get_objects()
    things = sum(type(one) is Thing for one in objects)
    files = [*DESCRIPTORS.iterdir()] if DESCRIPTORS.is_dir() else []
    return len(objects), things, threading.active_count(), len(files)


def main(count):
    logging.disable(logging.CRITICAL)

    def watch(number):
        if number % max(count // 20, 1) == 0:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
            print(number, *counted(), f"{pages * 4096 >> 20} MiB", flush=True)

    reloads(count, watch)
    watch(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
