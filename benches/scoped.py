"""Stacks with dimensions: the choices of a request put 69 values on top of generated leaves."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, product
from random import Random
from types import ModuleType
from typing import Any

from benches.data import Generated, Tree, put
from benches.subjects import stacked
from veltrix import Dimension
from veltrix.bench.bodies import equal_copies

DIMENSIONS = ("region", "season", "hunt", "segment", "experiment", "tenant")
VALUES = (12, 12, 12, 11, 11, 11)
MANY = 40  # dimensions that may be declared, most of which no request chooses
# How many choices the tables of the dimensions have, by how many they make together.
TABLES = {1: (1,) * 6, 96: (4, 4, 3, 2, 1, 1), 1_280: (8, 5, 4, 4, 2, 1), 10_000: (10, 10, 10, 10, 1, 1)}


@dataclass(frozen=True)
class Scoped:
    """A snapshot with dimensions, the choices that can be made, and the paths to which they give values."""

    snapshot: Any
    choices: list[dict[str, str]]
    paths: list[str]

    @classmethod
    def of(
        cls, kernel: ModuleType, generated: Generated, choices: int = 1, declared: int = len(DIMENSIONS)
    ) -> Scoped:
        """So many choices of the six dimensions, and perhaps others that nobody chooses."""
        paths = Random(3).sample(list(generated.flat), sum(VALUES))
        dimensions, remaining = [], iter(paths)
        for name, size, values in zip(DIMENSIONS, TABLES[choices], VALUES, strict=True):
            own = list(islice(remaining, values))
            table = {f"{name}-{at}": _layer(kernel, f"{name}-{at}", own, at) for at in range(size)}
            dimensions.append(Dimension(name, table))
        others = [
            Dimension(f"other-{at}", {"x": _layer(kernel, f"other-{at}", paths[:12], at)})
            for at in range(declared - len(DIMENSIONS))
        ]
        half = len(others) // 2
        snapshot = kernel.resolve(
            stacked(kernel, generated), dimensions=[*others[:half], *dimensions, *others[half:]]
        )
        tables = [list(dimension.layers) for dimension in dimensions]
        chosen = [dict(zip(DIMENSIONS, equal_copies(list(one)), strict=True)) for one in product(*tables)]
        return cls(snapshot, chosen, paths)


def _layer(kernel: ModuleType, name: str, paths: list[str], number: int) -> Any:
    data: Tree = {}
    for path in paths:
        put(data, tuple(path.split(".")), f"{name} {number}")
    return kernel.Layer(name, data)
