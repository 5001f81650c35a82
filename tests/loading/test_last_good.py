"""The last-known-good file: what serves a start at which a source fails, and what never does."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from pathlib import Path

import pytest

import veltrix
from tests.loading.conftest import Live, write
from tests.loading.test_protocol import Polled, Store
from veltrix.loading import last_good, saved_layer
from veltrix.loading.loader import Loader

KEPT = "state/last.json"


@pytest.fixture(autouse=True)
def state():
    Path("state").mkdir(mode=0o700)
    for name in ("one", "two"):
        Path(name).mkdir()
    write("one/a.json", {"a": 1, "list": [1, {"x": None}]})
    write("one/b.json", {"b": 1})
    write("two/c.json", {"c": 1})


FILES = ("one/a.json", "one/b.json", "two/c.json")


def kept(*sources, **options):
    """The loader of these sources, which has written its file."""
    live = Live(*sources, last_good=KEPT, **options)
    live.loader.keep()
    return live


def problems(*sources, **options):
    with pytest.raises(veltrix.errors.ConfigError) as caught:
        Loader(*sources, last_good=KEPT, **options).first()
    return [str(problem) for problem in caught.value.problems]


def lacks(path):
    return f"last good: {KEPT}: lacks secrets, or objects, that no higher layer has: {path}"


def test_a_file_that_fails_at_the_start_is_served_with_its_whole_read_set():
    kept(*FILES)
    write("one/a.json", "[")
    write("one/b.json", {"b": 2})
    write("two/c.json", {"c": 2})
    live = Live(*FILES, last_good=KEPT)
    assert live.snapshot.to_dict() == {"a": 1, "list": [1, {"x": None}], "b": 1, "c": 2}
    assert live.states() == {"one/a.json": "stale", "one/b.json": "stale", "two/c.json": "good"}
    if veltrix.implementation == "native":
        assert str(live.snapshot.explain("a").origin).endswith("one/a.json:1:2")
    [said] = live.refused()
    assert said.startswith("one/a.json")
    write("one/a.json", {"a": 3})
    assert live.reload().snapshot.to_dict() == {"a": 3, "b": 2, "c": 2}
    assert set(live.states().values()) == {"good"}


def test_a_start_without_the_file_fails_as_ever():
    write("one/a.json", "[")
    assert [text.split(":")[0] for text in problems(*FILES)] == ["one/a.json"]


def test_a_source_that_was_not_kept_fails_the_start():
    kept("one/a.json", "two/c.json")
    said = f"last good: {KEPT}: has nothing of one/b.json"
    write("one/b.json", "[")
    assert problems(*FILES)[1:] == [said]
    write("one/b.json", {"b": 1})
    write("one/a.json", "[")  # its set has a file that was not kept
    assert problems(*FILES)[1:] == [said]


def test_a_file_of_the_same_name_elsewhere_is_another_source():
    kept(veltrix.File("one/a.json", name="app"))
    write("two/c.json", "[")
    assert problems(veltrix.File("two/c.json", name="app"))[1:] == [f"last good: {KEPT}: has nothing of app"]


def test_a_store_that_is_down_is_served():
    store = Store(a=1)
    kept(store, "two/c.json")
    store.error = ConnectionRefusedError()
    live = Live(store, "two/c.json", last_good=KEPT)
    assert live.snapshot.to_dict() == {"a": 1, "c": 1}
    assert live.states()["store"] == "stale"
    store.error = None
    store.put(a=2)
    assert live.reload().snapshot["a"] == 2


def test_nothing_is_kept_while_a_source_is_not_good(clock):
    live = kept(*FILES)
    before = Path(KEPT).read_bytes()
    write("one/a.json", "[")
    write("two/c.json", {"c": 2})
    live.reload()
    clock.now += 10
    live.loader.keep()
    assert Path(KEPT).read_bytes() == before


def test_it_is_written_at_most_every_five_seconds_and_only_when_it_changed(clock):
    live = kept(*FILES)
    first = Path(KEPT).stat().st_ino
    clock.now += 10
    live.loader.keep()
    assert Path(KEPT).stat().st_ino == first
    for number, is_new in ((2, True), (3, False)):
        write("two/c.json", {"c": number})
        live.reload()
        before = Path(KEPT).read_bytes()
        live.loader.keep()
        assert (Path(KEPT).read_bytes() != before) == is_new
        clock.now += 1
    clock.now += 4
    live.loader.keep()
    assert b'"c": 3' in Path(KEPT).read_bytes()


def test_what_was_rolled_back_is_not_kept(clock):
    with veltrix.Config("two/c.json", last_good=KEPT) as config:
        write("two/c.json", {"c": 2})
        config.reload()  # too early to be written
        config.rollback()
        clock.now += 10
        config.reload()
        assert b'"c": 1' in Path(KEPT).read_bytes()
        clock.now += 10
        config.release()
        assert b'"c": 2' in Path(KEPT).read_bytes()


def test_secrets_are_left_out_and_a_secret_source_that_fails_fails_the_start():
    Path("secrets").mkdir(mode=0o700)
    write("secrets/token", "hunter2")
    write("two/c.json", {"db": {"password": "hunter3", "host": "h"}, "c": 1})
    sources = (*FILES, veltrix.Secrets("secrets"), veltrix.Values({"also": "hunter4"}, secret=True))
    kept(*sources, secret=["db.password"])
    text = Path(KEPT).read_text()
    assert "hunter" not in text
    assert '"host"' in text
    Path("secrets/token").unlink()
    found = problems(*sources, secret=["db.password"])
    assert (found[0].split(":")[0], found[1:]) == ("secrets", [lacks("token")])


def test_a_path_that_was_left_out_has_to_be_said_by_a_higher_layer():
    write("two/c.json", {"password": "hunter2", "c": 1})
    low, high = veltrix.Values({"password": "low"}), veltrix.Arguments(["password=high"])
    for sources in ((low, "two/c.json"), (low, "two/c.json", high)):
        kept(*sources, secret=["password"])
        write("two/c.json", "[")
        if high in sources:
            live = Live(*sources, secret=["password"], last_good=KEPT)
            assert live.snapshot.to_dict() == {"password": "high", "c": 1}
        else:
            assert problems(*sources, secret=["password"])[1:] == [lacks("password")]
        write("two/c.json", {"password": "hunter2", "c": 1})


def test_a_secret_that_the_file_lacks_is_no_unmatched_mark(recwarn):
    write("two/c.json", {"db": {"password": "hunter2", "user": "hunter3", "host": "h"}})
    options = {"secret": ["db.password", "db.user"]}
    kept("two/c.json", **options)
    write("two/c.json", "[")
    assert problems("two/c.json", **options)[1:] == [lacks("db.password, db.user")]
    assert list(recwarn) == []


def test_a_secret_of_a_dimension_fails_the_start():
    write("two/c.json", {"password": "hunter2"})
    options = {"dimensions": {"d": {"x": "two/c.json"}}, "secret": ["password"]}
    kept({"password": ""}, **options)
    write("two/c.json", "[")
    assert problems({"password": ""}, **options)[1:] == [lacks("password")]


def test_secrets_are_kept_where_that_is_asked_for():
    Path("secrets").mkdir(mode=0o700)
    write("secrets/token", "hunter2")
    kept(veltrix.Secrets("secrets"), last_good_secrets=True)
    Path("secrets/token").unlink()
    live = Live(veltrix.Secrets("secrets"), last_good=KEPT)
    assert live.snapshot["token"] == "hunter2"
    assert live.snapshot.explain("token").secret
    assert Path(KEPT).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "source", [veltrix.Arguments(["c=x"]), veltrix.Env("APP", name="c"), veltrix.Values({"c": "x"})]
)
def test_what_a_process_is_given_is_not_kept(source, monkeypatch):
    monkeypatch.setenv("APP_C", "x")
    kept(source, "one/b.json")
    assert '"x"' not in Path(KEPT).read_text()


def test_a_retyped_source_is_served_as_it_was():
    write("one/.env", "C=5\n")
    sources = ("two/c.json", veltrix.DotEnv("one/.env"))
    kept(*sources)
    Path("one/.env").unlink()
    live = Live(*sources, last_good=KEPT)
    assert live.snapshot["c"] == 5
    write("two/c.json", {"c": 1, "d": 1})
    candidate = live.reload()
    assert candidate.snapshot.to_dict() == {"c": 5, "d": 1}
    assert len(candidate.problems) == 1


def test_an_absent_optional_file_of_the_set_stays_absent():
    sources = ("one/b.json", veltrix.File("one/o.json", optional=True))
    kept(*sources)
    write("one/b.json", "[")
    live = Live(*sources, last_good=KEPT)
    assert live.snapshot.layer_names == ("one/b.json", "one/o.json")
    write("one/o.json", {"o": 1})
    write("one/b.json", {"b": 2})
    assert live.reload().snapshot.to_dict() == {"b": 2, "o": 1}


def test_an_optional_file_that_was_served_and_is_gone_leaves_as_any_other(clock):
    sources = ({"a": 0}, veltrix.File("one/a.json", optional=True))
    kept(*sources)
    write("one/a.json", "[")
    live = Live(*sources, last_good=KEPT)
    assert live.snapshot["a"] == 1
    Path("one/a.json").unlink()
    assert live.reload() is None
    clock.now += 2
    assert live.reload().snapshot.to_dict() == {"a": 0}


VALUES = {
    "all": [None, True, 0, -(10**30), 0.1, "é\n", b"\0\xff", [], {}, [{"a": [b"x"]}]],
    "floats": [float("inf"), float("-inf"), -0.0, 1e300],
    "times": [
        dt.datetime(2026, 1, 2, 3, 4, 5, 6),
        dt.datetime(2026, 1, 2, 3, tzinfo=dt.UTC),
        dt.datetime(2026, 1, 2, 3, tzinfo=dt.timezone(dt.timedelta(hours=2, minutes=30))),
        dt.datetime(2026, 10, 25, 2, 30, fold=1),
        dt.date(2026, 1, 2),
        dt.time(1, 2, 3),
        dt.time(1, 2, fold=1),
    ],
    "t": {"t": "bytes", "v": "x"},
    "deleted": veltrix.DELETE,
    "replaced": veltrix.replace({"a": {"b": [1]}}),
    "more": veltrix.append([1, b"x"]),
    "before": veltrix.prepend([{"a": 1}]),
    "nan": float("nan"),
}


@pytest.mark.parametrize("secret", [False, True, ["all", "t.t"]])
def test_a_layer_comes_back_as_it_was(secret):
    origins = {
        ("t",): veltrix.Origin("x", "file", "f.toml", 3, 4),
        ("t", "v"): veltrix.Origin("x", "v", variable="V"),
    }
    layer = veltrix.Layer("x", VALUES, source="odd", origins=origins, secret=secret)
    line = json.loads(json.dumps(saved_layer.saved(layer, set())))
    again, left_out = saved_layer.restored(line)
    assert left_out == []
    assert repr(again.__reduce__()[1][1:]) == repr(layer.__reduce__()[1][1:])


class Zone(dt.tzinfo):
    """A time zone of a program's own."""


@pytest.mark.parametrize(
    "value", [object(), [1, object()], dt.datetime(2026, 1, 1, tzinfo=Zone()), {1, 2}, {"deep": object()}]
)
def test_objects_are_left_out(value):
    layer = veltrix.Layer("x", {"a": value, "b": 1})
    again, left_out = saved_layer.restored(json.loads(json.dumps(saved_layer.saved(layer, set()))))
    assert left_out == [("a", "deep") if isinstance(value, dict) else ("a",)]
    assert veltrix.resolve([again])["b"] == 1


def test_an_object_that_was_left_out_fails_the_start():
    source = Polled(lambda: veltrix.Layer("polled", {"thing": object(), "a": 1}))
    kept(source)

    def fail():
        raise OSError

    source.give = fail
    assert problems(source)[1:] == [lacks("thing")]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text[:-1], None),
        (lambda text: text[:-40], "not as it was written"),
        (lambda text: text.replace(b'"a"', b'"z"', 1), "not whole"),
        (lambda text: b"", "not as it was written"),
        (lambda text: b"\xff\n\xff\n", "not as it was written"),
        (lambda text: b"[]\n[]\n", "not as it was written"),
        (lambda text: signed(text, b'"format": 1', b'"format": 2'), "of another format"),
        (lambda text: signed(text, b'"layers"', b'"lairs"'), "not as it was written"),
        (
            lambda text: signed(text, b'"t": "mapping"', b'"t": "x"'),
            "not as it was written",
        ),
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_refused_with_what_failed(spoil, said):
    kept(*FILES)
    Path(KEPT).write_bytes(spoil(Path(KEPT).read_bytes()))
    write("one/a.json", "[")
    if said is None:
        Loader(*FILES, last_good=KEPT).first()
        return
    found = problems(*FILES)
    assert found[0].startswith("one/a.json")
    assert found[1:] == [f"last good: {KEPT}: {said}"]


def signed(text, old, new):
    """The file with another text on each line, and a digest that is right."""
    text = b"".join(line.replace(old, new, 1) + b"\n" for line in text.splitlines()[:-1])
    return text + json.dumps({"blake2b": hashlib.blake2b(text).hexdigest()}).encode() + b"\n"


NOT_OURS = "not a regular file of this user that nobody else can write"


@pytest.mark.parametrize(
    ("expose", "said"),
    [
        (lambda: Path(KEPT).chmod(0o606), NOT_OURS),
        (lambda: Path(KEPT).rename("x") and Path(KEPT).symlink_to("../x"), NOT_OURS),
        (lambda: Path(KEPT).unlink() or os.mkfifo(KEPT, 0o600), NOT_OURS),
        (
            lambda: Path("state").chmod(0o777),
            "its directory is not one of this user that nobody else can write to",
        ),
    ],
)
def test_a_file_that_others_may_have_written_is_not_used(expose, said):
    kept(*FILES)
    expose()
    write("one/a.json", "[")
    assert problems(*FILES)[1:] == [f"last good: {KEPT}: {said}"]


def test_a_directory_that_others_can_write_to_is_not_written_to():
    live = Live(*FILES, last_good=KEPT)
    Path("state").chmod(0o777)
    with pytest.raises(veltrix.errors.SourceError, match="its directory is not one of this user"):
        live.loader.keep()
    assert list(Path("state").iterdir()) == []
    Path("state").rmdir()
    live.loader._keeper._next = 0
    with pytest.raises(veltrix.errors.SourceError, match="cannot be written: no such file or directory"):
        live.loader.keep()


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(monkeypatch, clock, step):
    live = kept(*FILES)
    before = Path(KEPT).read_bytes()
    write("two/c.json", {"c": 2})
    live.reload()
    clock.now += 10

    def fail(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as changed:
        changed.setattr(last_good.os, step, fail)
        with pytest.raises(veltrix.errors.SourceError, match="cannot be written: no space left on device"):
            live.loader.keep()
    assert Path(KEPT).read_bytes() == before
    assert [path.name for path in Path("state").iterdir()] == ["last.json"]


def test_the_file_takes_the_place_of_a_link_and_does_not_follow_it():
    Path("state/aside").write_text("mine")
    Path(KEPT).symlink_to("aside")
    kept(*FILES)
    assert Path("state/aside").read_text() == "mine"
    assert not Path(KEPT).is_symlink()


def test_a_umask_of_nothing_leaves_it_private():
    before = os.umask(0)
    try:
        kept(*FILES)
    finally:
        os.umask(before)
    assert Path(KEPT).stat().st_mode & 0o777 == 0o600


def test_one_that_cannot_be_written_is_logged_once_until_it_can(clock, caplog):
    def poll():
        clock.now += 10
        config.reload()
        return len(caplog.records), config.status().last_error

    config = veltrix.Config("two/c.json", last_good=KEPT)
    text = Path(KEPT).read_bytes()
    Path(KEPT).unlink()
    write("two/c.json", {"c": 2})
    with caplog.at_level("ERROR", "veltrix"):
        Path("state").chmod(0o722)
        count, said = poll()
        assert (count, "last good" in said) == (1, True)
        assert [poll() for _ in range(3)] == [(1, said)] * 3
        Path("state").rename("away")
        count, other = poll()
        assert (count, other != said) == (2, True)
        assert poll() == (2, other)
        Path("away").rename("state")
        Path("state").chmod(0o700)
        assert poll()[0] == 2
        assert Path(KEPT).read_bytes() != text
        write("two/c.json", {"c": 3})
        Path("state").rename("away")
        assert poll()[0] == 3
    assert all(record.exc_info[1].__traceback__ is None for record in caplog.records)


def test_a_source_that_cannot_be_kept_keeps_no_change_from_its_readers(clock, caplog):
    config = veltrix.Config("two/c.json", last_good=KEPT)

    def fail(*_):
        raise TypeError("hunter2")

    config._publisher.passes.loader._keeper._file.write = fail
    for number in (2, 3, 4):
        clock.now += 10
        write("two/c.json", {"c": number})
        assert config.reload().generation == number
    assert config.status().last_error == "the last-good file: TypeError"
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        "the last-good file: TypeError"
    ]
