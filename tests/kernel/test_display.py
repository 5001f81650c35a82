"""`repr` shows at most a screenful, asks no opaque object for its text, and is the same in both."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.kernel.stack import stack


def test_a_snapshot_shows_its_leaves(kernel):
    snapshot = stack(kernel, {"server": {"host": "x", "a b": [1, [2], {"y": 1}]}, "empty": {}}, {"z": None})
    assert repr(snapshot) == (
        "<veltrix.Snapshot, generation 1, layers: 'a', 'b'\n"
        "  server.host = 'x'\n"
        '  server."a b" = [1, […], {…}]\n'
        "  empty = {}\n"
        "  z = None>"
    )
    assert str(snapshot) == f"{snapshot}" == repr(snapshot)


def test_a_view_shows_whole_paths(kernel):
    view = stack(kernel, {"server": {"tls": {"on": True}}})["server.tls"]
    assert repr(view) == "<veltrix.View, generation 1, layers: 'a'\n  server.tls.on = True>"


def test_an_empty_snapshot(kernel):
    assert repr(kernel.resolve([])) == "<veltrix.Snapshot, generation 1, layers: none>"


def test_it_is_a_screenful_at_most(kernel):
    text = repr(stack(kernel, {f"key{number}" * 50: "v" * 10_000 for number in range(1_000)}))
    assert len(text.splitlines()) == 22
    assert text.endswith("\n  …>")
    assert len(text) < 10_000


class Secretive:
    def __repr__(self):
        raise RuntimeError("asked for its text")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x" * 100, f"'{'x' * 60}'…"),
        (b"\0", r"b'\x00'"),
        (-0.0, "-0.0"),
        (10**5000, "<int>"),
        (10**20, str(10**20)),
        (dt.date(2024, 1, 2), "2024-01-02"),
        (dt.datetime(2024, 1, 2, tzinfo=dt.UTC), "2024-01-02T00:00:00+00:00"),
        (Secretive(), "<Secretive>"),
        ([Secretive()] * 9, "[<Secretive>, <Secretive>, <Secretive>, <Secretive>, …]"),
        ([{"x": Secretive(), "y": 2}], "[{…}]"),
        ("a\n\x1b[31m", r"'a\n\x1b[31m'"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_is_shown_in_a_few_words(kernel, value, shown):
    assert repr(stack(kernel, {"k": value})).splitlines()[1] == f"  k = {shown}>"


def test_control_characters_in_names_are_escaped(kernel):
    snapshot = kernel.resolve([kernel.Layer("l\n", {"k\x1b[31m\n": 1})])
    assert "\x1b" not in repr(snapshot)
    assert len(repr(snapshot).splitlines()) == 2
    assert repr(kernel.Layer("l\n", {})) == r"<veltrix.Layer 'l\n'>"
