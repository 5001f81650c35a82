"""T01: a writer publishes whole generations, and no reader sees a mix of two."""

from __future__ import annotations

import os
import threading

import pytest

import veltrix
from tests.live.tools import Box, in_threads

NAMES = [f"k{number}" for number in range(100)]
READS = int(os.environ.get("VELTRIX_READS", "10_000_000"))
READERS = 2


def generation(number):
    return {"all": dict.fromkeys(NAMES, number), "list": [number] * 20, "number": number}


@pytest.fixture(params=["unpinned", "pinned elsewhere"])
def config(request):
    config = veltrix.Config(Box(generation(0)))
    if request.param != "unpinned":
        # Each read asks its context then, which pins nothing.
        pinned = config.pin()
        in_threads(1, lambda _: pinned.__enter__())
        yield config
        pinned.__exit__()
    else:
        yield config


def swapping(config, stop):
    """Publishes by the swap alone, as fast as it goes."""
    snapshots = [config.snapshot.overlay(generation(number)) for number in range(8)]
    while not stop.is_set():
        for snapshot in snapshots:
            config._swap(snapshot)


def test_many_reads_beside_a_writer(config):
    stop = threading.Event()
    writer = threading.Thread(target=swapping, args=(config, stop))
    writer.start()
    rounds = READS // READERS // (2 * len(NAMES))

    def read(_):
        mixed, seen = 0, set()
        paths = [f"all.{name}" for name in NAMES]
        for _ in range(rounds):
            snapshot = config.current()
            found = {snapshot[path] for path in paths}
            view = config["all"]
            mixed += len(found) != 1 or len({view[name] for name in NAMES}) != 1
            seen |= found
        return mixed, seen

    try:
        found = in_threads(READERS, read)
    finally:
        stop.set()
        writer.join()
    assert [mixed for mixed, _ in found] == [0] * READERS
    assert len(set().union(*(seen for _, seen in found))) > 1  # the writer did write


def test_iterating_flattening_and_pins_beside_reloads():
    box = Box(generation(0))
    config = veltrix.Config(box)
    stop = threading.Event()

    def publish():
        number = 0
        while not stop.is_set():
            number += 1
            box.data = generation(number)
            config.reload()

    writer = threading.Thread(target=publish)
    writer.start()

    def read(_):
        mixed = 0
        for _ in range(150):
            flat = config.flatten()
            numbers = {flat["number"], *flat["list"], *(flat[f"all.{name}"] for name in NAMES)}
            plain = config.to_dict()
            items = dict(config.items())
            with config.pin() as pinned:
                under_pin = {config[f"all.{name}"] for name in NAMES} | {config["number"], pinned["number"]}
            mixed += len(numbers) != 1 or len(under_pin) != 1
            mixed += {*plain["all"].values()} != {plain["number"]}
            mixed += {*items["all"].values()} != {items["number"]}
        return mixed

    try:
        assert in_threads(3, read) == [0, 0, 0]
    finally:
        stop.set()
        writer.join()
    assert config.generation > 1
