"""One step in this process: prints what it finds as JSON, a line each.

`python -m benches.scaling.worker STEP SUBJECT`; with a subject, its bytes a leaf, and without one, times.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from benches import memory
from benches.data import LAYERS as SEVEN
from benches.data import resolving_to
from benches.result import Line
from benches.scaling import operations, readers, real
from benches.scaling.points import CHANGES, LAYERS, REAL, THREADS
from benches.scaling.steps import LEAVES_OF_LAYERS, LEAVES_OF_THREADS, Step


def main(step: Step, subject: str) -> Iterator[dict[str, Any]]:
    """What a step finds: bytes a leaf, or a shape and lines."""
    if subject:
        yield bytes_a_leaf(step, subject)
        return
    gc.disable()  # it would walk over millions of objects again and again while they are made
    found: Iterator[Line]
    if step.axis == REAL:
        configuration = real.Real(str(step.at))
        yield {"shape": asdict(configuration.shape())}
        found = real.lines(configuration, step.seconds)
    elif step.axis == CHANGES:
        found = iter([operations.reads_after(resolving_to(LEAVES_OF_LAYERS), int(step.at), step.seconds)])
    elif step.axis == THREADS:
        found = readers.lines(resolving_to(LEAVES_OF_THREADS), int(step.at), step.seconds)
    else:
        leaves, layers = size(step)
        found = operations.lines(resolving_to(leaves, layers=layers), step.seconds)
    for line in found:
        yield {"line": line.as_json()}


def bytes_a_leaf(step: Step, subject: str) -> memory.Footprint:
    """What a subject keeps, beside its layers or trees."""
    if step.axis == REAL:
        configuration = real.Real(str(step.at))
        leaves, found = len(configuration.flat), real.memory(configuration, subject)
    else:
        leaves, layers = size(step)
        found = memory.main(subject, leaves, layers)
    return {state: kept / leaves for state, kept in found.items()}


def size(step: Step) -> tuple[int, int]:
    """Leaves and layers of the generated configuration at a place."""
    place = int(step.at)
    return (LEAVES_OF_LAYERS, place) if step.axis == LAYERS else (place, len(SEVEN))


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    for found in main(Step(**{**given, "weighed": tuple(given["weighed"])}), sys.argv[2]):
        print(json.dumps(found), flush=True)
