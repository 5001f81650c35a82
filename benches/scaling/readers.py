"""Reads from several threads while another one publishes changes: reads a second, of all readers together.

    reader 1  ──r r r r r r r r──────────r r r r r r r r──        each takes the current configuration,
    reader 2  ──────────────────r r r r──────────────────         reads a hundred leaves, and again
    writer    ────────────────●──────────────●───────────         publishes a change, and waits a little

Here the clock is the one on the wall: threads that wait for each other take no processor time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count, cycle
from random import Random
from threading import Barrier, Thread
from time import perf_counter, sleep
from typing import Any

from benches.data import Generated, Tree
from benches.scaling.names import DICT, IN_PLACE, STILL
from benches.scaling.operations import Live
from benches.subjects import check_reads, kernels, slices_of, snapshot_of
from veltrix.bench.bodies import equal_copies

READS_A_TURN = 100
PAUSE = 0.001  # seconds that the writer waits after each change
ROUNDS = 5
CHECKED = 0.2  # seconds

Change = Callable[[Any, str, int], Any]


@dataclass(frozen=True)
class Subject:
    """A way to hold a configuration: how a changed one is made, and the mapping to begin with."""

    change: Change | None
    begin: Callable[[], Any]


def rounds(generated: Generated, threads: int, seconds: float) -> dict[str, list[tuple[float, float]]]:
    """Million reads and publishes a second of each round with so many reading threads, by the subject.

    A round takes so many seconds for each subject.
    """
    flat = generated.flat
    order = list(flat)
    Random(9).shuffle(order)
    keys = equal_copies(order)
    subjects = subjects_of(generated)
    for subject in subjects.values():
        if subject.change:
            check(subject, flat, order[0], threads)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in subjects}
    for _ in range(ROUNDS):
        for name in Random().sample(list(subjects), len(subjects)):
            found[name].append(run(subjects[name], keys, threads, seconds))
    return found


def subjects_of(generated: Generated) -> dict[str, Subject]:
    """Both implementations and a dict, copied or changed in place, with changes and without."""
    flat = generated.flat
    found = {}
    for name, kernel in kernels().items():
        snapshot = snapshot_of(kernel, generated)
        check_reads(snapshot, flat)
        found[name] = Subject(lambda old, path, value: old.set(path, value), lambda kept=snapshot: kept)
        found[name + STILL] = Subject(None, lambda kept=snapshot: kept)
    found[DICT] = Subject(lambda old, path, value: {**old, path: value}, lambda: flat)
    found[DICT + STILL] = Subject(None, lambda: flat)
    found[IN_PLACE] = Subject(_in_place, lambda: dict(flat))
    return found


def run(subject: Subject, keys: list[str], readers: int, seconds: float) -> tuple[float, float]:
    """Million reads and publishes a second."""
    live = Live(subject.begin())
    barrier = Barrier(readers + (subject.change is not None))
    rates = [0.0] * readers
    published = [0.0]

    def read(number: int) -> None:
        shifted = keys[number * len(keys) // readers :] + keys[: number * len(keys) // readers]
        slices = slices_of(shifted, READS_A_TURN)
        turns = 0
        barrier.wait()
        started = perf_counter()
        while (now := perf_counter()) < started + seconds:
            current = live.current
            for key in slices():
                current[key]
            turns += 1
        rates[number] = turns * READS_A_TURN / (now - started)

    def write(change: Change) -> None:
        paths, values = cycle(keys[: READS_A_TURN * 10]), count(1)
        changes = 0
        barrier.wait()
        started = perf_counter()
        while (now := perf_counter()) < started + seconds:
            live.current = change(live.current, next(paths), next(values))
            changes += 1
            sleep(PAUSE)
        published[0] = changes / (now - started)

    threads = [Thread(target=read, args=(number,)) for number in range(readers)]
    if subject.change:
        threads.append(Thread(target=write, args=(subject.change,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(rates) / 1e6, published[0]


def check(subject: Subject, flat: Tree, path: str, readers: int) -> None:
    """Raises unless each reader sees what was published, never an older value after a newer one."""
    assert subject.change is not None
    live = Live(subject.change(subject.begin(), path, 0))
    wrong: list[str] = []
    other = next(key for key in flat if key != path)

    def read() -> None:
        latest = 0
        until = perf_counter() + CHECKED
        while perf_counter() < until:
            current = live.current
            found = current[path]
            if found < latest or current[other] != flat[other]:
                wrong.append(f"{found} after {latest}")
            latest = found

    threads = [Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for value in count(1):
        live.current = subject.change(live.current, path, value)
        if not any(thread.is_alive() for thread in threads):
            break
    if wrong or live.current[path] != value:
        raise AssertionError(f"readers saw {wrong[:3]}")


def _in_place(mapping: Tree, path: str, value: int) -> Tree:
    mapping[path] = value
    return mapping
