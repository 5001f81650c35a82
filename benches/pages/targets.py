"""docs/targets.md: what `make bench` found, on each CPython, what was missed first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benches import charts as drawing
from benches.charts import Dots
from benches.report import markdown, shown, shown_target, spread, summary, verdict
from benches.result import Line

Key = tuple[Any, ...]
Runs = dict[str, dict[Key, Line]]
ABOUT = "times as long as what is named in grey; less is better, each line is ten times the one before"
# From a figure to times as long as the anchor.
LONGER: dict[str, Callable[[float], float]] = {"×": lambda value: value, "× faster": lambda value: 1 / value}


def text(lines: Sequence[Line]) -> str:
    """How many targets were met, and tables: with targets, and without."""
    runs = by_python(lines)
    keys = sorted(dict.fromkeys(line.key for line in lines), key=lambda key: key[0])
    found = {key: [run[key] for run in runs.values() if key in run] for key in keys}
    with_target = [key for key in keys if any(line.target for line in found[key])]
    missed = [key for key in with_target if any(map(_missed, found[key]))]
    parts = ["\n".join(f"- CPython {python}: {summary(run.values())}" for python, run in runs.items())]
    for title, chosen in (
        ("Missed", missed),
        ("Met", [key for key in with_target if key not in missed]),
        ("Without a target", [key for key in keys if key not in with_target]),
    ):
        if chosen:
            parts += [f"### {title}", _table(runs, chosen)]
    missing = {
        f"No figure of {name} for {line.operation}: {why}"
        for line in lines
        for name, why in line.missing.items()
    }
    return "\n\n".join([*parts, *sorted(missing)])


def charts(lines: Sequence[Line]) -> dict[str, Any]:
    """The chart of the first CPython's figures, as a figure by its name."""
    python, first = next(iter(by_python(lines).items()))
    found = dots_of(list(first.values()))
    about = f"{ABOUT}\nCPython {python}"
    return {"targets": drawing.dots("Native and pure beside plain Python", about, found)} if found else {}


def by_python(lines: Sequence[Line]) -> Runs:
    """The lines of each CPython by what they measure."""
    runs: Runs = {}
    for line in lines:
        runs.setdefault(line.conditions.python, {})[line.key] = line
    return runs


def dots_of(lines: Sequence[Line]) -> list[Dots]:
    """The operations of both implementations that were timed beside an anchor, in the order of their rows."""
    found = []
    for line in sorted(lines, key=lambda line: line.row):
        native, pure = line.figures.get("native"), line.figures.get("pure")
        if line.unit in LONGER and line.anchor in line.figures and native and pure and native.value > 0:
            longer = LONGER[line.unit]
            target = line.target and longer(line.target.value)
            dots = Dots(line.operation, line.anchor, longer(native.value), longer(pure.value), target)
            found.append(dots)
    return found


def _table(runs: Runs, keys: Sequence[Key]) -> str:
    first = next(iter(runs))
    head = ["row", "operation", "against", "target", *runs, f"spread, {first}", f"pure, {first}"]
    return markdown(head, [_cells(runs, key) for key in keys], names=3)


def _cells(runs: Runs, key: Key) -> list[str]:
    line = next(run[key] for run in runs.values() if key in run)
    first = next(iter(runs.values())).get(key)
    own = [f"**{_own(run[key])}**" if _missed(run[key]) else _own(run[key]) for run in _with(runs, key)]
    pure = "–" if first is None or first.judged == "pure" else shown(first, "pure")
    wide = "" if first is None else spread(first.figures.get(first.judged))
    return [str(line.row), line.operation, line.anchor, shown_target(line), *own, wide, pure]


def _with(runs: Runs, key: Key) -> list[dict[Key, Line]]:
    nothing = Line(0, "", "", {})
    return [run if key in run else {key: nothing} for run in runs.values()]


def _own(line: Line) -> str:
    """The figure of whom the target is for."""
    return shown(line, line.judged)


def _missed(line: Line) -> bool:
    return verdict(line).startswith("missed")
