"""Charts of figures, by matplotlib: bars from an anchor, curves in panels, dots against targets; as SVG.

Every ratio and every time lies on a logarithmic axis: equal lengths are equal ratios. What is counted lies on
an even one that begins at nothing. A chart has a light ground of its own, so that it can be read on any page,
and the same figures make the same bytes. Nothing here imports matplotlib before something is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import log10
from pathlib import Path
from typing import Any

from benches.numbers import number, short, with_unit

CHARTS = Path(__file__).resolve().parents[1] / "docs" / "charts"
TEXT, QUIET, LINES, OTHER = "#1f2328", "#59636e", "#d1d9e0", "#8c959f"
COLOURS = {
    "native": "#0969da",
    "pure": "#8250df",
    "dict": "#59636e",
    "proxy": "#bc4c00",
    "bare": "#1a7f37",
}
WIDTH, ROW = 8.6, 0.235  # inches, of a chart and of one of its rows
APART = 9.0  # points between two numbers beside the last points of curves
SETTINGS = {
    "svg.hashsalt": "veltrix",
    "svg.fonttype": "none",
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],  # which is wide: with another one, texts take less room and not more
    "font.size": 8.5,
    "text.color": TEXT,
    "axes.labelcolor": QUIET,
    "axes.edgecolor": LINES,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": LINES,
    "xtick.color": LINES,
    "ytick.color": LINES,
    "xtick.labelcolor": QUIET,
    "ytick.labelcolor": TEXT,
    "text.parse_math": False,
}


@dataclass(frozen=True)
class Bar:
    """A name and how many times as long as the anchor it takes."""

    name: str
    ratio: float
    starred: bool = False

    @property
    def colour(self) -> str:
        return COLOURS["native"] if self.name.startswith("veltrix") else OTHER


@dataclass(frozen=True)
class Curve:
    """Points from left to right: a place on the axis and what was found there."""

    name: str
    style: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


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


@dataclass(frozen=True)
class Dots:
    """One operation, in times as long as its anchor takes."""

    operation: str
    anchor: str
    native: float
    pure: float
    target: float | None = None


def bars(title: str, about: str, found: Sequence[Bar], star: str = "") -> Any:
    """A figure of bars in the order given; `star` says what a starred one is about."""
    with _drawing():
        figure, axes = _rows(title, about, [bar.name for bar in found])
        axes.set_xlabel(star)
        _ratios_across(axes, [bar.ratio for bar in found])
        for row, bar in enumerate(found):
            axes.barh(row, bar.ratio - 1, left=1, height=0.62, color=bar.colour)
            label = f"{number(bar.ratio)} ×{' *' if bar.starred else ''}"
            _beside(axes, bar.ratio, row, label, before=bar.ratio < 1)
        return figure


def dots(title: str, about: str, found: Sequence[Dots]) -> Any:
    """A figure with a line for each operation, from what native takes to what pure takes."""
    with _drawing():
        figure, axes = _rows(title, about, [dot.operation for dot in found])
        figure.set_figwidth(1.2 * WIDTH)  # names on both sides
        values = [value for dot in found for value in (dot.native, dot.pure, dot.target) if value]
        _ratios_across(axes, values)
        for row, dot in enumerate(found):
            axes.plot([dot.native, dot.pure], [row, row], color=LINES, linewidth=2, zorder=1)
            low, high = sorted([dot.native, dot.pure])
            near = dot.target is not None and low / 10 < dot.target < low
            _beside(axes, dot.target if near else low, row, number(low), before=True)
            _beside(axes, high, row, number(high))
            beside = {"xy": (1, row), "xycoords": axes.get_yaxis_transform(), "textcoords": "offset points"}
            axes.annotate(dot.anchor, xytext=(34, 0), va="center", color=QUIET, **beside)
        for name, marker in (("native", "o"), ("pure", "o"), ("target", "|")):
            points = [(getattr(dot, name), row) for row, dot in enumerate(found) if getattr(dot, name)]
            label = "target of native" if name == "target" else name
            colour = COLOURS.get(name, COLOURS["bare"])
            if points:
                size, width = (34, None) if marker == "o" else (90, 2.2)
                places = list(zip(*points, strict=True))
                axes.scatter(*places, marker=marker, s=size, linewidths=width, color=colour, label=label)
        figure.legend(loc="outside lower center", ncols=3, frameon=False)
        return figure


def panels(title: str, below: str, found: Sequence[Panel], columns: int = 2) -> Any:
    """A figure of curves, panel by panel; `below` names what the places of their axes are."""
    with _drawing():
        columns = min(columns, len(found))
        rows = -(-len(found) // columns)
        figure = _figure(title, "", 0.9 + 2.5 * rows)
        for place, panel in enumerate(found):
            _panel(figure.add_subplot(rows, columns, place + 1), panel, below)
        drawn = {line.get_label(): line for axes in reversed(figure.axes) for line in axes.lines}
        names = dict.fromkeys(curve.name for panel in found for curve in panel.curves)
        handles = [drawn[name] for name in names]
        figure.legend(handles, names, loc="outside lower center", ncols=4, frameon=False)
        return figure


def save(charts: Mapping[str, Any], into: Path) -> None:
    """Writes figures as SVG into a folder, which is made where it is missing; no bytes depend on the day."""
    into.mkdir(parents=True, exist_ok=True)
    with _drawing():
        for name, figure in charts.items():
            figure.savefig(into / f"{name}.svg", metadata={"Date": None, "Creator": None})


@contextmanager
def _drawing() -> Iterator[None]:
    import matplotlib

    with matplotlib.rc_context(SETTINGS):
        yield


def _figure(title: str, about: str, height: float) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained", facecolor="white")
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.1, wspace=0.06, hspace=0.06)
    figure.suptitle(title + (f"\n{about}" if about else ""), x=0.014, ha="left", fontsize=9)
    return figure


def _rows(title: str, about: str, names: Sequence[str]) -> tuple[Any, Any]:
    figure = _figure(title, about, 1.3 + ROW * len(names))
    axes = figure.add_subplot()
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    return figure, axes


def _ratios_across(axes: Any, ratios: Sequence[float]) -> None:
    """A logarithmic axis of ratios and a line at 1, with room for a label before the lowest."""
    low, high = _powers([1.0, *ratios])
    start = min(10.0**low, min(ratios) / 10 ** (0.2 * (high - low)))
    axes.set(xscale="log", xlim=(start, 10.0**high))
    axes.axvline(1, color=QUIET, linewidth=1, zorder=1.5)
    _named_powers(axes.xaxis, low, high)


def _panel(axes: Any, panel: Panel, below: str) -> None:
    axes.set_title("\n".join([panel.title, *panel.about]), loc="left", fontsize=8.5, color=TEXT)
    axes.set_xlabel(below)
    axes.grid(axis="y")
    for curve in reversed(panel.curves):  # the first one lies on top
        dash = "--" if curve.dashed else "-"
        axes.plot(
            *zip(*curve.points, strict=True),
            dash,
            marker="o",
            markersize=3,
            color=COLOURS[curve.style],
            label=curve.name,
            clip_on=False,
        )
    values = [value for curve in panel.curves for _, value in curve.points]
    places = [place for curve in panel.curves for place, _ in curve.points]
    if panel.places:
        axes.set_xticks(panel.places, [short(place) for place in panel.places])
    else:
        low, high = _powers(places)
        axes.set(xscale="log", xlim=(10.0**low, 10.0**high))
        _named_powers(axes.xaxis, low, high)
    if panel.top:
        axes.set_ylim(0, panel.top)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g} {panel.unit}".strip())
    else:
        low, high = _powers(values)
        axes.set(yscale="log", ylim=(10.0**low, 10.0**high))
        _named_powers(axes.yaxis, low, high, panel.unit)
    axes.tick_params(axis="y", labelcolor=QUIET, length=0)
    _last_values(axes, panel, max(places))


def _last_values(axes: Any, panel: Panel, last: float) -> None:
    """Values at the last place, beside their curves, where those of the curves before leave room."""
    taken: list[float] = []
    for curve in panel.curves:
        place, value = curve.points[-1]
        low, high = axes.get_ylim()
        share = value / high if panel.top else log10(value / low) / log10(high / low)
        at = share * 130  # points that a panel is high
        if place == last and all(abs(at - other) >= APART for other in taken):
            taken.append(at)
            _beside(axes, place, value, with_unit(value, panel.unit))


def _beside(axes: Any, x: float, y: float, text: str, *, before: bool = False) -> None:
    """A label after a point, or before it; white behind it, where a line goes by."""
    axes.annotate(
        text,
        (x, y),
        (-6 if before else 6, 0),
        textcoords="offset points",
        ha="right" if before else "left",
        va="center",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        annotation_clip=False,
    )


def _powers(values: Sequence[float]) -> tuple[int, int]:
    """The exponents of the powers of ten between which values lie; at least one apart."""
    from math import ceil, floor

    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return low, max(high, low + 1)


def _named_powers(axis: Any, low: int, high: int, unit: str = "") -> None:
    """Ticks at every power of ten, or every second one where there are many."""
    powers = [10.0**exponent for exponent in range(low, high + 1, 1 if high - low < 9 else 2)]
    axis.set_ticks(powers, [with_unit(power, unit, plain=True) if unit else short(power) for power in powers])
    axis.set_ticks([], minor=True)
