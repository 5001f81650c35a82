"""docs/benchmarks.md: a table for each workload, the fastest first; what is peculiar is a footnote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benches import charts as drawing
from benches.charts import Bar
from benches.numbers import NO_FIGURE
from benches.peers.adapter import PEERS, adapter_of
from benches.report import markdown, shown, spread
from benches.result import Line

# By chart, the start of a workload's name.
DRAWN = {
    "read": "read one leaf",
    "overlay": "overlay of",
    "resolve": "7 layers of dicts",
    "change": "one leaf of the middle layer",
}
SMALLER = "measured at "
ABOUT = "less is better, each line is ten times the one before"


def text(lines: Sequence[Line]) -> str:
    """What each peer was handed, and the tables."""
    peers = dict.fromkeys(peer for line in lines for peer in (*line.figures, *line.missing) if peer in PEERS)
    given = [(peer, adapter_of(peer).given) for peer in peers]
    parts = [markdown(["", "what it is given, and how it is read"], given, names=2)]
    for line in lines:
        against = f"Against {line.anchor}.\n\n" if line.anchor else ""
        parts += [f"### {sentence(line.operation)}", against + table(line)]
    return "\n\n".join(parts)


def charts(lines: Sequence[Line]) -> dict[str, Any]:
    """Bars of some workloads, as figures by their names."""
    found = {}
    for name, start in DRAWN.items():
        for line in lines:
            if line.operation.startswith(start) and line.figures:
                about = f"times as long as {line.anchor}; {ABOUT}"
                bars, star = bars_of(line)
                found[name] = drawing.bars(sentence(line.operation), about, bars, star)
    return found


def bars_of(line: Line) -> tuple[list[Bar], str]:
    """The bars of a workload, the fastest first, and what the starred ones are about."""
    smaller = {peer: note for peer, of in line.notes.items() for note in of if note.startswith(SMALLER)}
    values = {peer: line.figures[peer].value for peer in ranked(line)}
    bars = [Bar(peer, value, peer in smaller) for peer, value in values.items() if value]
    return bars, f"* {next(iter(smaller.values()))}" if smaller else ""


def table(line: Line) -> str:
    """One workload's figures; the same note has one number."""
    notes: list[str] = []
    rows = []
    for peer in (*ranked(line), *sorted(line.missing)):
        of_it = [line.missing[peer]] if peer in line.missing else line.notes.get(peer, [])
        notes += [note for note in of_it if note not in notes]
        marks = "".join(f"[{notes.index(note) + 1}]" for note in of_it)
        figure = line.figures.get(peer)
        value = NO_FIGURE if figure is None else shown(line, peer)
        rows.append([f"{peer} {marks}".strip(), value, spread(figure)])
    below = "<br>\n".join(f"[{at}] {note}" for at, note in enumerate(notes, 1))
    return "\n\n".join([markdown(["", "figure", "half of it within"], rows), *([below] if below else [])])


def ranked(line: Line) -> list[str]:
    """The peers with a figure, the smallest first."""
    peers = [peer for peer in line.figures if peer in PEERS]
    return sorted(peers, key=lambda peer: (line.figures[peer].value, peer))


def sentence(text: str) -> str:
    """With a capital at its beginning."""
    return text[0].upper() + text[1:]
