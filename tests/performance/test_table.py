"""The table says what was measured, and what was missed by how much."""

from __future__ import annotations

import json

import pytest

from benches.result import Figure, Line, at_least, at_most, combined, gains, line_of_ratios, line_of_times
from benches.run import TOPICS, topics_of
from benches.table import summary, table, verdict
from veltrix.bench.ratio import Timing


def line(value, target, **fields):
    return Line(1, "s[path]", "×", {"native": Figure(value, value, value)}, "mp[k]", target, **fields)


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
    assert verdict(judged) == verdict(combined([judged])) == "missed 1.50×"


def test_the_summary_counts_targets_only():
    lines = [line(1, at_most(1)), line(2, at_most(1)), line(3, None)]
    assert summary(lines) == "1 of 2 targets met"


def test_the_table_is_aligned_and_in_the_order_of_rows():
    lines = [Line(2, "path in s", "×", {}), line(0.7, at_most(0.8), gain=4.0)]
    head, rule, first, second = table(lines).splitlines()
    assert set(rule) == {"─"}
    assert first.index("s[path]") == second.index("path in s") == head.index("operation")
    assert [cell for cell in first.split("  ") if cell.strip()][-1].strip() == "4 ×"


def test_lines_of_processes_become_one():
    lines = [
        Line(1, "s[path]", "×", {"native": Figure(value, 0.1, 9.9, 10 * value)}, gain=gain)
        for value, gain in ((0.7, 3.0), (0.9, 4.0), (0.8, None))
    ]
    whole = combined(lines)
    assert whole.figures["native"] == Figure(0.8, 0.7, 0.9, 8.0)
    assert whole.gain == 3.5


def test_a_subject_of_one_process_alone_is_kept():
    slow = {"native": Figure(1, 1, 1), "pure": Figure(50, 49, 51)}
    lines = [Line(6, "resolve", "×", slow), Line(6, "resolve", "×", {"native": Figure(2, 2, 2)})]
    assert combined(lines).figures["pure"] == Figure(50, 49, 51)


def test_ratios_run_the_way_their_unit_says():
    timings = {"native": Timing((10.0,) * 3), "pure": Timing((90.0,) * 3), "mp[k]": Timing((30.0,) * 3)}
    slower = line_of_ratios(1, "read", timings, anchor="mp[k]")
    faster = line_of_ratios(6, "resolve", timings, anchor="mp[k]", unit="× faster")
    assert slower.figures["pure"].value == faster.figures["native"].value == 3.0
    assert slower.gain == faster.gain == 9.0


def test_times_are_in_microseconds():
    timed = line_of_times(8, "set", {"native": Timing((1_000.0, 3_000.0, 2_000.0))})
    assert timed.figures["native"] == Figure(2.0, 1.0, 3.0, 2_000.0)


def test_gains_have_targets_of_their_own():
    (gain,) = gains([line(0.7, at_most(0.8), gain=4.0), Line(8, "set", "µs", {}, gain=5.0)])
    assert (gain.row, gain.figures["native"].value, gain.target) == (15, 4.0, at_least(3))


def test_an_operation_beside_two_anchors_has_one_gain():
    beside = {
        anchor: Line(2, "path in s: hit", "×", {}, anchor, gain=gain)
        for anchor, gain in (("mp[k]", 5.0), ("k in mp", 6.0))
    }
    assert [found.figures["native"].value for found in gains(list(beside.values()))] == [6.0]


def test_a_line_survives_json():
    before = line(0.7, at_most(0.8), missing={"pure": "not built"})
    assert Line.from_json(json.loads(json.dumps(before.as_json()))) == before


def test_every_row_has_its_topic():
    assert topics_of([]) == list(TOPICS)
    assert topics_of([9, 1]) == ["read", "allocations", "derive"]
    assert topics_of([15]) == ["read", "overlay", "resolve"]
