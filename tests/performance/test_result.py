"""One format for all figures: how lines of processes become one, what is kept, and what is a verdict."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from benches import result
from benches.report import summary, verdict
from benches.result import (
    Conditions,
    Figure,
    Line,
    at_least,
    at_most,
    combined,
    gains,
    line_of_ratios,
    line_of_times,
)
from veltrix.bench.ratio import Timing


def line(value, target, **fields):
    return Line(1, "s[path]", "×", {"native": Figure.exactly(value)}, "mp[k]", target, **fields)


@pytest.mark.parametrize(
    ("value", "target", "said"),
    [
        (0.8, at_most(0.8), "met"),
        (1.2, at_most(0.8), "missed 1.50×"),
        (17, at_least(17), "met"),
        (8.5, at_least(17), "missed 2×"),
        (1, None, ""),
    ],
)
def test_a_verdict(value, target, said):
    assert verdict(line(value, target)) == said


def test_without_a_figure_there_is_no_verdict():
    assert verdict(Line(1, "s[path]", "×", {"pure": Figure(1, 1, 1)}, target=at_most(1))) == ""


def test_a_target_of_the_reference_is_judged_by_its_figure():
    figures = {"native": Figure(1, 1, 1), "pure": Figure(3, 3, 3)}
    judged = Line(17, "overlay", "×", figures, target=at_most(2), judged="pure")
    (whole,) = combined([judged])
    assert verdict(judged) == verdict(whole) == "missed 1.50×"


def test_the_summary_counts_targets_only():
    lines = [line(1, at_most(1)), line(2, at_most(1)), line(3, None)]
    assert summary(lines) == "1 of 2 targets met"


def test_lines_of_processes_become_one():
    lines = [
        Line(1, "s[path]", "×", {"native": Figure(value, 0.1, 9.9, 10 * value)}, gain=gain)
        for value, gain in ((0.7, 3.0), (0.9, 4.0), (0.8, None))
    ]
    (whole,) = combined(lines)
    assert whole.figures["native"] == Figure(0.8, 0.7, 0.9, 8.0)
    assert whole.gain == 3.5


def test_a_subject_of_one_process_alone_is_kept():
    slow = {"native": Figure(1, 1, 1), "pure": Figure(50, 49, 51)}
    lines = [Line(6, "resolve", "×", slow), Line(6, "resolve", "×", {"native": Figure(2, 2, 2)})]
    assert combined(lines)[0].figures["pure"] == Figure(50, 49, 51)
    assert combined(lines[::-1])[0].figures["pure"] == Figure(50, 49, 51)


def test_subjects_of_different_processes_stand_in_one_line():
    lines = [
        Line(0, "read", "×", {"dict": Figure.exactly(1)}, notes={"dict": ["a note"]}),
        Line(0, "read", "×", missing={"absent": "not installed"}),
        Line(0, "read", "×", {"slow": Figure.exactly(9)}),
    ]
    (whole,) = combined(lines)
    assert list(whole.figures) == ["dict", "slow"]
    assert (whole.missing, whole.notes) == ({"absent": "not installed"}, {"dict": ["a note"]})


def test_what_is_not_alike_stays_apart():
    one = Line(16, "read", "×", {}, "dict", axis="leaves", at=1_000)
    others = [replace(one, at=3_000), replace(one, anchor="mp"), replace(one, unit="µs"), replace(one, row=1)]
    assert combined([one, *others]) == [one, *others]


def test_ratios_run_the_way_their_unit_says():
    timings = {"native": Timing((10.0,) * 3), "pure": Timing((90.0,) * 3), "mp[k]": Timing((30.0,) * 3)}
    slower = line_of_ratios(1, "read", timings, anchor="mp[k]")
    faster = line_of_ratios(6, "resolve", timings, anchor="mp[k]", unit="× faster")
    assert slower.figures["pure"].value == faster.figures["native"].value == 3.0
    assert slower.gain == faster.gain == 9.0


def test_times_are_in_microseconds():
    timed = line_of_times(8, "set", {"native": Timing((1_000.0, 3_000.0, 2_000.0))})
    assert timed.figures["native"] == Figure(2.0, 1.0, 3.0, 2_000.0)


def test_a_figure_of_several_is_their_median_between_quartiles():
    assert Figure.of([1.0, 2.0, 3.0, 4.0, 5.0]) == Figure(3.0, 2.0, 4.0)


def test_gains_have_targets_of_their_own():
    (gain,) = gains([line(0.7, at_most(0.8), gain=4.0), Line(8, "set", "µs", {}, gain=5.0)])
    assert (gain.row, gain.figures["native"].value, gain.target) == (15, 4.0, at_least(3))


def test_an_operation_beside_two_anchors_has_one_gain():
    beside = {
        anchor: Line(2, "path in s: hit", "×", {}, anchor, gain=gain)
        for anchor, gain in (("mp[k]", 5.0), ("k in mp", 6.0))
    }
    assert [found.figures["native"].value for found in gains(list(beside.values()))] == [6.0]


HERE = Conditions(
    "2026-01-01 10:00", "make bench", "3.11.7", "0.1.0", "release", "2 × x", (0.1, 0.9), (("a", "1"),)
)
LINES = [
    line(0.7, at_most(0.8), missing={"pure": "not built"}, conditions=HERE),
    Line(16, "read", "", {}, axis="leaves", at=1_000, judged="pure", notes={"dict": ["a"]}, conditions=HERE),
]


def test_lines_survive_json():
    assert [Line.from_json(json.loads(json.dumps(one.as_json()))) for one in LINES] == [
        replace(one, conditions=Conditions()) for one in LINES
    ]


def test_lines_and_their_conditions_survive_a_file(tmp_path):
    path = tmp_path / "made" / "bench.json"
    assert result.write(path, LINES) == LINES
    assert result.read(path) == LINES
    assert len(json.loads(path.read_text("utf-8"))["conditions"]) == 1


def test_a_part_is_put_over_what_was_kept_and_a_whole_run_begins_anew(tmp_path):
    path = tmp_path / "bench.json"
    result.write(path, LINES)
    again = replace(LINES[0], figures={"native": Figure.exactly(9)}, conditions=replace(HERE, taken="later"))
    assert result.write(path, [again], over=True) == result.read(path) == [LINES[1], again]
    assert result.write(path, [again]) == result.read(path) == [again]


def test_without_figures_there_is_a_hint(tmp_path):
    with pytest.raises(SystemExit, match="says which command takes them"):
        result.read(tmp_path / "none.json")


def test_conditions_name_what_figures_depend_on():
    found = Conditions.here("make bench", ["pytest", "no-such-distribution"]).until_now()
    assert found.command == "make bench"
    assert [name for name, _ in found.libraries] == ["pytest"]
    assert found.load[0] <= found.load[1]
    assert "no release build" in str(replace(found, profile="with assertions"))
    assert "no release build" not in str(replace(found, profile="release"))
    assert str(HERE) == ("veltrix 0.1.0, CPython 3.11.7, a 1; 2 × x, load 0.1 to 0.9, 2026-01-01 10:00 UTC")
