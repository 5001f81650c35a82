"""docs/benchmarks.md, a file that changes: a table for each size, and how row 36 came out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benches.numbers import number
from benches.report import markdown, shown_target, spread, verdict
from benches.result import Figure, Line
from benches.watching.subjects import NOTES


def text(lines: Sequence[Line]) -> str:
    """The verdicts and a table for each size."""
    parts = []
    for line in lines:
        if line.target:
            ours = f"{number(line.figures['native'].value)} ×"
            parts.append(
                f"Row {line.row} with a live configuration of {line.at:,} leaves, {shown_target(line)} × "
                f"{line.anchor}: {verdict(line)}, {ours}."
            )
    timed = [line for line in lines if line.target is None]
    for leaves in dict.fromkeys(line.at for line in timed):
        of_it = [line for line in timed if line.at == leaves]
        rows = [
            [name, *(_cell(line.figures.get(name)) for line in of_it)]
            for name in dict.fromkeys(name for line in of_it for name in line.figures)
        ]
        parts.append(f"**{leaves:,} leaves**, milliseconds: the median, and half of the rounds within")
        parts.append(markdown(["", *(line.operation for line in of_it)], rows))
    return "\n\n".join([*parts, NOTES])


def charts(lines: Sequence[Line]) -> dict[str, Any]:
    """None."""
    return {}


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return ""
    within = "" if figure.low == figure.high else f" ({spread(figure)})"
    return number(figure.value) + within
