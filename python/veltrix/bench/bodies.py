"""What the code of a workload is made of: one line for each key, so that there is no loop to be timed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def unrolled(template: str, count: int) -> str:
    """A template once for each number, a line each."""
    return "\n".join(template.format(number) for number in range(count))


def numbered(prefix: str, values: Iterable[Any]) -> dict[str, Any]:
    """Values by numbered names."""
    return {f"{prefix}{number}": value for number, value in enumerate(values)}


def equal_copies(keys: Sequence[str]) -> list[str]:
    """Strings that are equal to others and not identical, as dotted literals of other modules are.

    The interpreter has only one str of a single Latin character: that one stands for itself.
    """
    return ["".join(key) for key in keys]
