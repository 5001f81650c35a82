"""One table a workload, the fastest first; blanks and peculiarities are footnotes."""

from __future__ import annotations

from collections.abc import Sequence

from benches.peers.results import TITLES, Row

HEADINGS = ("peer", "figure", "half of it within", "time", "")
NO_FIGURE = "–"
UNITS = (("s", 1e9), ("ms", 1e6), ("µs", 1e3), ("ns", 1.0))


def tables(rows: Sequence[Row], leaves: int) -> str:
    """The tables of all workloads that have rows, in the order of the titles."""
    found = []
    for workload in TITLES:
        of_it = [row for row in rows if row.workload == workload]
        if of_it:
            found.append(table(workload, of_it, leaves))
    return "\n\n".join(found)


def table(workload: str, rows: Sequence[Row], leaves: int) -> str:
    """One workload's rows as aligned text; `leaves` is the size that needs no mention."""
    title = TITLES[workload]
    notes = Footnotes(leaves)
    cells = [HEADINGS, *(_cells(row, title.unit, notes) for row in ranked(rows))]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    lines = [_aligned(row, widths) for row in cells]
    rule = "─" * (sum(widths[:-1]) + 2 * (len(widths) - 2))
    against = f", against {title.anchor}" if title.anchor else ""
    return "\n".join([title.text + against, rule, *lines, *(f"  {note}" for note in notes.texts)])


def markdown(workload: str, rows: Sequence[Row], leaves: int) -> str:
    """The same table for a page, without times: those of two peers were not taken at one moment."""
    notes = Footnotes(leaves)
    cells = [_cells(row, TITLES[workload].unit, notes) for row in ranked(rows)]
    lines = [
        f"| {f'{peer} {mark}'.strip()} | {figure} | {spread} |" for peer, figure, spread, _, mark in cells
    ]
    table = "\n".join(["| | figure | half of it within |", "|---|--:|--:|", *lines])
    return "\n\n".join([table, *(["<br>\n".join(notes.texts)] if notes.texts else [])])


def ranked(rows: Sequence[Row]) -> list[Row]:
    """The smallest figure first; peers without one at the end."""
    return sorted(rows, key=lambda row: (row.value is None, row.value or 0.0, row.peer))


def number(value: float) -> str:
    """Two or three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def duration(nanoseconds: float) -> str:
    """Nanoseconds in the unit that suits them."""
    for unit, size in UNITS:
        if nanoseconds >= size or unit == "ns":
            return f"{number(nanoseconds / size)} {unit}"
    raise AssertionError("there is always a unit")


class Footnotes:
    """Texts that rows refer to by number; the same text has one number."""

    def __init__(self, leaves: int) -> None:
        self._leaves = leaves
        self._texts: list[str] = []

    @property
    def texts(self) -> list[str]:
        """The footnotes, each beginning with its mark."""
        return [f"[{number}] {text}" for number, text in enumerate(self._texts, 1)]

    def marks(self, row: Row) -> str:
        """The marks of a row, its notes being kept."""
        notes = [row.missing, row.remark if row.value is not None else ""]
        if row.leaves not in (None, self._leaves):
            notes.append(f"measured at {row.leaves:,} leaves, since a run of all takes too long")
        return "".join(f"[{self._numbered(note)}]" for note in notes if note)

    def _numbered(self, text: str) -> int:
        if text not in self._texts:
            self._texts.append(text)
        return self._texts.index(text) + 1


def _cells(row: Row, unit: str, notes: Footnotes) -> tuple[str, ...]:
    mark = notes.marks(row)
    if row.value is None:
        return row.peer, NO_FIGURE, "", "", mark
    spread = "" if row.low is None or row.high is None else f"{number(row.low)}–{number(row.high)}"
    time = "" if row.nanoseconds is None else duration(row.nanoseconds)
    return row.peer, f"{number(row.value)} {unit}", spread, time, mark


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    name, *figures, mark = row
    aligned = [cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=False)]
    return "  ".join([name.ljust(widths[0]), *aligned, mark]).rstrip()
