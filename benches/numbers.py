"""Figures as text: few digits that count, and the unit that suits them."""

from __future__ import annotations

TIMES = (("s", 1e9), ("ms", 1e6), ("µs", 1e3), ("ns", 1.0))
NO_FIGURE = "–"


def number(value: float) -> str:
    """Two or three digits that count; what is whole, as a count is, has no others."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.2g}"


def duration(nanoseconds: float) -> str:
    """Nanoseconds in the unit that suits them."""
    return with_unit(nanoseconds, "time")


def with_unit(value: float, unit: str, *, plain: bool = False) -> str:
    """A value in few characters: nanoseconds as time, or with the name of what is counted.

    A `plain` one is round, and has no digits that say nothing.
    """
    for name, size in TIMES if unit == "time" else ((unit, 1.0),):
        if value >= size or size == 1.0:
            shown = f"{value / size:,.10g}" if plain else number(value / size)
            return f"{shown} {name}".strip()
    raise AssertionError("every unit has a smallest one")


def short(power: float) -> str:
    """A power of ten in few characters, so that ticks that are near each other keep apart."""
    if power >= 1e6:
        return f"{power / 1e6:.10g}M"
    return f"{power / 1e3:.10g}k" if power >= 1e3 else f"{power:.10g}"
