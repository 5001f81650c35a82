"""The scaling bench: answers are checked, and the page and its charts say what was found."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from benches.data import LAYERS as SEVEN
from benches.data import MORE_LAYERS, generate, resolving_to
from benches.pages import scaling as page
from benches.result import Figure, Line
from benches.scaling import operations, readers, real
from benches.scaling.names import (
    AGAIN,
    CHANGES,
    DICT,
    FIRST,
    LAYERS,
    LEAVES,
    MEMORY,
    PATCH,
    PUBLISHES,
    READ,
    READS,
    REAL,
    SHAPE,
    THREADS,
)
from benches.scaling.test_places import OPERATIONS, PLACES
from benches.subjects import kernels, snapshot_of


def line(axis, at, operation, **times):
    figures = {name: Figure(time / times[DICT], 0.1, 9.9, time) for name, time in times.items()}
    return Line(16, operation, "×", figures, DICT, axis=axis, at=at)


def counts(axis, at, operation, unit, **found):
    figures = {name: Figure.exactly(count) for name, count in found.items()}
    return Line(16, operation, unit, figures, DICT, axis=axis, at=at)


FOUND = [
    line(LEAVES, 1_000_000, READ, native=300.5, dict=400.5),
    line(LEAVES, 1_000, READ, native=20.5, dict=41.0),
    line(LEAVES, 1_000, PATCH, native=3_000.0, dict=6_000.0),
    line(LEAVES, 1_000_000, PATCH, native=4_000.0, dict=40_000_000.0),
    counts(LEAVES, 1_000, MEMORY, "B", native=27.0, dict=108.0),
    counts(LEAVES, 1_000_000, MEMORY, "B", native=27.0, dict=108.0),
    line(CHANGES, 4, READ, **{FIRST: 90.0, AGAIN: 60.0, DICT: 30.0}),
    counts(THREADS, 1, READS, "million/s", dict=4.25),
    counts(THREADS, 1, PUBLISHES, "/s", dict=99.0),
    line(REAL, "wide", READ, native=50.5, dict=101.0),
    Line(
        16,
        SHAPE,
        "",
        {
            name: Figure.exactly(count)
            for name, count in zip("abcde", (3, 2_404_998, 13_588, 5, 1_437), strict=True)
        },
        axis=REAL,
        at="wide",
        notes={SHAPE: ["two services", "JSON"]},
    ),
]


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


def test_every_operation_is_measured_beside_a_dict(both, generated):
    snapshots = {name: snapshot_of(kernel, generated) for name, kernel in kernels().items()}
    for operation, make in OPERATIONS.items():
        given = {"native": snapshots["native"]} if operation.endswith("100 changes") else snapshots
        workloads = make(given, generated)
        assert {*given, DICT} <= workloads.keys()
        for workload in workloads.values():
            exec(workload.body, dict(workload.names))


def test_the_places_of_each_axis():
    assert (PLACES[LEAVES][0], PLACES[LEAVES][-1]) == (1_000, 1_000_000)
    assert PLACES[LAYERS][-1] == len(SEVEN) + len(MORE_LAYERS)
    assert all(list(places) == sorted(places) for places in PLACES.values())


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
        operations.patches(wrong, generated)
    with pytest.raises(AssertionError):
        operations.overlays(wrong, generated)
    with pytest.raises(AssertionError, match="1 leaves differ"):
        real.check_answers(wrong["native"], generated.flat)
    nothing = SimpleNamespace(changed={}, added={}, removed={})
    blind = SimpleNamespace(diff=lambda old, new: nothing)
    monkeypatch.setattr(operations, "kernels", lambda: {"native": blind})
    with pytest.raises(AssertionError):
        operations.diffs(1, wrong, generated)


def test_an_overlay_that_changes_nothing_is_not_timed(kernel, generated):
    snapshot = snapshot_of(kernel, generated)

    class Deaf(Wrong):
        def __getitem__(self, path):
            return snapshot[path]

        def overlay(self, data):
            return snapshot

    with pytest.raises(AssertionError, match="override_"):
        operations.overlays({"native": Deaf(snapshot)}, generated)


def test_reads_after_changes_see_the_changes(both, generated):
    workloads = operations.reads_after(generated, 70)
    assert set(workloads) == {FIRST, AGAIN, DICT}
    for workload in workloads.values():
        exec(workload.body, dict(workload.names))


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
    chosen = real.kernels()
    snapshots = {
        name: kernel.resolve(configuration.layers(kernel), conflicts="replace")
        for name, kernel in chosen.items()
    }
    for snapshot in snapshots.values():
        real.check_answers(snapshot, configuration.flat)
    for make, given in (
        (real.parsing, chosen),
        (real.resolving, chosen),
        (real.reading, snapshots),
        (real.overriding, snapshots),
    ):
        workloads = make(configuration, given)
        assert workloads.keys() > given.keys()
        for workload in workloads.values():
            exec(workload.body, dict(workload.names))
    shape = configuration.shape()
    assert (shape["files"], configuration.format, shape["leaves"]) == (3, "toml", len(configuration.flat))


def test_the_page_has_times_and_ratios():
    text = page.text(FOUND)
    assert "| leaves | 1,000 | 1,000,000 |" in text
    assert "| Read | 20.5 ns<br>0.50 × | 300 ns<br>0.75 × |" in text
    assert "| Memory a leaf | 27 B<br>0.25 × | 27 B<br>0.25 × |" in text
    assert "| 4 | 90 ns, 3 × | 60 ns, 2 × |" in text
    assert "| 1 | dict | 4.25 million | – | 99 |" in text
    assert "| wide | two services | JSON | 3 | 2.29 MiB | 13,588 | 5 | 1,437 |" in text
    assert "| wide | – | – | 50.5 ns, 0.50 × | – | – | – |" in text
    assert "By layers" not in text


def test_the_charts_that_have_figures_are_drawn(monkeypatch):
    monkeypatch.setattr(page.drawing, "panels", lambda _title, _below, panels: panels)
    drawn = page.charts(FOUND)
    assert set(drawn) == {"scaling-leaves", "scaling-changes", "scaling-threads"}
    read, patch, memory = drawn["scaling-leaves"]
    assert [panel.title for panel in (read, patch, memory)] == [READ, PATCH, MEMORY]
    assert [(curve.name, curve.points) for curve in read.curves] == [
        ("native", [(1_000.0, 20.5), (1_000_000.0, 300.5)]),
        (DICT, [(1_000.0, 41.0), (1_000_000.0, 400.5)]),
    ]
    assert memory.unit == "B"
    assert memory.top > 108
    (again,) = (curve for curve in drawn["scaling-changes"][0].curves if curve.dashed)
    assert again.name == AGAIN
