"""Memory over many reloads, in a process of its own: `python -m benches.reloads opaque`.

A small file beside 100,000 leaves is read again and again, each time with another leaf edited. Prints
the resident memory after so many reloads as JSON.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from benches.files import WHOLE, files_of, parsed, with_value
from benches.memory import resident
from benches.subjects import kernels

LEAVES, SMALL = 100_000, 5_000
FIRST, *LATER = CURVE = (100, 500, 1_000, 2_500, 5_000)


class Thing:
    """An opaque value."""


def main(opaque: bool) -> dict[int, int]:
    """Bytes of resident memory after so many reloads."""
    kernel = kernels()["native"]
    whole, small = files_of(LEAVES).trees[WHOLE], files_of(SMALL)
    paths = small.paths[WHOLE]
    live = kernel.resolve([kernel.Layer("whole", whole), kernel.Layer("small", small.trees[WHOLE])])
    found = {}
    for number in range(1, CURVE[-1] + 1):
        edited = with_value(small.trees[WHOLE], paths[number % len(paths)].split("."), f"edit {number}")
        layer: Any
        if opaque:
            layer = kernel.Layer("small", {**edited, "opaque": Thing()})
        else:
            layer = parsed(kernel, "small", edited)
        live = live.with_layers(layer)
        assert live[paths[number % len(paths)]] == f"edit {number}"
        del layer, edited
        if number in CURVE:
            found[number] = resident()
    return found


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:] == ["opaque"])))
