"""The harness: what a benchmark keeps, which ones share a process, and what a run makes of them."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from benches import __main__ as command
from benches import result
from benches.harness import Bench
from benches.report import PAGES
from benches.result import Figure, Line, at_most
from veltrix.bench.ratio import Workload


class Benchmark:
    """The part of pytest-benchmark's fixture that the harness takes."""

    def __init__(self):
        self.extra_info = {}
        self.measured = []

    def pedantic(self, function, given, named, rounds, iterations):
        self.measured.append(function)
        return function(*given, **named)


@pytest.fixture
def made():
    options = {"--seconds": 0.001, "--first": True}
    marked = SimpleNamespace(args=(28,))
    node = SimpleNamespace(
        config=SimpleNamespace(getoption=options.get), get_closest_marker=lambda name: marked
    )
    benchmark = Benchmark()
    return Bench(benchmark, node), benchmark


def test_a_row_is_its_workloads_its_anchor_and_its_target(made):
    bench, benchmark = made
    slow, fast = Workload("list(range(2_000))", {}), Workload("list(range(20))", {})
    timings = bench.ratios("range", {"native": slow, "a short one": fast}, target=at_most(2))
    assert set(timings) == {"native", "a short one"}
    (line,) = bench.lines
    assert (line.row, line.operation, line.anchor, line.target) == (28, "range", "a short one", at_most(2))
    assert line.figures["native"].value > 1
    assert len(benchmark.measured) == 1


def test_what_is_counted_and_what_is_timed_are_lines_too(made):
    bench, benchmark = made
    timings = bench.time({"pure": Workload("pass", {})})
    bench.times("nothing", timings, at_most(1), judged="pure")
    bench.counts("blocks", "", figures={"native": 3, "pure": Figure(1, 0, 2)}, row=4, target=at_most(0))
    timed, counted = bench.lines
    assert (timed.unit, timed.judged, list(timed.figures)) == ("µs", "pure", ["pure"])
    assert (counted.row, counted.figures) == (4, {"native": Figure(3, 3, 3), "pure": Figure(1, 0, 2)})
    bench.once(len, "abc")
    assert len(benchmark.measured) == 1  # the first one is pytest-benchmark's


def collected(suite, *options, tmp_path):
    plan = tmp_path / "plan"
    assert command.pytest([f"benches/{suite}", "--collect-only", f"--plan={plan}", *options], 0, {}) == 0
    return json.loads(plan.read_text("utf-8"))


def benchmarks(plan):
    return [one for process in plan.values() for one in process["benchmarks"]]


def test_every_row_of_the_targets_is_measured(tmp_path):
    """31 and 32 are counted with the treasure hunt; 11, 13 and 44 wait for what they are measured beside."""
    plan = collected("targets", tmp_path=tmp_path)
    rows = {*range(1, 11), 12, 14, *range(16, 31), *range(33, 44), 45, 46, 47, 60, 61, 62}
    assert {row for process in plan.values() for row in process["rows"]} == rows
    assert all(process["rows"] for process in plan.values())


def test_chosen_rows_are_measured_without_what_only_the_first_process_does(tmp_path):
    assert benchmarks(collected("targets", "--rows=16,28", "--not-first", tmp_path=tmp_path)) == [
        *(
            f"benches/targets/test_read.py::test_touched_leaves[{leaves}]"
            for leaves in (1_000, 10_000, 100_000)
        ),
        "benches/targets/test_scope.py::test_first_scope",
    ]


def test_every_peer_and_every_place_has_a_process_of_its_own(tmp_path):
    found = collected("peers", "-k", "dict-of-dicts or pure", tmp_path=tmp_path)
    assert {name: process["environment"] for name, process in found.items()} == {
        "benches/peers/test_peers.py dict of dicts": {"VELTRIX_IMPL": ""},
        "benches/peers/test_peers.py veltrix pure": {"VELTRIX_IMPL": "pure"},
    }
    places = collected("scaling", "-k", "layers-1 or wide", tmp_path=tmp_path)
    assert list(places) == [
        "benches/scaling/test_places.py layers 1",
        "benches/scaling/test_places.py layers 12",
        "benches/scaling/test_real.py wide",
    ]


LINE = Line(1, "s[path]", "×", {"native": Figure.exactly(0.5)}, "mp[k]", at_most(1), gain=4.0)


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(command.veltrix, "implementations", lambda: {"native": None})
    return tmp_path / "kept.json"


def ran(monkeypatch, found, *options):
    monkeypatch.setattr(command, "run", lambda *_: iter(found))
    monkeypatch.setattr(sys, "argv", ["benches", *options])
    return command.main()


def test_a_run_leaves_its_figures_with_their_conditions(kept, monkeypatch, capsys):
    assert ran(monkeypatch, [(0, [LINE]), (0, [LINE])], "--json", str(kept)) == 0
    first, gain = result.read(kept)
    assert replace(first, conditions=LINE.conditions) == LINE
    assert (gain.row, gain.conditions) == (15, first.conditions)
    assert first.conditions.command == "make bench"
    said = capsys.readouterr().out
    assert "2 of 2 targets met" in said
    assert "`make bench-targets-page` puts them into the page" in said


def test_a_part_leaves_what_it_did_not_measure(kept, monkeypatch):
    ran(monkeypatch, [(0, [LINE])], "--json", str(kept))
    other = replace(LINE, row=2, operation="path in s", gain=None)
    assert ran(monkeypatch, [(0, [LINE, other])], "--rows", "2", "--json", str(kept)) == 0
    assert [line.row for line in result.read(kept)] == [1, 15, 2]


def test_a_benchmark_that_fails_fails_the_run_and_keeps_the_others(kept, monkeypatch):
    assert ran(monkeypatch, [(1, []), (0, [LINE])], "--json", str(kept)) == 1
    assert len(result.read(kept)) == 2


def test_a_run_that_is_stopped_keeps_what_was_measured(kept, monkeypatch):
    def found():
        yield 0, [LINE]
        raise KeyboardInterrupt

    assert ran(monkeypatch, found(), "--json", str(kept)) == 130
    assert len(result.read(kept)) == 2


def test_each_suite_has_a_page():
    assert command.SUITES.keys() == PAGES.keys()


def test_a_suite_is_run_in_processes_of_its_own(monkeypatch, tmp_path):
    """The whole way: pytest, the harness, pytest-benchmark's file, lines."""
    if "native" not in command.veltrix.implementations():
        pytest.skip("the native implementation is not built")
    options = ["--rows", "60", "-k", "10 and not 100", "--seconds", "0.001", "--processes", "2"]
    monkeypatch.setattr(sys, "argv", ["benches", *options])
    chosen = command._arguments()
    said = []
    found = list(command.run(chosen, {60}, said.append))
    assert [status for status, _ in found] == [0, 0]
    for _, (line,) in found:
        assert (line.row, line.operation) == (60, "a dataclass of 10 fields, for each")
        assert line.figures["native"].value > 0
    assert "process 2 of 2" in said[1]


def test_rows_that_nothing_measures_are_refused(monkeypatch):
    plan = json.dumps({"a file": {"environment": {}, "benchmarks": ["a"], "rows": [1, 2]}})

    def planned(arguments, *_, **__):
        (path,) = (one.removeprefix("--plan=") for one in arguments if one.startswith("--plan="))
        Path(path).write_text(plan, "utf-8")

    monkeypatch.setattr(command, "pytest", planned)
    monkeypatch.setattr(sys, "argv", ["benches", "--rows", "1,11"])
    with pytest.raises(SystemExit, match="no benchmark of targets measures row 11"):
        list(command.run(command._arguments(), {1, 11}, print))
