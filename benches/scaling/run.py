"""Runs steps, each in a fresh process, and says how far it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from time import perf_counter
from typing import Any

from benches.memory import FLAT
from benches.result import Figure, Line
from benches.scaling.operations import DICT, ROW
from benches.scaling.points import MEMORY, MEMORY_READ, Point, Shape
from benches.scaling.steps import Step

SEED = "1"  # of the hashes of texts, the same in every process
WEIGHED = {"resolved": MEMORY, "resolved, all read": MEMORY_READ}


def run(steps: Sequence[Step], say: Callable[[str], None]) -> Iterator[Point | Shape]:
    """Points and shapes as they are found."""
    begun = perf_counter()
    for number, step in enumerate(steps, 1):

        def progress(what: str, number: int = number, step: Step = step) -> None:
            minutes, seconds = divmod(round(perf_counter() - begun), 60)
            say(f"{minutes}:{seconds:02}  step {number} of {len(steps)}: {step}{what}")

        progress("")
        yield from _memory(step, progress) if step.weighed else _times(step, progress)
    minutes, seconds = divmod(round(perf_counter() - begun), 60)
    say(f"{minutes}:{seconds:02}  done")


def _times(step: Step, progress: Callable[[str], None]) -> Iterator[Point | Shape]:
    for found in _process(step, ""):
        if "shape" in found:
            yield Shape(**found["shape"])
        else:
            line = Line.from_json(found["line"])
            progress(f", {line.operation} done")
            yield Point(step.axis, step.at, line)


def _memory(step: Step, progress: Callable[[str], None]) -> Iterator[Point]:
    """One line for each state, with the bytes a leaf of every subject."""
    found = {}
    for subject in step.weighed:
        progress(f" of {subject}")
        (found[DICT if subject == FLAT else subject],) = _process(step, subject)
    for state, operation in WEIGHED.items():
        figures = {subject: Figure(*[bytes_of[state]] * 3) for subject, bytes_of in found.items()}
        yield Point(step.axis, step.at, Line(ROW, operation, "B", figures, DICT))


def _process(step: Step, subject: str) -> Iterator[dict[str, Any]]:
    """What the process of a step prints, as it prints it; raises where the process fails."""
    command = [sys.executable, "-m", "benches.scaling.worker", json.dumps(asdict(step)), subject]
    environment = {**os.environ, "PYTHONHASHSEED": SEED}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield from map(json.loads, process.stdout)
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
