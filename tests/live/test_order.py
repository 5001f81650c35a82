"""G1 to G10, the order and the guarantees of a pass, as docs/semantics.md numbers them."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
import weakref
from contextlib import suppress

import pytest

import veltrix
from tests.live.tools import Box, Noting, Telling, in_threads, state
from veltrix.errors import ConfigError, RefusedError, SourceError


def test_g1_the_order_within_a_pass(box):
    notes = []

    def validator(name):
        return lambda candidate: notes.append((name, config.snapshot["port"], candidate["port"], port.value))

    validators = [validator("first"), validator("second")]
    config = veltrix.Config(box)
    port = config.key("port")
    config = veltrix.Config(box, validate=validators)
    notes.clear()
    port = config.key("port")

    class Seeing(Noting):
        def prepare(self, change):
            super().prepare(change)
            notes.append(("at prepare", config["port"], port.value, change.snapshot["port"]))

        def commit(self, change):
            super().commit(change)
            notes.append(("at commit", config["port"], port.value, len(config.history)))

    config.subscribe(Seeing(notes, "a"))
    config.subscribe(Seeing(notes, "b"))

    async def watch():
        changes = config.changes()
        box.data = {**box.data, "port": 2}
        await config.areload()
        assert notes == [
            ("first", 1, 2, 1),
            ("second", 1, 2, 1),
            ("a", "prepare", 2),
            ("at prepare", 1, 1, 2),
            ("b", "prepare", 2),
            ("at prepare", 1, 1, 2),
            ("a", "commit", 2),
            ("at commit", 2, 2, 2),
            ("b", "commit", 2),
            ("at commit", 2, 2, 2),
        ]
        return await changes.__anext__()

    assert asyncio.run(watch()) is config.history[-1]


def test_g1_each_step_refuses_before_the_next_is_asked(box):
    asked = []

    def validate(name, least):
        def check(candidate):
            asked.append(name)
            if candidate["port"] < least:
                raise ValueError("no")

        return check

    config = veltrix.Config(box, validate=[validate("first", 1), validate("second", -5)])
    config.key("theme")
    config.subscribe(Noting(asked))
    asked.clear()
    for data, expected in (
        ({"port": 0, "theme": 3}, []),  # the key refuses
        ({"port": 0, "theme": {}}, ["first"]),
        ({"port": 2, "theme": {}}, ["first", "second", ("s", "prepare", 2), ("s", "commit", 2)]),
    ):
        box.data = data
        with suppress(RefusedError):
            config.reload()
        assert [one for one in asked if "failed" not in one] == expected
        asked.clear()


def test_g2_a_refusal_aborts_in_reverse_and_nothing_else_is_called(config, box):
    notes = []
    for name, refuses in (("a", None), ("b", None), ("c", ValueError("no")), ("d", None)):
        config.subscribe(Noting(notes, name, refuses))
    key, before = config.key("port"), state(config)
    box.data = {**box.data, "port": 2}
    with pytest.raises(RefusedError, match=r"^refused by subscriber 'Noting': no$") as caught:
        config.reload()
    assert isinstance(caught.value.__cause__, ValueError)
    assert (caught.value.reason, caught.value.by) == ("no", "subscriber 'Noting'")
    asked = [(name, "prepare", 2) for name in "abc"]
    taken_back = [(name, "abort", 2) for name in "cba"]
    assert notes == [*asked, *taken_back, *((name, "failed", str(caught.value)) for name in "abcd")]
    assert (key.value, state(config)) == (1, before)


@pytest.mark.parametrize("by", ["guard", "key", "validator", "prepare"])
def test_g2_wherever_it_is_refused(box, by):
    def validate(candidate):
        if by == "validator" and candidate.get("port") == 2:
            raise ValueError("no")

    config, notes = veltrix.Config(box, validate=[validate]), []
    key, before = config.key("port"), state(config)
    config.subscribe(Noting(notes, "a"))
    config.subscribe(Noting(notes, "b", ValueError("no") if by == "prepare" else None))
    box.data = {"theme": {}} if by == "key" else {**box.data, "port": 2}
    box.error = SourceError("is away", "box") if by == "guard" else None
    with pytest.raises(ConfigError):
        config.reload()
    if by == "prepare":
        assert [note[1] for note in notes] == ["prepare", "prepare", "abort", "abort", "failed", "failed"]
    else:
        assert [note[1] for note in notes] == ["failed", "failed"]
    assert (key.value, state(config)) == (1, before)
    assert config.status().stale


def test_g3_what_a_commit_raises_is_reported_and_the_others_run(config, box, caplog):
    told = Telling()

    def fail(change):
        raise ValueError("hunter2")

    config.subscribe(fail)
    config.subscribe(told)
    box.data = {**box.data, "port": 2}
    assert config.reload().generation == 2
    assert config["port"] == 2
    assert len(told.changes) == 1
    assert config.status().last_error.startswith("commit of subscriber 'test_g3")
    assert config.status().last_error.endswith("ValueError")
    assert "hunter2" not in repr(config.status())
    assert not config.status().stale
    assert [record.levelname for record in caplog.records if record.name == "veltrix"][:1] == ["ERROR"]
    box.data = {**box.data, "theme": {}}
    config.subscribe(lambda change: None)
    config.reload()
    assert config.status().last_error is not None  # it failed again


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_g3_an_interrupt_in_prepare_aborts_all_and_is_raised(config, box, kind):
    notes, before = [], state(config)
    config.subscribe(Noting(notes, "a"))
    config.subscribe(Noting(notes, "b", kind()))
    box.data = {**box.data, "port": 2}
    with pytest.raises(kind):
        config.reload()
    assert [note[:2] for note in notes] == [
        ("a", "prepare"),
        ("b", "prepare"),
        ("b", "abort"),
        ("a", "abort"),
    ]
    assert state(config) == before
    with pytest.raises(kind):
        config.reload()


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_g3_an_interrupt_in_commit_is_raised_when_all_are_told(config, box, kind):
    told = Telling()

    def interrupt(change):
        raise kind

    config.subscribe(interrupt)
    config.subscribe(told)
    box.data = {**box.data, "port": 2}
    with pytest.raises(kind):
        config.reload()
    assert (config["port"], len(told.changes), len(config.history)) == (2, 1, 2)
    assert config.reload() is None


def test_g3_in_the_thread_of_a_requested_reload_an_interrupt_is_logged(config, box, caplog):
    done = threading.Event()

    class Interrupting(veltrix.Subscriber):
        def prepare(self, change):
            raise KeyboardInterrupt

        def abort(self, change):
            done.set()

    config.subscribe(Interrupting())
    box.data = {**box.data, "port": 2}
    config.request_reload()
    assert done.wait(20)
    config.close()  # waits for the pass
    for _ in range(2_000):
        if "interrupted" in caplog.text:
            break
        threading.Event().wait(0.01)
    assert "a reload that was requested was interrupted" in caplog.text


def test_g4_a_subscriber_sees_rising_generations_once_and_the_last_one(config, box):
    told, notes = Telling(), []
    config.subscribe(told)

    def change(number):
        for turn in range(5):
            box.data = {**box.data, f"k{number}": turn}
            notes.append(config.reload())

    in_threads(6, change)
    seen = [change.generation for change in told.changes]
    assert seen == sorted({*seen})
    assert seen[-1] == config.generation
    assert [change.previous for change in told.changes] == [1, *seen[:-1]]
    assert {one.generation for one in notes if one is not None} == {*seen}


def test_g4_only_changes_of_its_path(config, box):
    told = {
        path: Telling() for path in ("theme", "theme.colour", "port", "tags[0]", "nothing", ("theme", "size"))
    }
    for path, one in told.items():
        config.subscribe(one, path)

    def seen():
        return {path for path, one in told.items() if one.changes and one.changes.pop()}

    box.data = {**box.data, "theme": {"colour": "blue", "size": 3}}
    config.reload()
    assert seen() == {"theme", "theme.colour"}
    box.data = {**box.data, "tags": ["a", "c"]}
    config.reload()
    assert seen() == set()
    box.data = {**box.data, "tags": ["b", "c"], "nothing": {"at": {"all": 1}}}
    config.reload()
    assert seen() == {"tags[0]", "nothing"}
    box.data = {"port": 1, "tags": ["b", "c"]}
    config.reload()
    assert seen() == {"theme", "theme.colour", ("theme", "size"), "nothing"}


@pytest.mark.parametrize(
    "name", ["theme0", "theme-2", "theme/x", "theme~", "them", 'theme"', "theme.colour", "ä"]
)
def test_g4_a_neighbour_of_its_path_is_another_path(config, box, name):
    told = Telling()
    config.subscribe(told, "theme")
    box.data = {**box.data, name: {"colour": 1}}
    assert config.reload().generation == 2
    assert told.changes == []


def test_g4_the_difference_is_that_of_the_path(config, box):
    told = Telling()
    config.subscribe(told, "theme")
    box.data = {"port": 2, "theme": {"colour": "blue", "weight": 1}, "tags": ["a", "b"]}
    whole = config.reload()
    (change,) = told.changes
    assert (change.generation, change.reason, change.snapshot) == (2, whole.reason, whole.snapshot)
    found = change.difference
    assert (found.added, found.removed) == ({"theme.weight": 1}, {"theme.size": 3})
    assert found.changed == {"theme.colour": ("red", "blue")}
    assert whole.difference.changed == {"port": (1, 2), "theme.colour": ("red", "blue")}


def test_g5_a_hundred_callers_make_two_passes(config, box):
    entered, go = threading.Event(), threading.Event()

    def slow():
        entered.set()
        assert go.wait(60)

    box.meanwhile = slow
    box.data = {**box.data, "port": 2}
    first = threading.Thread(target=config.reload)
    first.start()
    assert entered.wait(60)
    box.data = {**box.data, "port": 3}
    inside = threading.Semaphore(0)

    def call(number):
        inside.release()
        return config.reload()

    found = []
    callers = threading.Thread(target=lambda: found.extend(in_threads(100, call)))
    callers.start()
    for _ in range(100):
        inside.acquire()
    while len(config._publisher._turns._changed._waiters) < 100:  # all of them wait
        threading.Event().wait(0.001)
    loads = box.loads
    box.meanwhile = lambda: None
    go.set()
    first.join()
    callers.join()
    assert box.loads == loads + 1
    assert len({id(one) for one in found}) == 1
    assert (found[0].generation, config["port"]) == (3, 3)


def test_g5_all_covered_callers_get_the_error(config, box):
    entered, go = threading.Event(), threading.Event()

    def slow():
        entered.set()
        assert go.wait(60)

    box.meanwhile = slow
    first = threading.Thread(target=config.reload)
    first.start()
    assert entered.wait(60)
    found = []
    callers = threading.Thread(target=lambda: found.extend(in_threads(20, lambda _: config.reload())))
    callers.start()
    while len(config._publisher._turns._changed._waiters) < 20:
        threading.Event().wait(0.001)
    box.error = SourceError("is away", "box")
    loads = box.loads
    go.set()
    first.join()
    callers.join()
    assert box.loads == loads + 1
    assert {str(error) for error in found} == {"box: is away"}
    assert all(isinstance(error, ConfigError) for error in found)
    assert (
        len({id(error) for error in found}) == 20
    )  # one each: raising one in many threads mixes tracebacks up


def test_g6_a_refused_candidate_uses_up_no_number(config, box):
    notes = []
    noting = Noting(notes, "a", ValueError("no"))
    config.subscribe(noting)
    for port in (2, 3, 4):
        box.data = {**box.data, "port": port}
        with pytest.raises(RefusedError):
            config.reload()
    noting.refuses = None
    assert config.reload().generation == 2
    assert {note[2] for note in notes if note[1] == "prepare"} == {2}


def test_g7_the_same_content_is_no_generation(config, box):
    notes = []
    config.subscribe(Noting(notes))
    snapshot = config.snapshot
    box.data = {key: box.data[key] for key in reversed(box.data)}
    for _ in range(3):
        assert config.reload() is None
    assert notes == []
    assert (config.generation, len(config.history)) == (1, 1)
    assert config.snapshot == snapshot


class Lined(Box):
    """A source that knows the line of its data."""

    line = 1

    def load(self, lower):
        place = veltrix.Origin(self.name, "file", file="app.json", line=self.line)
        return veltrix.Layer(self.name, self.data, origins={("theme", "colour"): place})


def test_g7_lines_that_moved_are_swapped_silently():
    box, notes = Lined({"theme": {"colour": "red"}}), []
    config = veltrix.Config(box, validate=[lambda candidate: notes.append("validator")])
    notes.clear()
    config.subscribe(Noting(notes))
    theme, old = config.key("theme"), config.snapshot
    box.line = 4
    assert config.reload() is None
    assert notes == []
    assert config.snapshot is not old
    assert (config.generation, len(config.history)) == (1, 1)
    assert config.explain("theme.colour").origin.line == 4
    assert config.history[-1].snapshot is config.snapshot
    gone = weakref.ref(old)
    del old
    gc.collect()
    # A key on a mapping holds none of it either; without counts of references it goes later.
    assert gone() is None or not hasattr(sys, "getrefcount")
    assert theme.value["colour"] == "red"


def test_g8_good_bad_good_as_before_calls_nobody_and_clears_the_error(config, box):
    notes, good = [], box.data
    config.subscribe(Noting(notes))
    box.error = SourceError("is away", "box")
    for _ in range(3):
        with pytest.raises(ConfigError):
            config.reload()
    assert notes == [("s", "failed", "box: is away")]
    assert config.status().last_error == "box: is away"
    assert config.status().stale
    box.error, box.data = None, dict(good)
    assert config.reload() is None
    assert notes == [("s", "failed", "box: is away")]
    assert (config.status().last_error, config.status().stale) == (None, False)
    box.error = SourceError("is away", "box")
    with pytest.raises(ConfigError):
        config.reload()
    assert len(notes) == 2  # another time that it fails


def test_g8_another_error_is_told(config, box):
    told = Telling()
    config.subscribe(told)
    for text in ("is away", "is away", "is closed", "is closed", "is away"):
        box.error = SourceError(text, "box")
        with pytest.raises(ConfigError):
            config.reload()
    assert [str(error) for error in told.errors] == ["box: is away", "box: is closed", "box: is away"]


def test_g9_is_in_test_loops():
    """Coroutine functions have a file of their own."""
    from tests.live import test_loops

    assert [name for name in vars(test_loops) if name.startswith("test_g9")]


def test_g10_no_callback_runs_on_the_thread_of_a_reader_or_under_a_lock(config, box):
    threads, readers = set(), set()

    class Where(Noting):
        def prepare(self, change):
            threads.add(threading.get_ident())
            # Other threads read, subscribe and ask meanwhile: nothing of it waits for this one.
            found = in_threads(2, lambda _: use(config))
            assert found == [None, None]

        commit = prepare

    def use(config):
        readers.add(threading.get_ident())
        config.key("theme.size")
        config.subscribe(lambda change: None).cancel()
        with config.pin(override={"port": 9}):
            assert config["port"] == 9
        config.request_reload()
        assert config.status().generation in (1, 2)
        assert len(config.history) in (1, 2)

    config.subscribe(Where([]))
    box.data = {**box.data, "port": 2}
    assert config.reload().generation == 2
    assert threads == {threading.get_ident()}
    assert not threads & readers


def test_one_box_is_one_configuration():
    boxes = [Box({"a": 1}, "one"), Box({"a": 2, "b": 2}, "two")]
    config, told = veltrix.Config(*boxes), Telling()
    config.subscribe(told)
    boxes[0].data, boxes[1].data = {"a": 1, "c": 3}, {"a": 2, "b": 4}
    change = config.reload()
    assert (change.generation, change.reason) == (2, "one, two")
    assert [one.generation for one in told.changes] == [2]
    assert (change.difference.added, change.difference.changed) == ({"c": 3}, {"b": (2, 4)})


class SpeechlessError(Exception):
    def __str__(self):
        raise RuntimeError("hunter2")


def test_g8_an_error_that_has_no_text(config, box, caplog):
    told = Telling()
    config.subscribe(told)
    box.error = SpeechlessError()
    with pytest.raises(SpeechlessError):
        config.reload()
    assert told.errors == [box.error]
    assert (config.status().stale, config.status().last_error) == (True, "SpeechlessError")
    assert [record.message for record in caplog.records] == ["generation 1 stays: SpeechlessError"]


def test_a_validator_whose_error_has_no_text(box):
    def refuse(snapshot):
        if snapshot["port"] > 1:
            raise SpeechlessError

    config = veltrix.Config(box, validate=[refuse])
    box.data = {**box.data, "port": 2}
    with pytest.raises(RefusedError, match=r"refuse': SpeechlessError$"):
        config.reload()


def test_a_handler_of_logs_that_raises_changes_nothing(config, box):
    class Full(logging.Handler):
        def emit(self, record):
            raise OSError("no space left")

    told, handler = Telling(), Full()
    config.subscribe(told)
    logging.getLogger("veltrix").addHandler(handler)
    try:
        box.error = SourceError("is away", "box")
        with pytest.raises(ConfigError, match="is away"):
            config.reload()
        box.error, box.data = None, {**box.data, "port": 2}
        assert config.reload().generation == 2
    finally:
        logging.getLogger("veltrix").removeHandler(handler)
    assert ([str(one) for one in told.errors], len(told.changes)) == (["box: is away"], 1)


def test_g3_an_interrupt_in_failed_is_raised_when_all_are_told(config, box):
    class Interrupted(veltrix.Subscriber):
        def failed(self, error):
            raise KeyboardInterrupt

    told = Telling()
    config.subscribe(Interrupted())
    config.subscribe(told)
    box.error = SourceError("is away", "box")
    with pytest.raises(KeyboardInterrupt):
        config.reload()
    assert len(told.errors) == 1
