"""Runs a case on both kernels, step by step, and says where they part."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest
from types import ModuleType
from typing import Any

from tests.differential.generate import Case
from tests.differential.observe import same, shape
from tests.differential.run import Outcomes, Run, portrait
from veltrix import implementations

Tally = Counter[tuple[str, str]]
"""How often an operation had an outcome: a value, or an error of a class."""

NOTHING: tuple[str, Outcomes] = ("nothing", ())


@dataclass(slots=True)
class Divergence:
    """Two kernels that do not do the same."""

    where: str
    pure: Outcomes
    native: Outcomes

    def __str__(self) -> str:
        left, right = first_difference(shape(self.pure), shape(self.native))
        return f"{self.where}\n  pure    {_short(left)}\n  native  {_short(right)}"


def compare(
    case: Case, pure: ModuleType, native: ModuleType, tally: Tally | None = None
) -> tuple[int, Divergence | None]:
    """How many outcomes were compared, and the first that differs."""
    compared = 0
    ours, theirs = Run(pure, case), Run(native, case)
    pairs = zip_longest(ours.observations(), theirs.observations(), fillvalue=NOTHING)
    for (operation, left), (_, right) in pairs:
        compared += 1
        if not same(left, right):
            return compared, Divergence(f"outcome {compared}, {operation}", left, right)
        if tally is not None:
            for outcome in left:
                tally[operation, outcome[1] if outcome[0] == "error" else "value"] += 1
    return compared + len(theirs.seen), anew(theirs) or unchanged(theirs)


def anew(run: Run) -> Divergence | None:
    """The last derived snapshot against the same stack resolved from scratch."""
    if len(run.seen) < 2:
        return None
    snapshot, derived = run.seen[-1]
    _, layers, *rest = snapshot.__reduce__()[1]
    scratch = run.kernel.restore_snapshot(tuple(reopened(run.kernel, layer) for layer in layers), *rest)
    resolved = portrait(scratch, run.case.universe, len(run.seen) - 1)
    if same(derived, resolved):
        return None
    return Divergence("the last snapshot: from scratch (as pure), derived (as native)", resolved, derived)


def reopened(kernel: ModuleType, layer: Any) -> Any:
    """A layer from its own pickled state."""
    _, *state = layer.__reduce__()[1]
    return kernel.restore_layer(*state)


def unchanged(run: Run) -> Divergence | None:
    """Each snapshot against what it was, after all that was derived from it."""
    for turn, (snapshot, before) in enumerate(run.seen[:-1]):
        now = portrait(snapshot, run.case.universe, turn)
        if not same(before, now):
            return Divergence(f"snapshot {turn + 1}: before (as pure), now (as native)", before, now)
    return None


def kernels() -> tuple[ModuleType, ModuleType]:
    """The pure and the native one."""
    found = implementations()
    return found["pure"], found["native"]


def first_difference(left: Any, right: Any) -> tuple[Any, Any]:
    """The innermost parts, at the same place, that differ."""
    while (
        isinstance(left, (tuple, list))
        and isinstance(right, (tuple, list))
        and len(left) == len(right)
        and (at := _part(left, right)) is not None
    ):
        if isinstance(left[at], (tuple, list)) and isinstance(right[at], (tuple, list)):
            left, right = left[at], right[at]
        else:
            break
    return left, right


def _part(left: Any, right: Any) -> int | None:
    parts = [at for at, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
    return parts[0] if len(parts) == 1 else None


def _short(value: Any, limit: int = 1200) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}…"
