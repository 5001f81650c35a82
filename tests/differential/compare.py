"""Runs a case on both kernels, step by step, and says where they part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from tests.differential.generate import Case
from tests.differential.observe import Outcome
from tests.differential.run import Run, portrait
from veltrix import implementations


@dataclass(slots=True)
class Divergence:
    """Two kernels that do not do the same."""

    where: str
    pure: Any
    native: Any

    def __str__(self) -> str:
        left, right = first_difference(self.pure, self.native)
        return f"{self.where}\n  pure    {_short(left)}\n  native  {_short(right)}"


def compare(case: Case, pure: ModuleType, native: ModuleType) -> tuple[int, Divergence | None]:
    """How many outcomes were compared, and the first that differs."""
    compared = 0
    ours, theirs = Run(pure, case), Run(native, case)
    left, right = ours.outcomes(), theirs.outcomes()
    while True:
        a, b = next(left, None), next(right, None)
        if a is None and b is None:
            break
        compared += 1
        if a != b:
            where = (a or b or ("", None))[0]
            return compared, Divergence(where, a and a[1], b and b[1])
    return compared + len(theirs.snapshots), anew(theirs) or unchanged(theirs)


def anew(run: Run) -> Divergence | None:
    """The last derived snapshot against the same stack resolved from scratch."""
    if not run.seen:
        return None
    snapshot, derived = run.seen[-1]
    layers, *rest = snapshot.__reduce__()[1]
    scratch = run.kernel.restore_snapshot(tuple(reopened(run.kernel, layer) for layer in layers), *rest)
    resolved = portrait(scratch, run.case.universe, len(run.seen) - 1)
    if derived == resolved:
        return None
    return Divergence("the last snapshot: from scratch (as pure), derived (as native)", resolved, derived)


def reopened(kernel: ModuleType, layer: Any) -> Any:
    """A layer from its own pickled state."""
    return kernel.restore_layer(*layer.__reduce__()[1])


def unchanged(run: Run) -> Divergence | None:
    """The first snapshot against what it was, after all that was derived from it."""
    if len(run.seen) < 2:
        return None
    first, before = run.seen[0]
    now = portrait(first, run.case.universe)
    return (
        None
        if before == now
        else Divergence("the first snapshot: before (as pure), now (as native)", before, now)
    )


def kernels() -> tuple[ModuleType, ModuleType]:
    """The pure and the native one."""
    found = implementations()
    return found["pure"], found["native"]


def first_difference(left: Outcome, right: Outcome) -> tuple[Any, Any]:
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


Differs = Callable[[Case], bool]
