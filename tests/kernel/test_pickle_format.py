"""What a pickle promises: bytes that were written once are read for as long as their format is.

`tests/kernel/pickles` holds what each implementation wrote in each format. Such a file never changes; a new
format gets new files: `python -m tests.kernel.test_pickle_format`.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import pickle
from pathlib import Path

import pytest

from veltrix import DELETE, Dimension, Origin, _pickle, append, implementations, prepend, replace
from veltrix.errors import ConfigError, ParseError

PICKLES = Path(__file__).with_name("pickles")
PROTOCOL = 4
LOW = {
    "plain": [None, True, 1, -0.0, math.inf, "é", b"\xff", 10**40],
    "times": {
        "dt": dt.datetime(2024, 1, 1, 2, 3, 4, 5, tzinfo=dt.UTC, fold=1),
        "d": dt.date(2024, 1, 1),
        "t": dt.time(1, tzinfo=dt.timezone(dt.timedelta(hours=1), "CET")),
    },
    "nested": {"a.b": {"": [{"x": (1, [2])}]}, "empty": {}},
    "opaque": 1 + 2j,
    "list": [1],
    "gone": 1,
    "m": {"x": 1},
}
HIGH = {"list": append([2]), "gone": DELETE, "m": replace({"y": prepend([1]), "z": replace(2)})}


def made(kernel):
    """One of each thing that pickles, by name."""
    low = kernel.Layer("low", LOW, source="test", origins={("m", "x"): Origin("low", "file", "f", 1, 2)})
    high = kernel.Layer("high", HIGH, secret=["m.y"])
    dimension = Dimension("region", {"eu": kernel.Layer("eu", {"m": {"w": 1}}, secret=True)}, strict=True)
    first = kernel.resolve([low, high], conflicts="replace", dimensions=[dimension])
    snapshot = first.set("m.v", {"u": [3]}).overlay({"list": append([4])})
    return {
        "layer": low,
        "snapshot": snapshot,
        "view": snapshot["nested"],
        "difference": kernel.diff(first.delete("m"), snapshot),
    }


def seen(things):
    """All that can be seen of what `made` made."""
    snapshot, view, difference = things["snapshot"], things["view"], things["difference"]
    scoped = snapshot.scope(region="eu")
    paths = [*snapshot.flatten(), "m", "gone", "m.x"]
    return {
        "layer": repr(things["layer"].__reduce__()[1]),
        "layers": (snapshot.layer_names, scoped.layer_names, snapshot.generation),
        "values": [repr(list(one.flatten().items())) for one in (snapshot, scoped, view)],
        "explained": [repr(snapshot.explain(path)) for path in paths],
        "shown": [repr(one) for one in (snapshot, scoped, view, difference)],
        "difference": repr([difference.added, difference.removed, difference.changed]),
    }


class Named(pickle.Unpickler):
    """Notes what of veltrix a pickle looks up."""

    def __init__(self, file):
        super().__init__(file)
        self.found = set()

    def find_class(self, module, name):
        if module.startswith("veltrix"):
            self.found.add((module, name))
        return super().find_class(module, name)


def named(data):
    """The modules and names of veltrix that a pickle looks up."""
    reader = Named(io.BytesIO(data))
    reader.load()
    return reader.found


FILES = sorted(PICKLES.glob("*.pickle"))


def test_each_implementation_has_written_each_format():
    formats = range(1, _pickle.FORMAT + 1)
    wanted = {f"{number}-{name}.pickle" for number in formats for name in ("native", "pure")}
    assert {path.name for path in FILES} == wanted


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_written_once_is_read(kernel, path, monkeypatch):
    monkeypatch.setattr(_pickle, "kernel", kernel)
    loaded = pickle.loads(path.read_bytes())
    assert type(loaded["snapshot"]) is kernel.Snapshot
    assert seen(loaded) == seen(made(kernel))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_written_names_what_was_named(path):
    """Whoever moves a class or function that pickles name breaks the pickles of every version before."""
    name = path.stem.partition("-")[2]
    if name not in implementations():
        pytest.skip(f"veltrix._{name} is not built")
    names = named(path.read_bytes())
    assert names == named(written(name))
    assert {one for one in names if one[1].startswith("restore_")} == {
        ("veltrix._pickle", f"restore_{what}") for what in ("difference", "layer", "snapshot", "view")
    }


@pytest.mark.parametrize("what", ["layer", "snapshot", "view", "difference"])
def test_the_format_comes_first(kernel, what):
    restore, (number, *_) = made(kernel)[what].__reduce__()
    assert restore.__module__ == "veltrix._pickle"
    assert number == _pickle.FORMAT == 1


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (2, "a pickle of format 2 cannot be read: this veltrix reads format 1"),
        (0, "a pickle of format 0 cannot be read: this veltrix reads format 1"),
        ("text", "a pickle of a format that is no number cannot be read: this veltrix reads format 1"),
        (True, "a pickle of a format that is no number cannot be read: this veltrix reads format 1"),
    ],
)
@pytest.mark.parametrize("what", ["layer", "snapshot", "view", "difference"])
def test_another_format_is_refused_with_both_named(what, number, text):
    restore = getattr(_pickle, f"restore_{what}")
    for state in ((), (1,), range(20)):
        with pytest.raises(ParseError) as caught:
            restore(number, *state)
        assert str(caught.value) == text


def test_what_a_later_version_names_is_no_import_error():
    data = b"cveltrix._pickle\nrestore_by_a_later_version\n(I2\nS'secret'\ntR."
    with pytest.raises(ConfigError) as caught:
        pickle.loads(data)
    assert str(caught.value) == "a pickle of format 2 cannot be read: this veltrix reads format 1"
    with pytest.raises(AttributeError, match=r"^module 'veltrix\._pickle' has no attribute 'other'$"):
        _ = _pickle.other


def written(name):
    """What an implementation writes."""
    return pickle.dumps(made(implementations()[name]), PROTOCOL)


if __name__ == "__main__":
    for name in implementations():
        path = PICKLES / f"{_pickle.FORMAT}-{name}.pickle"
        if not path.exists():
            path.write_bytes(written(name))
