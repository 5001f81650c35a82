"""Every kind of change of a file is served, by events and by the timer alone.

A case is a generator: it gives the sources, and then after each change the value of `n` to be served.
"""

from __future__ import annotations

import json
import mmap
import os
import shutil
import sys
from pathlib import Path

import pytest

import veltrix
from tests.sources.mounted import Mounted
from tests.watching.tools import replace, wait_for, write

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what is watched there is not tested")

CASES = []
TIMER_ONLY = []


def case(function):
    CASES.append(function)
    return function


def by_timer(function):
    """A change that no event tells of."""
    TIMER_ONLY.append(function)
    return function


def number(n):
    return json.dumps({"n": n})


@case
def in_place():
    write("app.json", {"n": 1})
    yield ["app.json"]
    for n in (2, 3, 4):
        write("app.json", {"n": n})
        yield n


@case
def written_beside_and_renamed():
    write("app.json", {"n": 1})
    yield ["app.json"]
    for n in (2, 3, 4):
        replace("app.json", {"n": n})
        yield n


@case
def in_a_directory_that_is_a_source():
    _made("secrets")
    write("secrets/n", "1")
    yield [veltrix.Secrets("secrets")]
    replace("secrets/n", "2")
    yield "2"
    write("secrets/n", "3")
    yield "3"
    write("secrets/other", "3")
    replace("secrets/n", "4")
    yield "4"


@case
def as_an_editor_saves():
    write("app.json", {"n": 1})
    yield ["app.json"]
    for n in (2, 3, 4):
        Path("app.json").rename("app.json~")
        write("app.json", {"n": n})
        Path("app.json~").unlink()
        yield n


@case
def a_mounted_file_is_swapped():
    mounted = Mounted(_made("config"))
    mounted.publish({"app.json": number(1)})
    yield ["config/app.json"]
    for n in (2, 3, 4):
        mounted.publish({"app.json": number(n)})
        yield n


@case
def a_mounted_directory_is_swapped():
    mounted = Mounted(_made("config"))
    mounted.publish({"n": "1"})
    yield [veltrix.Secrets("config")]
    for n in (2, 3, 4):
        mounted.publish({"n": str(n)})
        yield str(n)


@case
def a_mount_is_swapped_and_edited():
    mounted = Mounted(_made("config"))
    mounted.publish({"app.json": number(1)})
    yield ["config/app.json"]
    mounted.publish({"app.json": number(2)})
    yield 2
    write(Path("config/..data").resolve() / "app.json", {"n": 3})
    yield 3


@case
def the_end_of_a_chain_of_links_is_edited():
    _chain()
    yield ["a/app.json"]
    write("c/app.json", {"n": 2})
    yield 2
    replace("c/app.json", {"n": 3})
    yield 3


@case
def the_middle_of_a_chain_of_links_is_retargeted():
    _chain()
    write("d/other.json", {"n": 2})
    yield ["a/app.json"]
    _retarget("b/app.json", "../d/other.json")
    yield 2
    write("d/other.json", {"n": 3})
    yield 3


@case
def a_release_is_switched_and_edited():
    write("v1/app.json", {"n": 1})
    write("v2/app.json", {"n": 2})
    Path("current").symlink_to("v1")
    yield ["current/app.json"]
    _retarget("current", "v2")
    yield 2
    write("v2/app.json", {"n": 3})
    yield 3


@case
def a_link_high_up_is_switched():
    write("r1/a/b/c/app.json", {"n": 1})
    write("r2/a/b/c/app.json", {"n": 2})
    Path("current").symlink_to(Path("r1").absolute())
    yield ["current/a/b/c/app.json"]
    _retarget("current", "r2")
    yield 2
    replace("r2/a/b/c/app.json", {"n": 3})
    yield 3


@case
def its_directory_is_removed_and_made_again():
    write("conf/app.json", {"n": 1})
    yield ["conf/app.json"]
    for n in (2, 4):
        shutil.rmtree("conf")
        write("conf/app.json", {"n": n})
        yield n
        write("conf/app.json", {"n": n + 1})
        yield n + 1


@case
def its_directory_is_renamed_away_and_another_takes_its_place():
    write("conf/app.json", {"n": 1})
    write("next/app.json", {"n": 2})
    yield ["conf/app.json"]
    Path("conf").rename("old")
    Path("next").rename("conf")
    yield 2
    write("conf/app.json", {"n": 3})
    yield 3


@case
def a_path_that_is_not_there_yet():
    yield [{"n": 1}, veltrix.File("conf/deep/er/app.json", optional=True)]
    write("conf/deep/er/app.json", {"n": 2})
    yield 2
    replace("conf/deep/er/app.json", {"n": 3})
    yield 3


@case
def a_link_that_leads_nowhere_yet():
    Path("app.json").symlink_to("there/app.json")
    yield [{"n": 1}, veltrix.File("app.json", optional=True)]
    write("there/app.json", {"n": 2})
    yield 2


@case
def touched_and_rewritten_alike():
    write("app.json", {"n": 1})
    yield ["app.json"]
    Path("app.json").touch()
    Path("app.json").chmod(0o600)
    write("app.json", {"n": 1})
    write("app.json", {"n": 2})
    yield 2


@case
def of_the_same_size_with_its_time_restored():
    write("app.json", {"n": 1})
    status = Path("app.json").stat()
    yield ["app.json"]
    for n in (2, 3):
        write("app.json", {"n": n})
        os.utime("app.json", ns=(status.st_atime_ns, status.st_mtime_ns))
        yield n


@case
def removed_for_a_while():
    write("app.json", {"n": 1})
    yield ["app.json"]
    Path("app.json").unlink()
    write("app.json", {"n": 2})
    yield 2


@case
def a_file_becomes_a_link_and_a_file_again():
    write("app.json", {"n": 1})
    write("far/away.json", {"n": 2})
    yield ["app.json"]
    _retarget("app.json", "far/away.json")
    yield 2
    write("far/away.json", {"n": 3})
    yield 3
    replace("app.json", {"n": 4})
    yield 4


@case
def a_link_in_a_directory_leads_elsewhere():
    write("far/away/n", "1")
    _made("dir").joinpath("n").symlink_to("../far/away/n")
    yield [Folder("dir")]
    write("far/away/n", "2")
    yield 2
    replace("far/away/n", "3")
    yield 3


@case
def a_name_that_is_no_text():
    name = os.fsdecode(b"caf\xe9.json")
    write(name, {"n": 1})
    yield [name]
    write(name, {"n": 2})
    yield 2
    replace(name, {"n": 3})
    yield 3


@by_timer
def a_directory_high_up_is_renamed_away():
    write("a/b/c/d/app.json", {"n": 1})
    write("x/b/c/d/app.json", {"n": 2})
    yield ["a/b/c/d/app.json"]
    Path("a").rename("old")
    Path("x").rename("a")
    yield 2
    write("a/b/c/d/app.json", {"n": 3})
    yield 3


@by_timer
def a_hard_link_is_edited_by_its_other_name():
    write("conf/app.json", {"n": 1})
    os.link("conf/app.json", _made("far/away") / "other.json")
    yield ["conf/app.json"]
    write("far/away/other.json", {"n": 2})
    yield 2


@by_timer
def written_through_a_map_of_memory():
    write("app.json", {"n": 1})
    yield ["app.json"]
    with open("app.json", "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:  # noqa: PTH123
        memory[:] = number(2).encode()
        memory.flush()
    yield 2


class Folder(veltrix.Source):
    """A source of one's own that reads a directory."""

    def __init__(self, path):
        self.name = path
        self.path = Path(path).absolute()

    def load(self, lower):
        return veltrix.Layer(
            self.name, {one.name: json.loads(one.read_text()) for one in self.path.iterdir()}
        )

    def watch_paths(self):
        return [str(self.path)]


def _made(folder):
    Path(folder).mkdir(parents=True, mode=0o700)
    return Path(folder)


def _chain():
    write("c/app.json", {"n": 1})
    _made("b").joinpath("app.json").symlink_to("../c/app.json")
    _made("a").joinpath("app.json").symlink_to(Path("b/app.json").absolute())


def _retarget(link, target):
    Path("new").symlink_to(target)
    Path("new").rename(link)


def serve(case, mode, **options):
    """Runs a case, and says which generations there were."""
    steps = case()
    with veltrix.Config(*next(steps)) as config, config.watch(settle=0.005, **options):
        assert config.status().watching.mode == mode
        values = [config["n"]]
        config.subscribe(lambda change: values.append(change.snapshot.get("n")))
        for expected in steps:
            wait_for(lambda expected=expected: config.get("n") == expected, f"{expected} is served")
        assert config.status().watching.mode == mode
        return values


def names(cases):
    return [one.__name__ for one in cases]


@pytest.mark.parametrize("one", CASES, ids=names(CASES))
def test_by_events_alone(one):
    pytest.importorskip("watchfiles")
    values = serve(one, "events", poll=3600)
    assert values == sorted(set(values))


@pytest.mark.parametrize("one", TIMER_ONLY, ids=names(TIMER_ONLY))
def test_what_no_event_tells_is_found_by_the_timer(one):
    pytest.importorskip("watchfiles")
    serve(one, "events", poll=0.05)


@pytest.mark.parametrize("one", CASES + TIMER_ONLY, ids=names(CASES + TIMER_ONLY))
def test_by_the_timer_alone(one, monkeypatch):
    monkeypatch.setitem(sys.modules, "watchfiles._rust_notify", None)
    values = serve(one, "polling", poll=0.02)
    assert values == sorted(
        values
    )  # a look may come between the files of one step, never before an older one
