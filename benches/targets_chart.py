"""What `make bench` found as a chart: native, pure and the target of each operation that has an anchor.

An operation is a line of its own, from the native figure to the pure one, on a logarithmic axis of times as
long as the anchor in plain Python takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benches.charts import STYLE, Axis, short, text_at
from benches.peers.table import number
from benches.result import Line

WIDTH = 880
LEFT, RIGHT = 500, 78  # room for the operations, their anchors and the best label, and for the worst label
ANCHORS = 434  # where their names end
TOP, BOTTOM, ROW = 84, 40, 22
TITLE = "Native and pure beside plain Python"
TEXT, QUIET = "text small", "quiet small"
ABOUT = "times as long as what is named in grey; less is better, each line is ten times the one before"
DOTS = """
  .small { font-size: 12px } .span { stroke: #d1d9e0; stroke-width: 2 }
  .native { fill: #0969da } .pure { fill: #8250df } .target { stroke: #1a7f37; stroke-width: 2.5 }
  @media (prefers-color-scheme: dark) {
    .span { stroke: #3d444d } .native { fill: #4493f8 } .pure { fill: #ab7df8 } .target { stroke: #3fb950 }
  }
"""


# From a figure to times as long as the anchor.
LONGER: dict[str, Callable[[float], float]] = {"×": lambda value: value, "× faster": lambda value: 1 / value}


@dataclass(frozen=True)
class Dots:
    """One operation, in times as long as its anchor takes."""

    operation: str
    anchor: str
    native: float
    pure: float | None = None
    target: float | None = None

    def values(self) -> list[float]:
        return [value for value in (self.native, self.pure, self.target) if value is not None]


def dots_of(lines: Sequence[Line]) -> list[Dots]:
    """The operations that were timed beside an anchor, in the order of their rows."""
    found = []
    for line in sorted(lines, key=lambda line: line.row):
        native, pure = line.figures.get("native"), line.figures.get("pure")
        if line.unit not in LONGER or line.anchor not in line.figures or native is None:
            continue
        longer = LONGER[line.unit]
        found.append(
            Dots(
                line.operation,
                line.anchor,
                longer(native.value),
                None if pure is None else longer(pure.value),
                None if line.target is None else longer(line.target.value),
            )
        )
    return found


def chart(operations: Sequence[Dots], conditions: str) -> str:
    """An SVG document; `conditions` says of what the figures are."""
    axis = Axis.around([value for dots in operations for value in dots.values()])
    axis = Axis(axis.low, axis.high, LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * len(operations)
    height = bottom + BOTTOM
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            f"<title>{TITLE}</title>",
            f"<style>{STYLE}{DOTS}</style>",
            f'<rect class="card" width="{WIDTH}" height="{height}" rx="8"/>',
            text_at(16, 28, TITLE, "text title"),
            text_at(16, 48, ABOUT, QUIET),
            text_at(16, 66, conditions, QUIET),
            *_legend(),
            *_ticks(axis, bottom),
            *(line for place, dots in enumerate(operations) for line in _row(dots, axis, TOP + ROW * place)),
            "</svg>\n",
        ]
    )


def _legend() -> Iterator[str]:
    for name, at in (("native", LEFT + 80.0), ("pure", LEFT + 146.0)):
        yield f'<circle class="{name}" cx="{at}" cy="62" r="4"/>'
        yield text_at(at + 10, 66, name, TEXT)
    yield _target(LEFT + 198.0, 62.0)
    yield text_at(LEFT + 206, 66, "target of native", TEXT)


def _ticks(axis: Axis, bottom: float) -> Iterator[str]:
    for power in axis.powers():
        at = axis.at(power)
        kind = "one" if power == 1 else "tick"
        yield f'<line class="{kind}" x1="{at}" x2="{at}" y1="{TOP - 4}" y2="{bottom}"/>'
        yield text_at(at, bottom + 20, short(power), QUIET, "middle")


def _row(dots: Dots, axis: Axis, top: float) -> Iterator[str]:
    middle = top + ROW / 2
    native = axis.at(dots.native)
    yield text_at(16, middle + 4, dots.operation, TEXT)
    yield text_at(ANCHORS, middle + 4, dots.anchor, QUIET, "end")
    if dots.pure is not None:
        pure = axis.at(dots.pure)
        yield f'<line class="span" x1="{native}" x2="{pure}" y1="{middle}" y2="{middle}"/>'
        yield f'<circle class="pure" cx="{pure}" cy="{middle}" r="4"/>'
        yield _label(dots.pure, max(native, pure) + 8, middle, "start")
    if dots.target is not None:
        yield _target(axis.at(dots.target), middle)
    yield f'<circle class="native" cx="{native}" cy="{middle}" r="4"/>'
    yield _label(dots.native, native - 8, middle, "end")


def _label(value: float, at: float, middle: float, anchor: str) -> str:
    return text_at(at, middle + 4, number(value), f"{TEXT} label", anchor)


def _target(at: float, middle: float) -> str:
    return f'<line class="target" x1="{at}" x2="{at}" y1="{middle - 7}" y2="{middle + 7}"/>'
