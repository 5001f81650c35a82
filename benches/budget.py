"""Counted instructions held against a committed budget, of each version of CPython one.

Counts do not depend on how busy the machine is, nor on chance: the seeds of the process, which move the
counts of what probes tables by up to three hundredths, are always the same.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

# A version of CPython counts as a whole: a release of it changes no counts of ours.
KEY = f"CPython {sys.version_info.major}.{sys.version_info.minor}, {platform.machine()}"
# What another build of the same version of CPython, or another C library, may take.
TOLERANCE = 0.02


def gate(
    budget: Path,
    count: Callable[[str, list[str]], Mapping[str, float]],
    names: Iterable[str],
    also: Callable[[Mapping[str, float]], Iterable[str]] = lambda found: (),
) -> int:
    """The command of a gate: counts what is named, says what `also` says of the counts, checks or writes."""
    parser = argparse.ArgumentParser(f"benches.{budget.stem}", description="Count instructions.")
    parser.add_argument("--check", action="store_true", help=f"fail on more than {budget.name} and 2 %%")
    parser.add_argument("--write", action="store_true", help=f"make the counts the budget, {budget.name}")
    parser.add_argument("--only", default="", help="operations that have this in their names")
    parser.add_argument("--pure", action="store_true", help="count the reference")
    chosen = parser.parse_args()
    found = count("pure" if chosen.pure else "native", [name for name in names if chosen.only in name])
    budgets = json.loads(budget.read_text("utf-8")) if budget.exists() else {}
    print(report(found, {} if chosen.pure else budget_here(budgets) or {}))
    for line in also(found):
        print(line)
    if chosen.write:
        write_budget(found, budget)
    return check(found, budgets) if chosen.check else 0


def budget_here(budgets: Mapping[str, Any]) -> Mapping[str, float] | None:
    """What this version of CPython may take on this kind of machine, if anybody said so."""
    return budgets[KEY]["instructions"] if KEY in budgets else None


def write_budget(found: Mapping[str, float], path: Path) -> None:
    """Makes counts the budget of this interpreter."""
    budgets = json.loads(path.read_text("utf-8")) if path.exists() else {}
    budgets[KEY] = {"python": platform.python_version(), "instructions": dict(found)}
    path.write_text(json.dumps(dict(sorted(budgets.items())), indent=1) + "\n", "utf-8")


def check(found: Mapping[str, float], budgets: Mapping[str, Any]) -> int:
    """The exit status for counts held against the budget of this interpreter; without one it fails."""
    budget = budget_here(budgets)
    if budget is None:
        print(f"no budget for {KEY}; `--write` makes one, to be reviewed", file=sys.stderr)
        return 1
    above = over_budget(found, budget)
    for operation in above:
        print(f"over budget: {operation}", file=sys.stderr)
    return 1 if above else 0


def over_budget(found: Mapping[str, float], budget: Mapping[str, float]) -> list[str]:
    """Operations that take more instructions than the budget and its tolerance allow."""
    return [name for name, count in found.items() if count > budget.get(name, 0) * (1 + TOLERANCE)]


def report(found: Mapping[str, float], budget: Mapping[str, float]) -> str:
    """Counts beside the budget as aligned text."""
    width = max(map(len, found))
    lines = []
    for name, count in found.items():
        allowed = budget.get(name)
        change = "" if not allowed else f"  {count / allowed - 1:+7.1%} of {allowed:,.1f}"
        lines.append(f"{name:{width}}  {count:14,.1f}{change}")
    return "\n".join(lines)
