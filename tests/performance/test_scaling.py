"""The scaling bench: answers are checked, and the page and its charts say what was found."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from benches.data import LAYERS as SEVEN
from benches.data import MORE_LAYERS, generate, resolving_to
from benches.result import Figure, Line
from benches.scaling import charts, operations, page, readers, real, run, worker
from benches.scaling.drawing import Even
from benches.scaling.operations import DICT
from benches.scaling.points import (
    CHANGES,
    LAYERS,
    LEAVES,
    MEMORY,
    OPERATIONS,
    PARTS,
    PATCH,
    READ,
    REAL,
    THREADS,
    Found,
    Point,
    Shape,
)
from benches.scaling.steps import COUNTS, READERS, SIZES, Step, steps_of
from benches.subjects import snapshot_of

SVG = "{http://www.w3.org/2000/svg}"
SHORT = 0.001  # seconds


def line(operation, unit="×", **times):
    figures = {name: Figure(time / times[DICT], 0.1, 9.9, time) for name, time in times.items()}
    return Line(16, operation, unit, figures, DICT)


def weight(operation, **counts):
    return Line(16, operation, "B", {name: Figure(*[count] * 3) for name, count in counts.items()}, DICT)


FOUND = Found(
    "CPython 3.11.7, x86_64, veltrix 0.1.0",
    [
        Point(LEAVES, 1_000, line(READ, native=20.0, dict=40.0)),
        Point(LEAVES, 1_000_000, line(READ, native=300.0, dict=400.0)),
        Point(LEAVES, 1_000, line(PATCH, native=3_000.0, dict=6_000.0)),
        Point(LEAVES, 1_000_000, line(PATCH, native=4_000.0, dict=40_000_000.0)),
        Point(LEAVES, 1_000, weight(MEMORY, native=27.0, dict=108.0)),
        Point(LEAVES, 1_000_000, weight(MEMORY, native=27.0, dict=108.0)),
        Point(CHANGES, 4, line(READ, **{operations.FIRST: 90.0, operations.AGAIN: 60.0, DICT: 30.0})),
        Point(THREADS, 1, Line(16, readers.READS, "million/s", {DICT: Figure(4.0, 3.0, 5.0)})),
        Point(THREADS, 1, Line(16, readers.PUBLISHES, "/s", {DICT: Figure(99.0, 90.0, 110.0)})),
        Point(REAL, "wide", line(READ, native=50.0, dict=100.0)),
    ],
    [Shape("wide", "two services", "json", 3, 2_404_998, 13_588, 5, 1_437)],
)


@pytest.fixture(scope="module")
def generated():
    return resolving_to(700, cache=None)


@pytest.mark.parametrize("layers", [1, 2, 12])
def test_a_stack_has_so_many_layers_and_leaves(layers):
    generated = resolving_to(600, layers=layers, cache=None)
    assert list(generated.texts) == [*SEVEN, *MORE_LAYERS][:layers]
    assert abs(len(generated.flat) - 600) <= layers


def test_there_are_names_for_twelve_layers():
    with pytest.raises(ValueError, match="names for 12 layers, not for 13"):
        generate("half shared", per_layer=10, layers=13, cache=None)


def test_the_steps_of_each_axis():
    steps = steps_of(PARTS, SIZES[-1], 0.1)
    assert [step.at for step in steps if step.axis == LEAVES and not step.weighed] == list(SIZES)
    assert [step.at for step in steps if step.axis == THREADS] == list(READERS)
    assert {step.at for step in steps if step.axis == LAYERS and step.weighed} == set(COUNTS)
    million = next(step for step in steps if step.at == SIZES[-1] and step.weighed)
    assert "pure" not in million.weighed
    assert [step.at for step in steps_of([LEAVES], 3_000, 0.1) if not step.weighed] == [1_000, 3_000]


def test_every_operation_is_measured_beside_a_dict(both, generated):
    lines = {line.operation: line for line in operations.lines(generated, SHORT)}
    assert set(lines) == {operation for operation in OPERATIONS if not operation.startswith("memory")}
    assert all({"native", DICT} <= set(line.figures) for line in lines.values())


class Wrong:
    """A snapshot that has one value instead of all others, and one leaf too few."""

    def __init__(self, snapshot):
        self._snapshot = snapshot

    def __getattr__(self, name):
        return getattr(self._snapshot, name)

    def __getitem__(self, path):
        return "wrong"

    def set(self, path, value, *, layer=None):
        return Wrong(self._snapshot)

    def overlay(self, data):
        return Wrong(self._snapshot)

    def flatten(self):
        return dict(list(self._snapshot.flatten().items())[1:])


def test_wrong_answers_are_not_timed(kernel, generated, monkeypatch):
    wrong = {"native": Wrong(snapshot_of(kernel, generated))}
    with pytest.raises(AssertionError):
        operations.patches(wrong, generated, SHORT)
    with pytest.raises(AssertionError):
        operations.overlays(wrong, generated.flat, SHORT)
    with pytest.raises(AssertionError, match="1 leaves differ"):
        real.check_answers(wrong["native"], generated.flat)
    nothing = SimpleNamespace(changed={}, added={}, removed={})
    blind = SimpleNamespace(diff=lambda old, new: nothing)
    monkeypatch.setattr(operations, "kernels", lambda: {"native": blind})
    with pytest.raises(AssertionError):
        operations.diffs("diff of 1", 1, wrong, generated, SHORT)


def test_an_overlay_that_changes_nothing_is_not_timed(kernel, generated):
    snapshot = snapshot_of(kernel, generated)

    class Deaf(Wrong):
        def __getitem__(self, path):
            return snapshot[path]

        def overlay(self, data):
            return snapshot

    with pytest.raises(AssertionError, match="override_"):
        operations.overlays({"native": Deaf(snapshot)}, generated.flat, SHORT)


def test_reads_after_changes_see_the_changes(both, generated):
    found = operations.reads_after(generated, 70, SHORT)
    assert set(found.figures) == {operations.FIRST, operations.AGAIN, DICT}


def test_patches_go_on_from_what_the_last_one_left(kernel, generated):
    snapshot = snapshot_of(kernel, generated)
    path = next(iter(generated.flat))
    for name, current in {"native": snapshot, DICT: generated.flat}.items():
        workload = operations.patching({name: current}, [path])[name]
        names = dict(workload.names)
        exec(workload.body, names)
        exec(workload.body, names)
        assert names["live"].current[path] == 1_000_001
        assert current[path] == generated.flat[path]


def test_readers_see_what_is_published(kernel, generated):
    subject = readers.Subject(
        lambda old, path, value: old.set(path, value), lambda: snapshot_of(kernel, generated)
    )
    readers.check(subject, generated.flat, next(iter(generated.flat)), 1)


def test_readers_that_see_an_old_value_are_an_error(generated):
    def shaky(old, path, value):
        return {**old, path: -value}

    subject = readers.Subject(shaky, lambda: generated.flat)
    with pytest.raises(AssertionError, match="readers saw"):
        readers.check(subject, generated.flat, next(iter(generated.flat)), 1)


def test_a_round_counts_reads_and_changes(generated):
    changed = []
    subject = readers.Subject(lambda old, path, value: changed.append(path) or old, lambda: generated.flat)
    reads, publishes = readers.run(subject, list(generated.flat), 2, 0.01)
    assert reads > 0
    assert (publishes > 0) == bool(changed)
    still = readers.Subject(None, lambda: generated.flat)
    assert readers.run(still, list(generated.flat), 1, 0.01)[1] == 0.0


def test_the_extent_of_a_tree():
    assert real.extent({}) == (0, 0)
    assert real.extent({"a": 1, "b": {"c": {}, "d": 1, "e": 2}}) == (2, 3)


def test_a_real_configuration_is_measured(monkeypatch):
    crates = real.shipped.stack("crates")
    if not crates:
        pytest.skip("cargo has fetched no crates")
    monkeypatch.setattr(real.shipped, "stack", lambda name: crates[:3])
    configuration = real.Real("crates")
    lines = [line.operation for line in real.lines(configuration, SHORT)]
    assert lines == ["parse", "resolve", "read", "patch"]
    shape = configuration.shape()
    assert (shape.files, shape.format, shape.leaves) == (3, "toml", len(configuration.flat))


def test_a_step_is_a_process_that_prints_lines(kernel):
    step = Step(LAYERS, 2, SHORT)
    (found,) = worker.main(step, "a flat dict")
    assert set(found) == {"resolved", "resolved, all read"}
    text = json.dumps(asdict(step))
    assert Step(**{**json.loads(text), "weighed": ()}) == step


def test_memory_lines_have_a_figure_for_every_subject(monkeypatch):
    monkeypatch.setattr(
        run, "_process", lambda step, subject: iter([{"resolved": 27.0, "resolved, all read": 108.0}])
    )
    points = list(run.run([Step(LEAVES, 1_000, SHORT, ("native", "a flat dict"))], lambda text: None))
    assert [point.line.operation for point in points] == ["memory", "memory, all read"]
    assert set(points[0].line.figures) == {"native", DICT}


def test_what_was_found_survives_json(tmp_path):
    FOUND.write(tmp_path / "found.json")
    assert Found.read(tmp_path / "found.json") == FOUND


def test_curves_that_were_left_out_keep_their_last_figures():
    again = Found("later", [Point(LEAVES, 1_000, line(READ, native=1.0, dict=1.0))], [])
    found = again.over(FOUND)
    assert list(found.along(LEAVES, READ)) == [1_000]
    assert list(found.along(LEAVES, PATCH)) == [1_000, 1_000_000]
    assert found.along(THREADS, readers.READS) == FOUND.along(THREADS, readers.READS)
    assert found.shapes == FOUND.shapes


def test_the_page_has_times_and_ratios():
    text = page.figures(FOUND)
    assert "| leaves | 1,000 | 1,000,000 |" in text
    assert "| Read | 20.0 ns<br>0.50 × | 300 ns<br>0.75 × |" in text
    assert "| Memory a leaf | 27.0 B<br>0.25 × | 27.0 B<br>0.25 × |" in text
    assert "| 4 | 90.0 ns, 3.00 × | 60.0 ns, 2.00 × |" in text
    assert "| 1 | dict | 4.00 million | – | 99.0 |" in text
    assert "| wide | two services | JSON | 3 | 2.29 MiB | 13,588 | 5 | 1,437 |" in text
    assert "| wide | – | – | 50.0 ns, 0.50 × | – | – | – |" in text
    assert "By layers" not in text
    assert "Patch, 1,000 to 1,000,000 leaves: 3.00 µs to 4.00 µs" in page.summary(FOUND)


def test_the_charts_that_have_figures_are_drawn():
    drawn = charts.drawn(FOUND)
    assert set(drawn) == {"scaling-leaves", "scaling-changes", "scaling-threads"}
    root = ElementTree.fromstring(drawn["scaling-leaves"])
    curves = [curve.get("points").split() for curve in root.iter(f"{SVG}polyline")]
    assert len(curves) == 6
    flat = [points for points in curves if len({point.split(",")[1] for point in points}) == 1]
    assert len(flat) == 2  # memory does not grow
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert {"native", "dict", "1k", "1M", "4.00 µs", "27.0 B", "10 ms"} <= set(texts)


def test_an_even_axis_begins_at_its_lowest_value():
    axis = Even(0.0, 10.0, start=200.0, end=100.0)
    assert [axis.at(value) for value in (0.0, 5.0, 10.0)] == [200.0, 150.0, 100.0]
    assert axis.ticks() == [0.0, 2.5, 5.0, 7.5, 10.0]
    assert Even(3.0, 3.0, 10.0, 20.0).at(3.0) == 10.0


def test_curves_stay_between_their_axes():
    for text in charts.drawn(FOUND).values():
        root = ElementTree.fromstring(text)
        width, height = (float(size) for size in root.get("viewBox").split()[2:])
        places = [
            [float(number) for number in point.split(",")]
            for curve in root.iter(f"{SVG}polyline")
            for point in curve.get("points").split()
        ]
        assert places
        assert all(0 < x < width and 0 < y < height for x, y in places)


def test_the_command_keeps_what_it_found(both, tmp_path, monkeypatch, capsys):
    from benches.scaling import __main__ as command

    kept = tmp_path / "found.json"
    monkeypatch.setattr(command, "run", lambda steps, say: iter([FOUND.points[0], FOUND.shapes[0]]))
    monkeypatch.setattr(sys, "argv", ["scaling", "--parts", CHANGES, "--json", str(kept)])
    assert command.main() == 0
    assert Found.read(kept).points == [FOUND.points[0]]
    assert "Read, 1,000 to 1,000" in capsys.readouterr().out
