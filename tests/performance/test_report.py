"""The pages show what was measured: what was missed first, every interpreter, every note, every condition."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from benches import report, result
from benches.charts import Bar, Dots
from benches.numbers import duration, number, short, with_unit
from benches.pages import peers, targets, watching
from benches.report import PAGES, Page, markdown, replaced, shown_in_terminal, taken
from benches.result import Conditions, Figure, Line, at_least, at_most

FIRST = Conditions("2026-01-01 10:00", "make bench", "3.11.7", "0.1.0", "release", "2 × x")
OTHER = replace(FIRST, python="3.13.0")


def line(row, operation, native, pure=None, unit="×", anchor="mp[k]", target=None, conditions=FIRST):
    found = {"native": native, "pure": pure, anchor: 1.0 if unit.startswith("×") else None}
    measured = {name: Figure(value, value, value) for name, value in found.items() if value is not None}
    return Line(row, operation, unit, measured, anchor, target, conditions=conditions)


LINES = [
    line(6, "resolve", 20.0, 0.1, "× faster", "a merge", at_least(17)),
    line(1, "s[path]", 0.9, 3.0, target=at_most(0.8)),
    line(12, "memory", 40.0, 215.0, "B", "a dict", at_most(60)),
    line(2, "path in s", 0.5, target=at_most(0.75)),
    line(2, "path in s: miss", 0.6, 90.0),
]
BOTH = [
    *LINES,
    line(1, "s[path]", 0.7, 4.0, target=at_most(0.8), conditions=OTHER),
    line(15, "s[path]", 4.0, conditions=OTHER),
    line(15, "path in s", 5.0, conditions=OTHER),
]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.00345, "0.0034"), (0.123, "0.12"), (9.876, "9.88"), (98.76, "98.8"), (9876.5, "9,876"), (3.0, "3")],
)
def test_digits_that_count(value, text):
    assert number(value) == text


def test_units_that_suit():
    assert [duration(value) for value in (0.5, 20.5, 1_500.0, 2.5e6, 3.25e9)] == [
        "0.50 ns",
        "20.5 ns",
        "1.50 µs",
        "2.50 ms",
        "3.25 s",
    ]
    assert with_unit(27.25, "B") == "27.2 B"
    assert with_unit(1e7, "time", plain=True) == "10 ms"
    assert [short(power) for power in (0.01, 1, 100, 1e3, 1e5, 1e6)] == [
        "0.01",
        "1",
        "100",
        "1k",
        "100k",
        "1M",
    ]


def test_the_chart_shows_both_in_times_as_long_as_the_anchor_in_the_order_of_rows():
    assert targets.dots_of(LINES) == [
        Dots("s[path]", "mp[k]", 0.9, 3.0, 0.8),
        Dots("path in s: miss", "mp[k]", 0.6, 90.0, None),
        Dots("resolve", "a merge", 1 / 20, 10.0, pytest.approx(1 / 17)),
    ]


def test_the_page_names_what_was_missed_first_and_every_interpreter():
    said, missed_title, missed, met_title, met, other_title, other = targets.text(BOTH).split("\n\n")
    assert said == "- CPython 3.11.7: 3 of 4 targets met\n- CPython 3.13.0: 1 of 1 targets met"
    assert [missed_title, met_title, other_title] == ["### Missed", "### Met", "### Without a target"]
    head, _, only = missed.splitlines()
    assert head == (
        "| row | operation | against | target | 3.11.7 | 3.13.0 | spread, 3.11.7 | pure, 3.11.7 |"
    )
    assert only == "| 1 | s[path] | mp[k] | ≤ 0.80 | **0.90 ×** | 0.70 × |  | 3 × |"
    assert met.splitlines()[2:] == [
        "| 2 | path in s | mp[k] | ≤ 0.75 | 0.50 × | – |  | – |",
        "| 6 | resolve | a merge | ≥ 17 | 20 × faster | – |  | 0.10 × faster |",
        "| 12 | memory | a dict | ≤ 60 | 40 B | – |  | 215 B |",
    ]
    assert [row.split(" | ")[5] for row in other.splitlines()[2:]] == ["–", "4 ×", "5 ×"]


def test_a_target_of_the_reference_shows_its_figure():
    of_pure = replace(line(43, "overlay", 1.0, 9.5, target=at_most(2)), judged="pure")
    assert "| 43 | overlay | mp[k] | ≤ 2 | **9.50 ×** |  | – |" in targets.text([of_pure])


def test_what_has_no_figure_has_its_reason():
    without = replace(LINES[0], missing={"pure": "not built"})
    assert "No figure of pure for resolve: not built" in targets.text([without])


PEERS = Line(
    0,
    "read one leaf",
    "×",
    {
        "veltrix native": Figure(1234.5, 1200.0, 1300.0, 45_000.0),
        "OmegaConf": Figure(12.34, 12.0, 13.0, 444.0),
        "dict": Figure(0.0123, 0.012, 0.013, 0.44),
    },
    "a read of a flat dict",
    missing={"dynaconf": "it reads nothing", "confuse": "it reads nothing"},
    notes={"OmegaConf": ["a remark", "measured at 1,000 leaves, since a run of all takes too long"]},
    conditions=FIRST,
)


def test_peers_are_ranked_and_every_blank_carries_its_reason():
    assert peers.table(PEERS).splitlines() == [
        "|  | figure | half of it within |",
        "|---|--:|--:|",
        "| dict | 0.012 × | 0.012–0.013 |",
        "| OmegaConf [1][2] | 12.3 × | 12–13 |",
        "| veltrix native | 1,234 × | 1,200–1,300 |",
        "| confuse [3] | – |  |",
        "| dynaconf [3] | – |  |",
        "",
        "[1] a remark<br>",
        "[2] measured at 1,000 leaves, since a run of all takes too long<br>",
        "[3] it reads nothing",
    ]


def test_the_page_of_peers_says_what_each_was_handed():
    text = peers.text([PEERS])
    assert "| dict | a flat dict, `c[path]` |" in text
    assert "### Read one leaf\n\nAgainst a read of a flat dict.\n\n|" in text


def test_a_peer_without_a_figure_has_no_bar():
    bars, star = peers.bars_of(PEERS)
    assert bars == [Bar("dict", 0.0123), Bar("OmegaConf", 12.34, starred=True), Bar("veltrix native", 1234.5)]
    assert star == "* measured at 1,000 leaves, since a run of all takes too long"


def test_the_page_of_changes_says_what_was_met_and_missed():
    given = {"axis": "leaves", "at": 1_000, "conditions": FIRST}
    gap = {"veltrix": Figure(12.5, 11.25, 14.0), "b": Figure(70.0, 65.0, 71.0)}
    beside = "the gap of parsing alone"

    def judged(value):
        figures = {"native": Figure.exactly(value)}
        return Line(36, "longest gap", "×", figures, beside, at_most(1.5), **given)

    text = watching.text([Line(36, "longest gap", "ms", gap, **given), judged(1.2)])
    assert "leaves, ≤ 1.50 × the gap of parsing alone: met, 1.20 ×." in text
    assert "| veltrix | 12.5 (11.2–14) |" in text
    assert "missed 1.07×, 1.60 ×." in watching.text([judged(1.6)])


def test_the_conditions_of_every_run_are_named_once():
    assert taken(BOTH).splitlines() == [f"- `make bench`: {FIRST}", f"- `make bench`: {OTHER}"]


def test_a_terminal_shows_aligned_tables():
    shown = shown_in_terminal("targets", LINES)
    (head, rule, row), *_ = [part.splitlines() for part in shown.split("\n\n") if part.startswith("row")]
    assert set(rule) == {"─"}
    assert head.index("operation") == row.index("s[path]")
    assert head.index("against") == row.index("mp[k]")


def test_a_page_is_filled_between_its_marks():
    text = "above\n<a>\nold\n<b>\nbelow"
    assert replaced(text, "new", ("<a>", "<b>")) == "above\n<a>\n\nnew\n\n<b>\nbelow"
    with pytest.raises(ValueError, match="no marks"):
        replaced("above", "new", ("<a>", "<b>"))


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_a_place_for_its_figures(name):
    page = PAGES[name]
    before = page.page.read_text("utf-8")
    assert replaced(before, "new", page.marks) != before
    targets_of_make = (result.ROOT / "Makefile").read_text("utf-8")
    assert f"\n{page.command.removeprefix('make ')}: " in targets_of_make


def test_the_page_is_written_from_all_files(tmp_path, monkeypatch):
    files = [tmp_path / "first.json", tmp_path / "second.json"]
    for file, conditions in zip(files, (FIRST, OTHER), strict=True):
        result.write(file, [one for one in BOTH if one.conditions == conditions])
    page = Page(tmp_path / "targets.md", "make x", files[0])
    page.page.write_text("before\n{}\nold\n{}\nafter\n".format(*page.marks), "utf-8")
    saved = {}
    monkeypatch.setitem(report.PAGES, "targets", page)
    monkeypatch.setattr(report, "save", lambda charts, _: saved.update(charts))
    monkeypatch.setattr(targets.drawing, "dots", lambda *given: given)
    monkeypatch.setattr(sys, "argv", ["report", "targets", *map(str, files)])
    assert report.main() == 0
    text = page.page.read_text("utf-8")
    assert (text[:7], text[-6:]) == ("before\n", "after\n")
    assert "old" not in text
    assert "CPython 3.13.0: 1 of 1 targets met" in text
    assert saved["targets"][1].endswith("CPython 3.11.7")


def test_a_table_has_names_before_figures():
    assert markdown(["a", "b"], [["c", "1"]]) == "| a | b |\n|---|--:|\n| c | 1 |"
