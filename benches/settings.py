"""How thoroughly to measure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """`seconds` go to each workload of a comparison.

    A million leaves take seconds to build, and so does the reference where it resolves a large stack again:
    only one process waits for that, the one that is `patient`.
    """

    seconds: float = 0.4
    patient: bool = True
