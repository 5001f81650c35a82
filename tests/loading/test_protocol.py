"""Sources of one's own: in two steps, or with a `load` alone, which is asked each time."""

from __future__ import annotations

import pickle
import time
from pathlib import Path

import pytest

import veltrix
from tests.loading.conftest import Live, write
from veltrix.loading import notes
from veltrix.sources import reading


class Store(veltrix.Source):
    """A remote store, imitated by a dict with a revision."""

    def __init__(self, name="store", **data):
        self.name = name
        self.revision = 1
        self.data = data
        self.error = None
        self.calls = []

    def put(self, **data):
        self.data |= data
        self.revision += 1

    def fetch(self, previous, deadline):
        self.calls.append("fetch")
        assert deadline > time.monotonic()
        if self.error is not None:
            raise self.error
        if previous is not None and previous.revision == self.revision:
            return previous
        return veltrix.Fetched(self.revision, dict(self.data))

    def parse(self, fetched, lower):
        self.calls.append("parse")
        assert lower is None
        return veltrix.Layer(self.name, fetched.payload)

    def take(self):
        taken, self.calls = self.calls, []
        return taken


def test_everything_is_fetched_before_anything_is_parsed():
    first, second = Store("first", a=1), Store("second", b=1)
    order = first.calls = second.calls = []
    assert veltrix.load(first, second).to_dict() == {"a": 1, "b": 1}
    assert order == ["fetch", "fetch", "parse", "parse"]


def test_what_was_not_modified_is_not_parsed():
    store = Store(a=1)
    live = Live(store, {"top": 1})
    assert store.take() == ["fetch", "parse"]
    assert live.reload() is None
    assert store.take() == ["fetch"]
    store.put(a=2)
    assert live.reload().reason == "store"
    assert store.take() == ["fetch", "parse"]
    assert live.snapshot["a"] == 2


def test_the_same_payload_under_another_revision_is_not_parsed():
    store = Store(a=1)
    live = Live(store)
    payload = live.loader._known[0].fetched.payload
    store.fetch = lambda previous, deadline: veltrix.Fetched("other", payload)
    store.take()
    assert live.reload() is None
    assert store.take() == []


def test_a_store_that_cannot_be_reached_costs_nobody_else():
    store = Store(a=1)
    live = Live(store, "b.json" if write("b.json", {"b": 1}) else "")
    store.error = ConnectionRefusedError(111, "Connection refused")
    write("b.json", {"b": 2})
    candidate = live.reload()
    assert candidate.snapshot.to_dict() == {"a": 1, "b": 2}
    assert [str(problem) for problem in candidate.problems] == [
        "store: cannot be loaded (ConnectionRefusedError: connection refused)"
    ]
    assert live.states() == {"store": "failed", "b.json": "good"}
    store.error = None
    assert live.reload() is None
    assert set(live.states().values()) == {"good"}


def test_passes_that_nobody_asked_for_leave_a_failing_store_alone_for_a_while(clock, monkeypatch):
    monkeypatch.setattr(notes.os, "urandom", lambda count: b"\xff")
    store = Store(a=1)
    live = Live(store)
    store.error = TimeoutError()
    store.take()
    assert len(live.refused(polling=True)) == 1
    for pause in (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30, 30):
        store.take()
        clock.now += pause - 0.01
        assert live.look(polling=True) is None
        assert store.take() == []
        clock.now += 0.02
        assert live.look(polling=True) is None
        assert store.take() == ["fetch"]
    assert [status.failures for status in live.loader.statuses()] == [13]


def test_a_file_is_never_left_alone(clock):
    """An event that it is there again may be the only one."""
    write("a.json", {"a": 1})
    live = Live("a.json")
    Path("a.json").unlink()
    assert len(live.refused(polling=True)) == 1
    assert live.look(polling=True) is None
    write("a.json", {"a": 2})
    assert live.reload(polling=True).snapshot["a"] == 2


def test_a_pass_that_was_asked_for_always_tries(clock):
    store = Store(a=1)
    live = Live(store)
    store.error = TimeoutError()
    store.take()
    for _ in range(3):
        live.refused()
    assert store.take() == ["fetch"] * 3
    store.error = None
    store.put(a=2)
    assert live.reload().snapshot["a"] == 2
    store.error = TimeoutError()
    live.refused(polling=True)
    clock.now += 0.1
    store.take()
    live.look(polling=True)
    assert store.take() == ["fetch"]  # a success ends the pauses


def test_the_pauses_are_never_the_same_and_never_long():
    assert len({notes.pause_after(5) for _ in range(50)}) > 1
    for failures in range(1, 2000):
        longest = min(30, 0.1 * 2 ** min(failures - 1, 40))
        assert longest / 2 <= notes.pause_after(failures) <= longest


class Polled(veltrix.Source):
    """What a function gives, each time."""

    def __init__(self, give, name="polled"):
        self.name = name
        self.give = give
        self.loads = 0

    def load(self, lower):
        self.loads += 1
        return self.give()


def layer_of(**data):
    return lambda: veltrix.Layer("polled", data)


def test_a_source_with_a_load_alone_is_asked_each_time():
    source = Polled(layer_of(a=1))
    live = Live(source)
    assert live.reload() is None
    assert source.loads == 2
    source.give = layer_of(a=2)
    assert live.reload().reason == "polled"
    assert source.loads == 3


@pytest.mark.parametrize(
    ("before", "after"),
    [(1, True), (1, 1.0), (0.0, -0.0), ("1", 1), (None, veltrix.DELETE), ([1], [True]), ({}, None), ([], {})],
)
def test_a_polled_source_that_says_another_thing_of_a_like_kind_is_news(before, after):
    source = Polled(layer_of(a=before, b=1))
    live = Live(source)
    source.give = layer_of(a=after, b=1)
    assert live.reload() is not None
    assert live.reload() is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (lambda: [1], lambda: veltrix.append([1])),
        (lambda: veltrix.append([1]), lambda: veltrix.prepend([1])),
        (lambda: veltrix.append([1]), lambda: veltrix.append([True])),
        (lambda: {"c": 1}, lambda: veltrix.replace({"c": 1})),
        (lambda: veltrix.replace({"c": {}}), lambda: veltrix.replace({"c": veltrix.replace({})})),
        (dict, lambda: {"c": veltrix.DELETE}),
    ],
)
def test_a_polled_source_is_news_with_another_operator_and_no_news_with_the_same(before, after):
    source = Polled(lambda: veltrix.Layer("polled", {"a": before()}))
    live = Live({"a": [0]}, source, conflicts="replace")
    assert live.reload() is None
    source.give = lambda: veltrix.Layer("polled", {"a": after()})
    assert live.reload() is not None


class Array:
    """An object that compares item by item, as those of numpy do."""

    def __eq__(self, other):
        raise ValueError("the truth value of an array is ambiguous")

    __hash__ = None


@pytest.mark.parametrize(
    "within",
    [
        lambda one: one,
        lambda one: [one],
        lambda one: [{"in": one}],
        veltrix.replace,
        lambda one: veltrix.append([one]),
    ],
)
def test_an_object_of_a_polled_source_is_never_compared(within):
    kept = Array()
    source = Polled(lambda: veltrix.Layer("polled", {"a": within(kept)}))
    live = Live(source)
    assert live.reload() is None
    kept = Array()
    assert live.reload() is not None
    assert live.reload() is None


def test_a_polled_source_whose_lines_move_is_swapped_in_silently():
    def at(line):
        return lambda: veltrix.Layer(
            "polled", {"a": 1}, origins={("a",): veltrix.Origin("polled", "file", "x", line)}
        )

    source = Polled(at(1))
    live = Live(source)
    source.give = at(2)
    assert live.reload().moved_only
    assert live.snapshot.explain("a").origin.line == 2


def test_a_polled_source_is_absent_and_back(clock):
    source = Polled(layer_of(a=1))
    live = Live({"a": 0}, source)
    source.give = lambda: None
    assert live.reload() is None
    clock.now += 2
    assert live.reload().snapshot["a"] == 0
    assert live.states()["polled"] == "absent"
    assert live.reload() is None
    source.give = layer_of(a=2)
    assert live.reload().snapshot["a"] == 2


def test_a_polled_source_that_fails_is_held_back_and_loaded_once_a_pass():
    def fail():
        raise OSError

    source = Polled(layer_of(a=1))
    write("one/b.json", {"b": 1})
    write("one/c.json", {"c": 1})
    live = Live("one/b.json", source, "one/c.json")
    source.give, source.loads = fail, 0
    write("one/b.json", {"b": 2})
    write("one/c.json", "[")
    said = live.refused()
    assert [text.split(":")[0] for text in said] == ["polled", "one/c.json"]
    source.give = layer_of(a=2)
    assert live.reload().snapshot.to_dict() == {"b": 1, "a": 2, "c": 1}
    assert source.loads == 2


def test_a_class_of_ours_with_a_load_of_its_own_is_asked_by_that():
    class Upper(veltrix.File):
        def load(self, lower):
            found = veltrix.resolve([super().load(lower)]).to_dict()
            return veltrix.Layer(self.name, {key.upper(): value for key, value in found.items()})

    write("a.json", {"a": 1})
    live = Live(Upper("a.json"))
    assert live.snapshot.to_dict() == {"A": 1}
    write("a.json", {"a": 2})
    assert live.reload().snapshot.to_dict() == {"A": 2}


def test_a_source_without_its_steps_is_a_mistake():
    class Nothing(veltrix.Source):
        name = "nothing"

    class Half(Nothing):
        def fetch(self, previous, deadline):
            return veltrix.Fetched(None, b"")

    for source in (Nothing(), Half()):
        with pytest.raises(
            NotImplementedError, match=r"^a source has fetch and parse, or a load of its own$"
        ):
            veltrix.load(source)


def test_a_load_is_a_fetch_and_a_parse():
    store = Store(a=1)
    assert veltrix.resolve([store.load(None)]).to_dict() == {"a": 1}
    assert store.take() == ["fetch", "parse"]
    write("a.json", {"a": 1})
    source = veltrix.File("a.json")
    fetched = source.fetch(None, 0)
    assert (fetched.payload, source.watch_paths()) == (b'{"a": 1}', (source.absolute_path,))
    assert source.parse(fetched, None).name == "a.json"
    assert veltrix.Secrets("x").watch_paths() == (veltrix.Secrets("x").absolute_path,)
    assert store.watch_paths() == veltrix.Env("APP").watch_paths() == ()


def test_a_fetched_shows_nothing_of_its_content():
    fetched = veltrix.Fetched("hunter2", b"hunter2")
    assert repr(fetched) == "<veltrix.Fetched, present>"
    assert repr(veltrix.Fetched(None, None)) == "<veltrix.Fetched, absent>"
    assert abs(fetched.at - time.time()) < 100
    assert veltrix.Fetched(1, b"", at=5.0).at == 5.0
    assert pickle.loads(pickle.dumps(fetched)).payload == b"hunter2"


def test_a_file_in_the_same_state_is_not_read_again(monkeypatch):
    monkeypatch.setattr(reading, "TICK", -(10**18))
    write("a.json", {"a": 1})
    source = veltrix.File("a.json")
    fetched = source.fetch(None, 0)
    monkeypatch.setattr(reading, "_read_to_end", None)
    assert source.fetch(fetched, 0) is fetched


def test_a_file_that_was_written_just_now_is_read_again_and_is_the_same_bytes(monkeypatch):
    """Another write within the tick may leave its state as it is."""
    monkeypatch.setattr(reading, "TICK", 10**18)  # whenever it was written, it was just now
    write("a.json", {"a": 1})
    source = veltrix.File("a.json")
    fetched = source.fetch(None, 0)
    again = source.fetch(fetched, 0)
    assert again is not fetched
    assert again.payload is fetched.payload
    with Path("a.json").open("r+b") as file:
        file.write(b'{"a": 2')
    assert source.fetch(again, 0).payload == b'{"a": 2}'


def test_a_file_that_claims_no_size_is_read_each_time(monkeypatch):
    name = Path("/proc/self/comm")
    if not name.exists():
        pytest.skip("this system has no /proc")
    before = name.read_text()
    monkeypatch.setattr(reading, "TICK", -(10**18))
    source = veltrix.File(name, "json")
    try:
        name.write_text('{"a": 1}')
        fetched = source.fetch(None, 0)
        name.write_text('{"a": 2}')
        assert source.fetch(fetched, 0).payload.strip() == b'{"a": 2}'
    finally:
        name.write_text(before)
