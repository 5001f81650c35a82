"""Events or polling, and why; what is held meanwhile, and that it is given back."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest

import veltrix
from tests.watching.tools import descriptors, replace, tasks, wait_for, write
from veltrix.loading import loader
from veltrix.sources import reading
from veltrix.watching import events, eyes, file_systems, watcher
from veltrix.watching.bell import Bell
from veltrix.watching.eyes import Eyes
from veltrix.watching.file_systems import Mounts
from veltrix.watching.watch_set import WatchSet

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what is watched there is not tested")
NO_WATCH = "no inotify watch is left (fs.inotify.max_user_watches)"
NO_INSTANCE = "no inotify instance is left (fs.inotify.max_user_instances), or no descriptor"


@pytest.fixture
def config():
    pytest.importorskip("watchfiles")
    write("app.json", {"n": 1})
    with veltrix.Config("app.json") as made:
        yield made


def served(config, n):
    write("app.json", {"n": n})
    wait_for(lambda: config["n"] == n, f"{n} is served")


def test_events(config):
    with config.watch(poll=3600):
        assert config.status().watching == ("events", None)
        served(config, 2)


def test_without_watchfiles(config, monkeypatch):
    monkeypatch.setitem(sys.modules, "watchfiles._rust_notify", None)
    with config.watch(poll=0.02):
        assert config.status().watching == ("polling", "watchfiles is not installed (the extra `watch`)")
        served(config, 2)


class InternalError(RuntimeError):
    """As watchfiles raises it for what it does not know."""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError('OS file watch limit reached. about ["/x"] (Error { kind: MaxFilesWatch })'), NO_WATCH),
        (InternalError("Error creating recommended watcher: Too many open files (os error 24)"), NO_INSTANCE),
        (PermissionError("Permission denied (os error 13)"), "a directory on the way may not be read"),
        (InternalError("something else"), "watchfiles gives InternalError"),
    ],
)
def test_a_limit_that_is_met_later_given_back(config, monkeypatch, error, reason):
    def limited(*_):
        raise error

    rust_notify = events.rust_notify
    monkeypatch.setattr(events, "rust_notify", lambda: limited)
    monkeypatch.setattr(eyes, "AGAIN_SECONDS", 0.1)
    with config.watch(poll=0.02):
        assert config.status().watching == ("polling", reason)
        served(config, 2)
        monkeypatch.setattr(events, "rust_notify", rust_notify)
        wait_for(lambda: config.status().watching == ("events", None))
        served(config, 3)


def test_directories_that_go_away_while_a_watch_is_made(config, monkeypatch):
    asked = []

    def gone(*_):
        asked.append(1)
        raise FileNotFoundError("No such file or directory (os error 2)")

    rust_notify = events.rust_notify
    monkeypatch.setattr(events, "rust_notify", lambda: gone)
    with config.watch(poll=3600):
        assert len(asked) >= 4
        assert config.status().watching == ("polling", "directories are just being replaced")
        served(config, 2)
        monkeypatch.setattr(events, "rust_notify", rust_notify)
        wait_for(lambda: config.status().watching == ("events", None))
        served(config, 3)


def test_a_watch_that_breaks_is_made_again(config, monkeypatch, caplog):
    class Breaking:
        def __init__(self, *_):
            pass

        def watch(self, *_):
            raise InternalError("error in underlying watcher")

        def close(self):
            pass

    rust_notify = events.rust_notify
    monkeypatch.setattr(events, "rust_notify", lambda: Breaking)
    with config.watch(poll=3600):
        wait_for(lambda: config.status().watching == ("dead", "InternalError; it starts again"))
        monkeypatch.setattr(events, "rust_notify", rust_notify)
        wait_for(lambda: config.status().watching == ("events", None))
        served(config, 2)
    assert caplog.records[0].getMessage() == "the watch thread: InternalError"


@pytest.mark.parametrize(("settle", "milliseconds"), [(0.2, 200), (0.02, 20), (0, 1)])
def test_how_long_it_waits_for_further_events(config, monkeypatch, settle, milliseconds):
    asked = []

    class Quiet:
        def __init__(self, *_):
            pass

        def watch(self, most, step, *_):
            asked.append((most, step))
            return "timeout"

        def close(self):
            pass

    monkeypatch.setattr(events, "rust_notify", lambda: Quiet)
    with config.watch(poll=0.02, settle=settle):
        wait_for(lambda: len(asked) > 2)
    assert set(asked) == {(250, milliseconds)}


@LINUX
def test_a_file_system_of_a_network_is_polled(config, monkeypatch, tmp_path):
    _mounted(monkeypatch, tmp_path, "nfs4")
    with config.watch(poll=0.02):
        assert config.status().watching == ("polling", f"{tmp_path}/app.json is on nfs4")
        served(config, 2)


@LINUX
def test_one_of_two_is_polled(monkeypatch, tmp_path):
    pytest.importorskip("watchfiles")
    write("far/a.json", {"n": 1})
    write("app.json", {"m": 1})
    _mounted(monkeypatch, tmp_path / "far", "fuse.sshfs")
    with veltrix.Config("far/a.json", "app.json") as config, config.watch(poll=0.02):
        assert config.status().watching == ("events", f"{tmp_path}/far/a.json is on fuse.sshfs")
        write("far/a.json", {"n": 2})
        write("app.json", {"m": 2})
        wait_for(lambda: config.to_dict() == {"n": 2, "m": 2})


@LINUX
def test_a_file_that_is_mounted_by_itself_is_warned_of_once(config, monkeypatch, tmp_path, caplog):
    _mounted(monkeypatch, tmp_path / "app.json", "ext4")
    with config.watch(poll=0.02):
        served(config, 2)
        served(config, 3)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        f"{tmp_path}/app.json is mounted by itself: a file that is renamed over it outside cannot be seen"
    ]


def test_what_is_mounted_where(monkeypatch, tmp_path):
    table = tmp_path / "mountinfo"
    table.write_text(
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        "30 22 0:40 / /srv/my\\040files rw - nfs4 host:/x rw\n"
        "31 22 0:41 / /over rw master:3 - cifs //host/x rw\n"
        "32 22 0:42 / /over rw - tmpfs none rw\n"
        "33 22 0:43 / /over/lay rw - overlay none rw\n"
    )
    monkeypatch.setattr(file_systems, "_TABLE", str(table))
    mounts = Mounts()
    assert mounts.unreliable("/srv/my files/a/b.json") == "nfs4"
    assert mounts.unreliable("/over/lay/x") == "overlay"
    for place in ("/", "/srv", "/srv/my", "/over", "/over/x", "/over/layer"):
        assert mounts.unreliable(place) is None
    assert mounts.is_mount("/over/lay")
    assert not mounts.is_mount("/over/lay/x")
    monkeypatch.setattr(file_systems, "_TABLE", str(tmp_path / "absent"))
    assert Mounts().unreliable("/srv/my files/x") is None


@pytest.mark.parametrize(
    ("module", "call", "part"),
    [
        ("gevent.monkey", "is_module_patched", "threading"),
        ("eventlet.patcher", "is_monkey_patched", "thread"),
    ],
)
def test_where_threads_are_greenlets_it_polls(config, monkeypatch, module, call, part):
    patched = types.ModuleType(module)
    setattr(patched, call, lambda name: name == part)
    monkeypatch.setitem(sys.modules, module, patched)
    with config.watch(poll=0.02):
        reason = "threads are greenlets here, and one that waits for events stops all others"
        assert config.status().watching == ("polling", reason)
        served(config, 2)
        setattr(patched, call, lambda name: False)


def test_sources_without_files_are_polled():
    with veltrix.Config({"a": 1}, veltrix.Env("WATCHED")) as config, config.watch():
        assert config.status().watching == ("polling", None)


def test_content_is_compared_where_no_state_tells_of_a_change(config, monkeypatch):
    monkeypatch.setattr(reading, "_state", lambda status: "as ever")
    monkeypatch.setattr(reading, "_is_fresh", lambda *_: False)
    config.reload()
    write("app.json", {"n": 2})
    assert config.reload() is None
    with config.watch(poll=0.02):
        monkeypatch.setattr(watcher, "CONTENT_SECONDS", 0)
        wait_for(lambda: config["n"] == 2)
        assert config.status().sources[0].state == "good"


def test_comparing_content_parses_nothing_that_is_the_same(tmp_path):
    tmp_path.chmod(0o700)
    write("app.json", {"n": 1})
    (tmp_path / "secrets").mkdir(mode=0o700)
    write("secrets/token", "x")
    one = loader.Loader("app.json", veltrix.Secrets("secrets"))
    snapshot = one.first()
    seen = one._accepted
    for _ in range(2):
        assert one.candidate(snapshot, polling=True, anew=True) is None
    assert not one.found_news
    assert [now.outcome for now in one._known] == [before.outcome for before in seen]
    write("secrets/token", "y")
    assert one.candidate(snapshot, polling=True, anew=True).snapshot["token"] == "y"


@LINUX
def test_what_happens_to_others_in_a_directory_is_no_reason_to_look(config, tmp_path):
    eye = Eyes(lambda: [str(tmp_path / "conf" / "app.json")], 0.001)
    write("conf/app.json", {"n": 1})
    eye.renew()
    try:
        bell = Bell()
        for number in range(3):
            write(f"conf/app.log{number}", "x")
        waited = []
        wait = eye._events.wait
        eye._events.wait = lambda *arguments: waited.append(wait(*arguments)) or waited[-1]
        eye.wait(bell, 0.2)
        assert waited[-1] is None
        assert any(waited[:-1])
        replace("conf/app.json", {"n": 2})
        eye.wait(bell, 20)
        assert str(tmp_path / "conf" / "app.json") in waited[-1]
    finally:
        eye.close()


@LINUX
def test_a_name_that_is_no_text_is_an_event_like_others(config, caplog):
    odd = Path("caf\udce9.txt")  # the byte 0xe9 alone
    with config.watch(poll=3600):
        for number in range(2, 5):
            odd.write_text(str(number))
            served(config, number)
            assert config.status().watching.mode == "events"
    assert [record for record in caplog.records if "watch thread" in record.getMessage()] == []


@LINUX
def test_a_directory_made_again_is_watched_though_it_has_the_number_of_the_old_one(config, tmp_path):
    write("conf/app.json", {"n": 1})
    eye = Eyes(lambda: [str(tmp_path / "conf" / "app.json")], 0.001)
    eye.renew()
    try:
        made, number = eye._events, Path("conf").stat().st_ino
        shutil.rmtree("conf")
        write("conf/app.json", {"n": 2})
        if Path("conf").stat().st_ino != number:
            pytest.skip("this file system gives another number at once")
        eye.wait(Bell(), 20)
        eye.renew()
        assert eye._events is not made
        write("conf/app.json", {"n": 3})
        waited = eye._events.wait(Bell(), 20)
        assert str(tmp_path / "conf" / "app.json") in waited
    finally:
        eye.close()


@LINUX
def test_which_directories_are_watched(tmp_path):
    root = str(tmp_path)
    write("r/v1/app.json", {})
    Path("r/current").symlink_to("v1")

    def watched(path):
        return {one for one, _ in WatchSet([f"{root}/{path}"], Mounts()).directories}

    assert watched("r/v1/app.json") == {f"{root}/r", f"{root}/r/v1"}
    assert watched("r/current/app.json") == {f"{root}/r", f"{root}/r/v1"}
    assert watched("r/v1/absent.json") == {f"{root}/r/v1"}
    assert watched("r/no/such/app.json") == {f"{root}/r"}
    assert watched("r/v1") == {root, f"{root}/r", f"{root}/r/v1"}
    Path("loop").symlink_to("loop")
    assert root in watched("loop/app.json")


@LINUX
def test_fifty_watches_leave_nothing_behind(config):
    with config.watch():
        pass
    threads, files = tasks(), descriptors()  # what an earlier test left may still be ending
    for n in range(50):
        with config.watch(poll=3600, settle=0.001):
            assert config.status().watching.mode == "events"
            if n % 10 == 0:
                served(config, n + 2)
    assert tasks() <= threads
    assert descriptors() <= files


def test_a_process_whose_descriptors_are_used_up_polls(config):
    program = """
import os, resource, veltrix, watchfiles._rust_notify
config = veltrix.Config("app.json")
with config.watch(poll=0.02):  # what it imports is there then
    config.reload()
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
held = []
try:
    while True:
        held.append(os.dup(0))
except OSError:
    for _ in range(2):
        os.close(held.pop())
with config.watch(poll=0.02):
    print(config.status().watching)
"""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (
        0,
        f"Watching(mode='polling', reason={NO_INSTANCE!r})\n",
        "",
    )


def _mounted(monkeypatch, place, kind):
    table = place.parent / "mountinfo"
    table.write_text(f"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 0:40 / {place} rw - {kind} x rw\n")
    monkeypatch.setattr(file_systems, "_TABLE", str(table))
