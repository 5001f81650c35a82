"""One subject in this process: what becomes of a change of a file.

    main     rename ●                                    wait ─ for the reader
    reader   r r r r r r r r ────────── r r r R r r      the longest gap; R: the first read of the new value

The files are renamed into place from another directory, so that nothing but the rename is an event. First the
reader sleeps between two reads, so that the change has a processor; then it never does.
What is found are the milliseconds of each round, and of the same reader beside other work.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from benches.data import LAYERS, MIDDLE, resolving_to
from benches.peers.stack import Stack, stack_of
from benches.reader import Read, Reader
from benches.subjects import same
from benches.watching.subjects import SUBJECTS

BOUND = 60.0
"""Seconds in which a change is served, or never."""
REST = 0.4
"""Seconds between two changes: longer than anybody waits for further events."""
LEAST = 3
CHECKED = 100
"""Leaves whose values are compared before anything is measured."""
AT_REST, BUSY, GAP = "served, readers at rest", "served, a busy reader", "longest gap of that reader"
STILL, PARSING = "longest gap, nothing changes", "longest gap, the file is parsed alone"
TAIL = 0.03
"""Seconds for which a reader goes on after it saw the change."""


def main(subject: str, leaves: int, seconds: float) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory() as folder:
        stack = copied(stack_of(resolving_to(leaves)), Path(folder, "served"))
        aside, place = Path(folder, "next"), stack.files[LAYERS.index(MIDDLE)]
        with SUBJECTS[subject](stack) as reads:
            read = reads(stack.own_leaf)
            for path in (stack.own_leaf, *islice(stack.flat, 0, None, leaves // CHECKED)):
                assert same(reads(path)(), stack.flat[path]), f"another value than a plain merge has: {path}"
            return measured(read, stack, aside, place, seconds, with_parsing=subject == "veltrix")


def copied(stack: Stack, folder: Path) -> Stack:
    """The same layers in files of a directory of their own."""
    folder.mkdir()
    files = [folder / file.name for file in stack.files]
    for file, tree in zip(files, stack.trees, strict=True):
        file.write_text(json.dumps(tree), "utf-8")
    return replace(stack, files=files)


def measured(
    read: Read, stack: Stack, aside: Path, place: Path, seconds: float, *, with_parsing: bool
) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {AT_REST: [], BUSY: [], GAP: [], STILL: []}
    if with_parsing:
        found[PARSING] = []
    end, value = perf_counter() + seconds, 1_000_000
    while perf_counter() < end or len(found[GAP]) < LEAST:
        for name in (AT_REST, BUSY):
            value += 1
            text = json.dumps(stack.changed(stack.own_leaf, value).layers[MIDDLE])
            aside.write_text(text, "utf-8")
            sleep(REST)
            if name == AT_REST:
                found[name].append(1_000 * served_after(read, value, aside, place))
                continue
            began, reader = watched(read, value, lambda: aside.replace(place))
            found[BUSY].append(1_000 * (reader.served_at - began))
            found[GAP].append(1_000 * reader.longest)
            window = reader.served_at - began
            found[STILL].append(1_000 * watched(read, value, lambda w=window: sleep(w))[1].longest)
            if with_parsing:
                alone = watched(read, value, lambda t=text, w=window: parse_and_wait(t, w))
                found[PARSING].append(1_000 * alone[1].longest)
    return found


def served_after(read: Read, value: Any, aside: Path, place: Path) -> float:
    """Seconds until a reader that rests between two reads has the value."""
    began = perf_counter()
    aside.replace(place)
    while read() != value:
        sleep(0.0002)
        assert perf_counter() < began + BOUND, "the change is not served"
    return perf_counter() - began


def watched(read: Read, value: Any, work: Callable[[], Any]) -> tuple[float, Reader]:
    """When some work began, and a reader that read beside it until it had the value, and a little longer."""
    reader = Reader(read, value)
    reader.start()
    try:
        sleep(TAIL)
        reader.longest, began = 0.0, perf_counter()
        work()
        assert reader.has_served.wait(BOUND), "the change is not served"
        sleep(TAIL)
    finally:
        reader.stopped = True
        reader.join()
    return began, reader


def parse_and_wait(text: str, seconds: float) -> None:
    import veltrix

    veltrix.Layer.parse("alone", text.encode(), "json")
    sleep(seconds)
