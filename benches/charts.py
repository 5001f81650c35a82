"""`python -m benches.charts`: bars of what `make bench-peers` found, as SVG, into docs/charts/.

Every bar begins at 1, the anchor, on a logarithmic axis: to the left what is faster, to the right what is
slower, and equal lengths are equal ratios. A chart brings its own background, a light and a dark one, so that
it can be read on any page.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from pathlib import Path
from xml.sax.saxutils import escape

from benches.peers.results import RESULTS, SMALLER, TITLES, Row, read_results, sentence
from benches.peers.table import number, ranked

ROOT = Path(__file__).resolve().parents[1]
CHARTS = ROOT / "docs" / "charts"
DRAWN = {"read": "read", "overlay": "overlay", "resolve": "merge", "change": "change"}

WIDTH = 760
LEFT, RIGHT = 176, 96  # room for the names, and for the label of the longest bar
TOP, BOTTOM = 64, 40
ROW, BAR = 24, 14
LABEL_WIDTH = 76  # of a bar to the left of 1, which has its label before it
STYLE = """
  .card { fill: #ffffff } .label { stroke: #ffffff } .text { fill: #1f2328 } .quiet { fill: #59636e }
  .tick { stroke: #d1d9e0 } .one { stroke: #59636e } .bar { fill: #8c959f } .ours { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    .card { fill: #0d1117 } .label { stroke: #0d1117 } .text { fill: #f0f6fc } .quiet { fill: #9198a1 }
    .tick { stroke: #3d444d } .one { stroke: #9198a1 } .bar { fill: #656c76 } .ours { fill: #4493f8 }
  }
  .label { paint-order: stroke; stroke-width: 4px; stroke-linejoin: round }
  text { font: 13px system-ui, sans-serif } .title { font-size: 16px; font-weight: 600 }
"""


@dataclass(frozen=True)
class Bar:
    """A name and how many times as long as the anchor it takes."""

    name: str
    ratio: float
    starred: bool = False

    @property
    def ours(self) -> bool:
        return self.name.startswith("veltrix")


@dataclass(frozen=True)
class Axis:
    """Powers of ten from one exponent to another, 1 among them, on so many pixels."""

    low: int
    high: int
    start: float = LEFT
    end: float = WIDTH - RIGHT

    @classmethod
    def around(cls, ratios: Sequence[float]) -> Axis:
        """The shortest axis of whole powers that holds all ratios and 1."""
        exponents = [0.0, *(log10(ratio) for ratio in ratios)]
        low, high = floor(min(exponents)), max(1, ceil(max(exponents)))
        return cls(low, high, start=LEFT + (LABEL_WIDTH if low < 0 else 0))

    def at(self, ratio: float) -> float:
        """Pixels from the left edge of the chart."""
        share = (log10(ratio) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def powers(self) -> list[float]:
        """The ticks."""
        return [10.0**exponent for exponent in range(self.low, self.high + 1)]


def chart(title: str, subtitle: str, bars: Sequence[Bar], star: str = "") -> str:
    """An SVG document of horizontal bars in the order given; `star` says what a starred one is about."""
    axis = Axis.around([bar.ratio for bar in bars])
    bottom = TOP + ROW * len(bars)
    height = bottom + BOTTOM + (ROW if star else 0)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="card" width="{WIDTH}" height="{height}" rx="8"/>',
            f'<text class="text title" x="16" y="28">{escape(title)}</text>',
            f'<text class="quiet" x="16" y="48">{escape(subtitle)}</text>',
            *_ticks(axis, bottom),
            *(line for place, bar in enumerate(bars) for line in _bar(bar, axis, TOP + ROW * place)),
            *(
                [f'<text class="quiet" x="16" y="{bottom + BOTTOM + 8}">{escape(star)}</text>']
                if star
                else []
            ),
            "</svg>\n",
        ]
    )


def bars_of(rows: Sequence[Row], leaves: int) -> list[Bar]:
    """The bars of one workload's rows, the fastest first; a row without a figure has none."""
    return [Bar(row.peer, row.value, starred=row.leaves != leaves) for row in ranked(rows) if row.value]


def main() -> int:
    parser = argparse.ArgumentParser("benches.charts", description="Draw what `make bench-peers` found.")
    parser.add_argument("--json", type=Path, default=RESULTS, help=f"the figures ({RESULTS})")
    parser.add_argument("--into", type=Path, default=CHARTS, help=f"the folder to write to ({CHARTS})")
    chosen = parser.parse_args()
    found = read_results(chosen.json)
    rows = [Row.from_json(row) for row in found["rows"]]
    save(drawn(rows, found["limits"]["leaves"]), chosen.into)
    return 0


def drawn(rows: Sequence[Row], leaves: int) -> dict[str, str]:
    """The charts as SVG documents by their names; those without figures are left out."""
    charts = {}
    for name, workload in DRAWN.items():
        bars = bars_of([row for row in rows if row.workload == workload], leaves)
        if bars:
            title = TITLES[workload]
            subtitle = (
                f"times as long as {title.anchor}; less is better, each line is ten times the one before"
            )
            star = f"* at {SMALLER:,} leaves" if any(bar.starred for bar in bars) else ""
            charts[name] = chart(sentence(title.text), subtitle, bars, star)
    return charts


def save(charts: Mapping[str, str], into: Path) -> None:
    """Writes charts into a folder, which is made where it is missing."""
    into.mkdir(parents=True, exist_ok=True)
    for name, text in charts.items():
        (into / f"{name}.svg").write_text(text, "utf-8")


def _ticks(axis: Axis, bottom: int) -> Iterator[str]:
    for power in axis.powers():
        at = axis.at(power)
        kind = "one" if power == 1 else "tick"
        yield f'<line class="{kind}" x1="{at}" x2="{at}" y1="{TOP - 4}" y2="{bottom}"/>'
        yield f'<text class="quiet" x="{at}" y="{bottom + 20}" text-anchor="middle">{short(power)}</text>'


def text_at(x: float, y: float, text: str, classes: str, anchor: str = "start") -> str:
    """A line of text; `anchor` says what of it stands at `x`."""
    at = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{classes}" {at}>{escape(text.strip())}</text>'


def short(power: float) -> str:
    """A power of ten in few characters, so that ticks that are near each other keep apart."""
    if power >= 1e6:
        return f"{power / 1e6:.10g}M"
    return f"{power / 1e3:.10g}k" if power >= 1e3 else f"{power:.10g}"


def _bar(bar: Bar, axis: Axis, top: int) -> Iterator[str]:
    one, end = axis.at(1), axis.at(bar.ratio)
    left, right = min(one, end), max(one, end)
    kind = "ours" if bar.ours else "bar"
    baseline = top + BAR + 1
    label = f"{number(bar.ratio)} ×{' *' if bar.starred else ''}"
    after = end >= one
    yield f'<text class="text" x="{LEFT - 12}" y="{baseline}" text-anchor="end">{escape(bar.name)}</text>'
    width = max(1.0, right - left)
    yield f'<rect class="{kind}" x="{left}" y="{top + 3}" width="{width:.1f}" height="{BAR}" rx="2"/>'
    yield (
        f'<text class="text label" x="{right + 6 if after else left - 6:.1f}" y="{baseline}" '
        f'text-anchor="{"start" if after else "end"}">{label}</text>'
    )


if __name__ == "__main__":
    sys.exit(main())
