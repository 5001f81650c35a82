"""Curves as SVG: panels of one chart, each with axes of its own and a legend for all of them.

Times lie on a logarithmic axis: what takes ten times as long is one step higher. What is counted lies on an
even one that begins at nothing. Either way, a curve that stays level does not grow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil, floor, log10
from xml.sax.saxutils import escape

from benches.charts import STYLE, Axis, short, text_at
from benches.peers.table import number

WIDTH, GAP = 760, 20
TOP, LEGEND = 40, 34  # the title of a chart, and its legend
HEAD, PLOT, FOOT = 66, 150, 44  # of a panel: title and what it shows, curves, names of the places
LEFT, RIGHT = 58, 62  # of a panel: the numbers of its axis, and those beside the last points
APART = 13.0  # pixels between two numbers
UNITS = {"time": (("s", 1e9), ("ms", 1e6), ("µs", 1e3), ("ns", 1.0))}
CURVES = """
  .curve { fill: none; stroke-width: 2 } .dot { stroke: none }
  .native { stroke: #0969da; fill: #0969da } .pure { stroke: #8250df; fill: #8250df }
  .dict { stroke: #59636e; fill: #59636e } .proxy { stroke: #bc4c00; fill: #bc4c00 }
  .bare { stroke: #1a7f37; fill: #1a7f37 } .curve { fill: none } .dot { stroke: none }
  .dashed { stroke-dasharray: 6 4 } .axis-text { font-size: 12px } .panel { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .native { stroke: #4493f8; fill: #4493f8 } .pure { stroke: #ab7df8; fill: #ab7df8 }
    .dict { stroke: #9198a1; fill: #9198a1 } .proxy { stroke: #f0883e; fill: #f0883e }
    .bare { stroke: #3fb950; fill: #3fb950 } .curve { fill: none } .dot { stroke: none }
  }
"""
QUIET = "quiet axis-text"


@dataclass(frozen=True)
class Curve:
    """Points from left to right: a place on the axis and what was found there."""

    name: str
    style: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False

    @property
    def classes(self) -> str:
        return f"curve {self.style}{' dashed' if self.dashed else ''}"


@dataclass(frozen=True)
class Panel:
    """Curves over one axis; `unit` is "time" for nanoseconds, or the name of what is counted.

    `places` are named on the axis, which is even then; without any, it has powers of ten. `top` is how far an
    even axis of values reaches; without it, that one has powers of ten.
    """

    title: str
    about: Sequence[str]
    curves: Sequence[Curve]
    unit: str = "time"
    places: Sequence[float] = ()
    top: float = 0.0

    def values(self) -> list[float]:
        return [value for curve in self.curves for _, value in curve.points]


@dataclass(frozen=True)
class Even:
    """An axis on which equal steps are equal differences."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Pixels from the edge of the chart."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        """Some round values."""
        step = 10.0 ** floor(log10(self.high))
        while self.high / step < 3:
            step /= 2
        return [step * turn for turn in range(floor(self.high / step) + 1)]


def chart(title: str, below: str, panels: Sequence[Panel], columns: int = 2) -> str:
    """An SVG document of panels, row by row; `below` names what the places of their axes are."""
    width = (WIDTH - GAP * (columns + 1)) / columns
    rows = ceil(len(panels) / columns)
    height = TOP + LEGEND + rows * (HEAD + PLOT + FOOT) + GAP
    drawn = chain.from_iterable(
        _panel(
            panel,
            below,
            left=GAP + place % columns * (width + GAP),
            top=TOP + LEGEND + place // columns * (HEAD + PLOT + FOOT),
            width=width,
        )
        for place, panel in enumerate(panels)
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}{CURVES}</style>",
            f'<rect class="card" width="{WIDTH}" height="{height}" rx="8"/>',
            f'<text class="text title" x="{GAP}" y="28">{escape(title)}</text>',
            *_legend(panels),
            *drawn,
            "</svg>\n",
        ]
    )


def powers(values: Sequence[float]) -> tuple[int, int]:
    """The exponents of the powers of ten between which values lie; at least one apart."""
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return low, max(high, low + 1)


def with_unit(value: float, unit: str) -> str:
    """A value in few characters: nanoseconds as time, or with the name of what is counted."""
    for name, size in UNITS.get(unit, ((unit, 1.0),)):
        if value >= size or size == 1.0:
            return f"{number(value / size)} {name}"
    raise AssertionError("every unit has a smallest one")


def _panel(panel: Panel, below: str, left: float, top: float, width: float) -> Iterator[str]:
    start, end = left + LEFT, left + width - RIGHT
    upper, lower = top + HEAD, top + HEAD + PLOT
    places = sorted({place for curve in panel.curves for place, _ in curve.points})
    across: Axis | Even
    if panel.places:
        across, named = Even(min(panel.places), max(panel.places), start, end), list(panel.places)
    else:
        across = Axis(*powers(places), start, end)
        named = across.powers()
    upward: Axis | Even
    if panel.top:
        upward = Even(0.0, panel.top, lower, upper)
        ticks = upward.ticks()
    else:
        upward = Axis(*powers(panel.values()), lower, upper)
        ticks = upward.powers()
    yield text_at(left, top + 18, panel.title, "text panel")
    yield from (text_at(left, top + 36 + 16 * line, text, QUIET) for line, text in enumerate(panel.about))
    for tick in ticks:
        at = upward.at(tick)
        yield f'<line class="tick" x1="{start:.1f}" x2="{end:.1f}" y1="{at}" y2="{at}"/>'
        yield text_at(start - 8, at + 4, _plain(tick, panel.unit), QUIET, "end")
    for place in named:
        at = across.at(place)
        yield f'<line class="tick" x1="{at}" x2="{at}" y1="{lower}" y2="{lower + 4}"/>'
        yield text_at(at, lower + 18, short(place), QUIET, "middle")
    yield text_at((start + end) / 2, lower + 34, below, QUIET, "middle")
    for curve in reversed(panel.curves):  # the first one lies on top
        dots = [(across.at(place), upward.at(value)) for place, value in curve.points]
        line = " ".join(f"{x},{y}" for x, y in dots)
        yield f'<polyline class="{curve.classes}" points="{line}"/>'
        yield from (f'<circle class="dot {curve.style}" cx="{x}" cy="{y}" r="2.5"/>' for x, y in dots)
    yield from _last_values(panel, places[-1], across, upward)


def _last_values(panel: Panel, last: float, across: Axis | Even, upward: Axis | Even) -> Iterator[str]:
    """Values at the last place, beside their curves, where those of the curves before leave room."""
    taken: list[float] = []
    for curve in panel.curves:
        place, value = curve.points[-1]
        y = upward.at(value)
        if place == last and all(abs(y - other) >= APART for other in taken):
            taken.append(y)
            yield text_at(across.at(place) + 7, y + 4, with_unit(value, panel.unit), "text axis-text")


def _legend(panels: Sequence[Panel]) -> Iterator[str]:
    """Every curve's name once, in the order of their first panels."""
    curves: Mapping[str, Curve] = {curve.name: curve for panel in reversed(panels) for curve in panel.curves}
    names = dict.fromkeys(curve.name for panel in panels for curve in panel.curves)
    left = float(GAP)
    for name in names:
        y = TOP + 12
        yield f'<line class="{curves[name].classes}" x1="{left}" x2="{left + 22}" y1="{y}" y2="{y}"/>'
        yield text_at(left + 28, y + 4, name, "text axis-text")
        left += 28 + 6.6 * len(name) + 20


def _plain(value: float, unit: str) -> str:
    """A tick: a round number, without digits that say nothing."""
    for name, size in UNITS.get(unit, ((unit, 1.0),)):
        if value >= size or size == 1.0:
            return f"{value / size:,.10g} {name}"
    raise AssertionError("every unit has a smallest one")
