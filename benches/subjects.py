"""What is measured: both implementations over generated data, with their answers checked against a plain merge."""

from __future__ import annotations

from random import Random
from types import ModuleType
from typing import Any

import veltrix
from benches.data import Generated

KEYS = 64  # that a read rotates through


def kernels() -> dict[str, ModuleType]:
    """The implementations, native first."""
    found = veltrix.implementations()
    return {name: found[name] for name in ("native", "pure") if name in found}


def stacked(kernel: ModuleType, generated: Generated) -> list[Any]:
    """The layers of generated data, lowest first."""
    return [kernel.Layer(name, tree) for name, tree in generated.layers.items()]


def snapshot_of(kernel: ModuleType, generated: Generated) -> Any:
    """The snapshot of generated data."""
    return kernel.resolve(stacked(kernel, generated))


def some_keys(flat: dict[str, Any], count: int = KEYS, seed: int = 3) -> list[str]:
    """Keys of a flat dict, the very objects."""
    return Random(seed).sample(list(flat), count)


def equal_copies(keys: list[str]) -> list[str]:
    """Strings that are equal to others and not identical, as dotted literals of other modules are."""
    copies = ["".join(key) for key in keys]
    assert not any(copy is key for copy, key in zip(copies, keys, strict=True))
    return copies


def absent_keys(keys: list[str]) -> list[str]:
    """Paths that lead nowhere: a misspelt last segment."""
    return [f"{key[:-1]}{'q' if key[-1] != 'q' else 'z'}x" for key in keys]


def same(left: Any, right: Any) -> bool:
    """Equal, and of one type."""
    return type(left) is type(right) and left == right


def check_reads(mapping: Any, expected: dict[str, Any]) -> None:
    """Raises unless a mapping has these values; reads each of these key objects once."""
    for key, value in expected.items():
        found = mapping[key]
        if not same(found, value):
            raise AssertionError(f"{key} is {found!r}, not {value!r}")


def unrolled(template: str, count: int) -> str:
    """A template once for each number, a line each."""
    return "\n".join(template.format(number) for number in range(count))


def numbered(prefix: str, values: list[Any]) -> dict[str, Any]:
    """Values by numbered names."""
    return {f"{prefix}{number}": value for number, value in enumerate(values)}
