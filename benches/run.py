"""Runs topics in fresh processes, each with a hash seed of its own, and brings their lines together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from time import perf_counter

from benches.result import Line, combined
from benches.settings import Settings

# Topics and their rows. What a topic measures in fresh processes of its own needs no further ones. Row 15 is
# what native gains over pure in other rows.
TOPICS: dict[str, tuple[int, ...]] = {
    "read": (1, 2, 3, 15),
    "allocations": (4, 5, 6, 8, 9),
    "overlay": (5, 15),
    "resolve": (6, 7, 15),
    "derive": (8, 9),
    "parse": (10,),
    "footprint": (12, 14),
    "growth": (16,),
    "habits": (18, 19, 20, 21, 22, 23),
    "overlays": (25, 26),
    "scope": (27, 28, 29, 30, 33),
    "reference": (43,),
    "publish": (34, 35, 38, 46),
    "reload": (36, 37, 46),
    "equality": (39,),
    "live": (47,),
    "binding": (60, 61, 62),
}
ONCE = {"allocations", "footprint", "reload"}


def topics_of(rows: Sequence[int]) -> list[str]:
    """The topics that measure some of these rows; all of them for no rows."""
    return [topic for topic, measured in TOPICS.items() if not rows or set(rows) & set(measured)]


def run(
    topics: Sequence[str], settings: Settings, processes: int, say: Callable[[str], None]
) -> Iterator[Line]:
    """The lines of topics, each from so many processes."""
    for topic in topics:
        seeds = [1] if topic in ONCE else list(range(1, processes + 1))
        started = perf_counter()
        found = []
        for seed in seeds:
            say(f"{topic}: process {len(found) + 1} of {len(seeds)}")
            found.append(_process(topic, replace(settings, patient=seed == 1), seed))
        say(f"{topic}: {perf_counter() - started:.0f} s")
        yield from _combined(found)


def _combined(processes: list[list[Line]]) -> Iterator[Line]:
    """One line for those of several processes, in the order of the first, which has them all."""
    for line in processes[0]:
        key = (line.row, line.operation, line.anchor)
        lines = (other for process in processes for other in process)
        yield combined([other for other in lines if (other.row, other.operation, other.anchor) == key])


def _process(topic: str, settings: Settings, seed: int) -> list[Line]:
    command = [sys.executable, "-m", "benches.worker", topic, json.dumps(asdict(settings))]
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    ran = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return [Line.from_json(json.loads(line)) for line in ran.stdout.splitlines()]
