"""The table: every operation's figure beside its target."""

from __future__ import annotations

from collections.abc import Sequence

from benches.result import Line

HEADINGS = ("row", "operation", "anchor", "native", "spread", "pure", "target", "verdict", "over pure")
NO_FIGURE = "–"


def table(lines: Sequence[Line]) -> str:
    """Lines as aligned text."""
    cells = [HEADINGS, *(_cells(line) for line in sorted(lines, key=lambda line: line.row))]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    texts = ["  ".join(_aligned(row, widths)).rstrip() for row in cells]
    return "\n".join([texts[0], rule, *texts[1:]])


def verdict(line: Line) -> str:
    """Whether native, or whom the target is for, reached it, and if not, by how much it missed."""
    figure = line.figures.get(line.judged)
    if line.target is None or figure is None:
        return ""
    if line.target.met_by(figure.value):
        return "met"
    return f"missed {_number(line.target.missed_by(figure.value))}×"


def summary(lines: Sequence[Line]) -> str:
    """How many targets were met."""
    verdicts = [verdict(line) for line in lines]
    met = verdicts.count("met")
    return f"{met} of {met + sum(text.startswith('missed') for text in verdicts)} targets met"


def _cells(line: Line) -> tuple[str, ...]:
    native = line.figures.get("native")
    return (
        str(line.row),
        line.operation,
        line.anchor,
        shown(line, "native"),
        "" if native is None else f"{_number(native.low)}–{_number(native.high)}",
        shown(line, "pure"),
        shown_target(line),
        verdict(line),
        NO_FIGURE if line.gain is None else f"{_number(line.gain)} ×",
    )


def shown_target(line: Line) -> str:
    """The target as text; nothing where there is none."""
    if line.target is None:
        return ""
    return f"{'≤' if line.target.kind == 'at most' else '≥'} {_number(line.target.value)}"


def shown(line: Line, name: str) -> str:
    """A subject's figure with its unit."""
    figure = line.figures.get(name)
    return NO_FIGURE if figure is None else f"{_number(figure.value)} {line.unit}".strip()


def _number(value: float) -> str:
    """Three digits that count."""
    if value == int(value):
        return f"{value:,.0f}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 0.2 else f"{value:.3f}"


def _aligned(row: tuple[str, ...], widths: list[int]) -> list[str]:
    left = {1, 2, 7}
    return [
        cell.ljust(width) if column in left else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
