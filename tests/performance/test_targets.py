"""The page and the chart of `make bench` show what was measured, what was missed first."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benches import __main__ as bench
from benches import targets_page
from benches.peers import __main__ as peers
from benches.result import Figure, Line, at_least, at_most
from benches.targets_chart import LEFT, Dots, chart, dots_of
from benches.targets_page import RESULTS, Run, figures

SVG = "{http://www.w3.org/2000/svg}"


def line(row, operation, native, pure=None, unit="×", anchor="mp[k]", target=None):
    found = {"native": native, "pure": pure, anchor: 1.0 if unit.startswith("×") else None}
    measured = {name: Figure(value, value, value) for name, value in found.items() if value is not None}
    return Line(row, operation, unit, measured, anchor, target)


LINES = [
    line(6, "resolve", 20.0, 0.1, "× faster", "a merge", at_least(17)),
    line(1, "s[path]", 0.9, 3.0, target=at_most(0.8)),
    line(12, "memory", 40.0, 215.0, "B", "a dict", at_most(60)),
    line(2, "path in s", 0.5, target=at_most(0.75)),
    line(2, "path in s: miss", 0.6, 90.0),
]


def stored(path, python, lines):
    found = {"python": python, "conditions": f"CPython {python}", "lines": [line.as_json() for line in lines]}
    path.write_text(json.dumps(found), "utf-8")
    return path


@pytest.fixture
def runs(tmp_path):
    slower = [line(1, "s[path]", 0.7, 4.0, target=at_most(0.8)), line(15, "s[path]", 4.0)]
    return [
        stored(tmp_path / "first.json", "3.11.7", LINES),
        stored(tmp_path / "second.json", "3.13.0", [*slower, line(15, "path in s", 5.0)]),
    ]


def test_the_chart_shows_times_as_long_as_the_anchor_in_the_order_of_rows():
    assert dots_of(LINES) == [
        Dots("s[path]", "mp[k]", 0.9, 3.0, 0.8),
        Dots("path in s", "mp[k]", 0.5, None, 0.75),
        Dots("path in s: miss", "mp[k]", 0.6, 90.0, None),
        Dots("resolve", "a merge", 1 / 20, 10.0, pytest.approx(1 / 17)),
    ]


def test_dots_stand_where_the_logarithm_says_and_on_the_card():
    root = ElementTree.fromstring(chart(dots_of(LINES), "<CPython>"))
    width, height = (float(size) for size in root.get("viewBox").split()[2:])
    dots = [dot for dot in root.iter(f"{SVG}circle") if dot.get("r") == "4"][2:]  # behind those of the legend
    at = {(dot.get("class"), float(dot.get("cy"))): float(dot.get("cx")) for dot in dots}
    first, last = min(y for _, y in at), max(y for _, y in at)
    decade = (at["pure", last] - at["native", last]) / 2.301
    assert (at["pure", first] - at["native", first]) / decade == pytest.approx(0.523, abs=0.01)
    assert len(dots) == 7
    assert all(LEFT <= x <= width for x in at.values())
    assert last < height
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert {"<CPython>", "0.90", "0.05", "resolve", "a merge"} <= set(texts)


def test_the_page_names_what_was_missed_first_and_every_interpreter(runs):
    page = figures([Run.read(path) for path in runs])
    said, missed_title, missed, met_title, met, other_title, other = page.split("\n\n")
    assert said == "- CPython 3.11.7: 3 of 4 targets met\n- CPython 3.13.0: 1 of 1 targets met"
    assert [missed_title, met_title, other_title] == ["### Missed", "### Met", "### Without a target"]
    head, _, only = missed.splitlines()
    assert head == "| row | operation | against | target | 3.11.7 | 3.13.0 | pure, 3.11.7 |"
    assert only == "| 1 | s[path] | mp[k] | ≤ 0.80 | **0.90 ×** | 0.70 × | 3 × |"
    assert met.splitlines()[2:] == [
        "| 2 | path in s | mp[k] | ≤ 0.75 | 0.50 × | – | – |",
        "| 6 | resolve | a merge | ≥ 17 | 20 × faster | – | 0.100 × faster |",
        "| 12 | memory | a dict | ≤ 60 | 40 B | – | 215 B |",
    ]
    assert [row.split(" | ")[5] for row in other.splitlines()[2:]] == ["–", "4 ×", "5 ×"]


def test_without_figures_there_is_a_hint(tmp_path):
    with pytest.raises(SystemExit, match="`make bench` takes them"):
        Run.read(tmp_path / "none.json")


def test_the_page_is_written_between_its_marks(runs, tmp_path, monkeypatch):
    page = tmp_path / "targets.md"
    page.write_text(f"before\n{targets_page.MARKS[0]}\nold\n{targets_page.MARKS[1]}\nafter\n", "utf-8")
    monkeypatch.setattr(targets_page, "PAGE", page)
    monkeypatch.setattr(targets_page, "CHARTS", tmp_path / "charts")
    monkeypatch.setattr(sys, "argv", ["targets_page", *map(str, runs)])
    assert targets_page.main() == 0
    text = page.read_text("utf-8")
    assert (text[:7], text[-6:]) == ("before\n", "after\n")
    assert "old" not in text
    assert "3 of 4 targets met" in text
    assert "CPython 3.11.7" in (tmp_path / "charts" / "targets.svg").read_text("utf-8")


def test_a_run_leaves_its_figures_and_a_chart(tmp_path, monkeypatch, capsys):
    kept = tmp_path / "kept" / "bench.json"
    monkeypatch.setattr(bench, "run", lambda *_: LINES)
    monkeypatch.setattr(bench.veltrix, "implementations", lambda: {"native": None})
    monkeypatch.setattr(sys, "argv", ["benches", "--no-groups", "--json", str(kept)])
    assert bench.main() == 0
    assert list(Run.read(kept).lines.values()) == LINES
    assert "resolve" in kept.with_suffix(".svg").read_text("utf-8")
    assert f"drawn in {kept.with_suffix('.svg')}" in capsys.readouterr().out


def test_some_rows_or_peers_leave_the_figures_of_all_as_they_are(monkeypatch):
    for module, options, whole, part in (
        (bench, ["--rows", "1,15"], RESULTS, bench.PART),
        (peers, ["--peers", "dict"], peers.RESULTS, peers.PART),
        (peers, ["--leaves", "2000"], peers.RESULTS, peers.PART),
    ):
        monkeypatch.setattr(sys, "argv", ["benches"])
        assert module._arguments().json == whole
        monkeypatch.setattr(sys, "argv", ["benches", *options])
        assert module._arguments().json == part
        monkeypatch.setattr(sys, "argv", ["benches", *options, "--json", "mine.json"])
        assert module._arguments().json == Path("mine.json")


def test_rows_that_nothing_measures_are_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benches", "--rows", "1,11"])
    with pytest.raises(SystemExit):
        bench._arguments()
    assert (
        "11 is none of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 34, 35, "
        "36, 37, 38, 39, 46" in capsys.readouterr().err
    )
