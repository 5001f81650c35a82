"""`veltrix bench`: what it compares, what it prints, and what it does when the implementations disagree."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

import veltrix
from veltrix.bench import comparison, ratio
from veltrix.bench.operations import comparable
from veltrix.bench.stacks import load
from veltrix.cli.comparison import duration, table
from veltrix.cli.progress import Progress
from veltrix.cli.style import Style

pytestmark = pytest.mark.usefixtures("both")

FILES = ("base.json", "site.json")
LOADING = ["parse", "resolve"]
READING = ["look up a leaf", "get with a default, absent"]
CHANGING = ["overlay", "set one value", "diff of one value"]
TIME = r"[\d,]+(?:\.\d+)? (?:ns|µs|ms|s)"
ROW = re.compile(rf"(\S.*?) +({TIME}) +({TIME})(?: +([\d,.]+ × (?:faster|slower)))?")


def loaded(*files):
    """The stacks of some files."""
    return load(veltrix.load(*files), [veltrix.File(file) for file in files])


@pytest.fixture
def compared(printed, hasty):
    """The heading of the page and the operations of its rows."""

    def of(*arguments):
        heading, empty, columns, *rest = printed("bench", *arguments).splitlines()
        assert empty == ""
        assert columns.split() == ["pure", "native", "native", "is"]
        rows = rest[: rest.index("")]
        assert all(ROW.fullmatch(row) for row in rows), rows
        assert "Times are of this machine" in rest[-2]
        assert max(map(len, (columns, *rest))) <= 79
        return heading, [ROW.fullmatch(row)[1] for row in rows]

    return of


def assert_operations(found, *wanted):
    assert len(found) == len(wanted), found
    assert all(name.startswith(start) for name, start in zip(found, wanted, strict=True)), found


def data(value):
    Path("data.json").write_text(json.dumps(value))
    return "data.json"


def make_secret(text):
    Path("secrets").mkdir()
    Path("secrets/token").touch(mode=0o600)
    Path("secrets/token").write_text(text)


def test_the_page_for_two_files(compared):
    heading, operations = compared(*FILES)
    assert heading == "7 leaves in 2 layers: both implementations give the same answers"
    assert operations == [
        "parse 2 files",
        "resolve 2 layers",
        "look up a leaf (7 in turn)",
        "get with a default, absent (7 in turn)",
        "overlay 5 values, read 40",
        "set one value",
        "diff of one value",
    ]


def test_the_layers_are_those_of_the_other_commands(compared, printed, monkeypatch):
    monkeypatch.setenv("APP_SERVER__PORT", "9090")
    Path("local.env").write_text("APP_SERVER__HOST=here\n")
    make_secret("x")
    layers = (
        *FILES,
        "local.env",
        "--env",
        "APP",
        "--secrets",
        "secrets",
        "--set",
        "new:=[1]",
        "--secret",
        "db",
    )
    leaves = printed("show", *layers, "--format", "flat").count("\n")
    heading, operations = compared(*layers)
    assert heading.startswith(f"{leaves} leaves in 6 layers: ")
    assert operations[:2] == ["parse 3 files", "resolve 6 layers"]


def test_every_format_is_parsed_by_both(compared):
    Path("a.toml").write_text("a = 1979-05-27T07:32:00-08:00\nb = [nan, -0.0, {c = 1}]\n")
    Path("a.yaml").write_text("c: .nan\nd: [-0.0, {e: null}]\ne: {}\n")
    heading, operations = compared("a.toml", "a.yaml", "base.json")
    assert heading.startswith("10 leaves in 3 layers")
    assert operations[0] == "parse 3 files"


def test_conflicts_are_resolved_as_asked(compared, refused):
    Path("odd.json").write_text('{"server": "none"}')
    assert "say --conflicts replace" in refused("bench", "base.json", "odd.json")
    assert_operations(
        compared("base.json", "odd.json", "--conflicts", "replace")[1], *LOADING, *READING, *CHANGING
    )


def test_an_empty_configuration(printed, hasty):
    shown = printed("bench", data({}))
    assert shown.startswith("0 leaves in 1 layer: ")
    assert_operations([row[1] for row in map(ROW.fullmatch, shown.splitlines()) if row], *LOADING)
    assert "\nThere is no leaf to be looked up or changed.\n" in shown


def test_a_configuration_without_files(compared):
    heading, operations = compared("--set", "a.b:=1")
    assert heading.startswith("1 leaf in 1 layer: ")
    assert_operations(operations, "resolve", *READING, *CHANGING)


@pytest.mark.parametrize("name", ["a", "", "größe", "a.b", 'q"\\', "x" * 300, "\x1b[31m"])
def test_one_leaf(compared, name):
    heading, operations = compared(data({name: 1}))
    assert heading.startswith("1 leaf in 1 layer: ")
    assert_operations(operations, *LOADING, *READING, *CHANGING)
    assert "overlay 1 value, read 40" in operations


def test_only_scalars_are_changed(compared):
    heading, operations = compared(data({"a": None, "b": [1], "c": {}, "d": {"e": {}}}))
    assert heading.startswith("4 leaves in 1 layer: ")
    assert_operations(operations, *LOADING, *READING)


def test_a_misspelt_name_that_is_there_is_no_miss(compared):
    file = data({"a": 1, "ax": 2, "axx": 3, "n": {"a": {"x": 1}, "ax": {"y": 1}}})
    assert "get with a default, absent (5 in turn)" in compared(file)[1]
    stacks = loaded(file)
    for name, workload in comparable(stacks).operations[3].workloads.items():
        snapshot = stacks[name].resolved()
        assert [workload.names[f"k{number}"] in snapshot for number in range(5)] == [False] * 5


def test_changes_are_made_where_a_value_comes_from(compared):
    Path("low.json").write_text(
        '{"a": {"b": 1}, "n": {"x": {"y": 1}}, "l": [1], "d": {"e": {"f": 1}}, "k": 1}'
    )
    Path("high.json").write_text(
        '{"a": {"$replace": {"c": {"d": 2}}}, "n": null, "l": {"$append": [2]},'
        ' "d": {"e": {"$delete": true}}}'
    )
    Path("top.json").write_text('{"n": "text", "d": {"e": "text"}}')
    heading, operations = compared("low.json", "high.json", "top.json")
    assert heading.startswith("5 leaves in 3 layers")
    assert "overlay 4 values, read 40" in operations


@pytest.mark.parametrize(("native", "colour"), [(100.0, 32), (600.0, 33)])
def test_the_slower_one_has_another_colour(monkeypatch, native, colour):
    timings = {"native": ratio.Timing((native, native)), "pure": ratio.Timing((300.0, 300.0))}
    monkeypatch.setattr(comparison, "measure", lambda *_, **__: timings)
    operations = comparable(loaded("base.json")).operations
    _, *rows = table(operations, Style(coloured=True), Progress())
    assert len(rows) == 7
    assert all(f"\x1b[{colour}m " in row for row in rows)


def test_a_value_is_set_in_the_layer_that_it_comes_from():
    stacks = loaded("base.json", "site.json")
    changing = comparable(stacks).operations[-2].workloads
    for name, stack in stacks.items():
        snapshot = stack.resolved()
        changes = list(islice(changing[name].names["changes"], 5))
        assert {change.layer for change in changes} == {"base.json", "site.json"}
        for change in changes:
            assert snapshot.explain(change.path).origin.layer == change.layer
            changed = change.of(snapshot).explain(change.path)
            assert (changed.value, changed.origin.layer) == (change.value, change.layer)


def test_many_leaves_take_turns(compared):
    _, operations = compared(data({f"s{number}": {"a": number} for number in range(20_000)}))
    assert "look up a leaf (64 in turn)" in operations


def test_no_secret_is_shown(run, hasty):
    make_secret("tr3asure")
    code, out, err = run("bench", *FILES, "--secrets", "secrets", "--secret", "db")
    assert (code, err) == (0, "")
    assert "hunter2" not in out
    assert "tr3asure" not in out


@pytest.mark.parametrize(
    ("pure", "native", "said"),
    [
        ((300.0, 2e6, 330.0), (100.0, 1e6, 100.0), "330 ns     100 ns     3.00 × faster"),
        ((1e5, 1e5), (4e5, 4e5), "100 µs     400 µs     4.00 × slower"),
        ((5e6, None, 5e6), (None, 10.0, None), "5.00 ms    10.0 ns  500,000 × faster"),
        ((10.0, 10.0), (0.0, 0.0), "10.0 ns    0.00 ns"),
        ((0.0, 0.0), (10.0, 10.0), "0.00 ns    10.0 ns"),
    ],
)
def test_a_row_says_what_was_measured(printed, monkeypatch, pure, native, said):
    timings = {"native": ratio.Timing(native), "pure": ratio.Timing(pure)}
    monkeypatch.setattr(comparison, "measure", lambda *_, **__: timings)
    row = next(
        line for line in printed("bench", "base.json").splitlines() if line.startswith("set one value")
    )
    assert row.endswith(said)


def test_one_implementation_cannot_be_compared(refused, monkeypatch):
    monkeypatch.setattr(veltrix, "implementations", lambda: {"pure": veltrix._backend._pure()})
    said = refused("bench", "base.json")
    assert said == (
        "only the pure implementation is here, and nothing to compare it with: "
        "install a wheel that has the extension, or build it with `make develop`"
    )


def test_an_interrupt_ends_it_with_what_there_is(run, hasty, monkeypatch):
    measured = []

    def measure_once(*arguments, **options):
        if measured:
            raise KeyboardInterrupt
        measured.append(arguments)
        return ratio.measure(*arguments, **options)

    monkeypatch.setattr(comparison, "measure", measure_once)
    code, out, err = run("bench", "base.json")
    assert (code, err) == (130, "")
    assert [row[1] for row in map(ROW.fullmatch, out.splitlines()) if row] == ["parse 1 file"]


def test_rows_are_written_as_they_are_found(folder):
    command = [sys.executable, "-m", "veltrix", "bench", "base.json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout.readline().startswith("5 leaves in 1 layer")
        assert program.poll() is None
        program.stdout.close()
        assert program.stderr.read() == ""
        assert program.wait() == 141


def test_other_commands_do_not_pay_for_it():
    code = (
        "import sys; from veltrix.cli import main; main(['get', 'debug', 'base.json']);"
        "sys.exit(any(name in sys.modules for name in ('statistics', 'platform', 'veltrix.bench.ratio')))"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=False).returncode == 0


@pytest.mark.parametrize(
    ("nanoseconds", "shown"),
    [
        (0.0, "0.00 ns"), (0.42, "0.42 ns"), (81.34, "81.3 ns"), (999.4, "999 ns"), (999.6, "1.00 µs"),
        (2_414, "2.41 µs"), (9_996, "10.0 µs"), (99_960, "100 µs"), (1_234_567, "1.23 ms"),
        (12_345_678_900, "12.3 s"), (2e12, "2,000 s"),
    ],
)  # fmt: skip
def test_a_duration_has_three_digits(nanoseconds, shown):
    assert duration(nanoseconds) == shown
