"""Files of one mount: however they are reached and whenever it is swapped, a load sees one generation."""

from __future__ import annotations

import gc
import json
import os
import threading
from contextvars import Context

import pytest

import veltrix
from tests.sources.conftest import open_descriptors
from tests.sources.mounted import Mounted
from veltrix.sources import mounted_secrets, read_set, reading
from veltrix.sources.links import Links
from veltrix.sources.reading import ATTEMPTS

NAMES = ("a.json", "b.json", "c.json")


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(read_set, "FIRST_PAUSE", 0)
    monkeypatch.setattr(read_set, "SETTLE", 0)
    monkeypatch.setattr(reading, "SETTLE", 0)


@pytest.fixture
def mount(tmp_path):
    (tmp_path / "config").mkdir(mode=0o700)
    mounted = Mounted(tmp_path / "config")
    publish(mounted)
    return mounted


def publish(mounted, names=NAMES, **options):
    """The next generation: each file says its number under its own name."""
    number = mounted.number + 1
    mounted.publish({name: json.dumps({name[0]: number}) for name in names}, **options)


def before_each_read(monkeypatch, act):
    """Call `act` with the number of the read, before each file that is read to load it."""
    count = []
    for module in (read_set, mounted_secrets, reading):
        read = module.read_once

        def counted(path, *, _read=read, **options):
            count.append(path)
            act(len(count))
            return _read(path, **options)

        monkeypatch.setattr(module, "read_once", counted)
    return count


def values(snapshot):
    """The generations that a snapshot holds, each once."""
    return set(map(str, snapshot.flatten().values()))


def swap_once(monkeypatch, mount, at=2, **options):
    """Swap the mount before the read of that number."""
    return before_each_read(monkeypatch, lambda number: number == at and publish(mount, **options))


@pytest.mark.parametrize("at", [1, 2, 3, 4])
@pytest.mark.parametrize("keep_old", [True, False])
def test_a_swap_between_two_files_is_never_seen(mount, monkeypatch, at, keep_old):
    swap_once(monkeypatch, mount, at, keep_old=keep_old)
    config = veltrix.Config(*(mount.folder / name for name in NAMES))
    assert values(config.snapshot) == {"2"}
    assert config.snapshot.layer_names == tuple(str(mount.folder / name) for name in NAMES)
    assert config.snapshot.explain("b").origin.file == str(mount.folder / "b.json")


def test_a_link_that_never_rests_gives_one_generation(mount, monkeypatch):
    count = before_each_read(monkeypatch, lambda number: publish(mount, keep_old=True))
    assert len(values(veltrix.load(*(mount.folder / name for name in NAMES)))) == 1
    assert len(count) <= 1 + 3 * ATTEMPTS


def test_files_and_secrets_of_a_link_that_never_rests_are_of_one_generation(mount, monkeypatch):
    publish_secrets(mount, keep_old=True)
    before_each_read(monkeypatch, lambda number: publish_secrets(mount, keep_old=True))
    sources = (mount.folder / "a.json", veltrix.Secrets(mount.folder), mount.folder / "b.json")
    found = veltrix.load(*sources)
    assert found["in_a"] == found["in_b"] == int(found["token"])


def test_the_last_generation_that_was_read_whole_is_good(mount, monkeypatch):
    """The first try is whole and overtaken, and each one after it loses its files while it reads them."""
    before_each_read(monkeypatch, lambda number: number > 1 and publish(mount, keep_old=number <= 4))
    assert values(veltrix.load(*(mount.folder / name for name in NAMES))) == {"1"}


def test_what_is_swapped_is_not_waited_for_again(mount, monkeypatch):
    """A writer that is faster than the pause of each file would else never be caught at rest."""
    monkeypatch.setattr(read_set, "SETTLE", 0.25)
    read, pauses = read_set.read_once, []

    def counted(path, *, settle, **options):
        pauses.append(settle)
        if len(pauses) == 2:
            publish(mount, keep_old=True)
        return read(path, **options)

    monkeypatch.setattr(read_set, "read_once", counted)
    veltrix.Config(*(mount.folder / name for name in NAMES))
    assert pauses == [0.25] * 3 + [0] * 3


def test_files_that_are_always_gone_are_refused_and_an_optional_one_is_not_absent(mount, monkeypatch):
    before_each_read(monkeypatch, lambda number: publish(mount))
    files = [veltrix.File(mount.folder / name, optional=True) for name in NAMES]
    with pytest.raises(veltrix.errors.ConfigError) as caught:
        veltrix.Config(*files)
    said = [str(problem) for problem in caught.value.problems]
    assert said == [f"{mount.folder}/{name}: moved away while it was read" for name in NAMES]


def test_relative_and_absolute_paths_are_of_one_set(mount, monkeypatch):
    monkeypatch.chdir(mount.folder)
    swap_once(monkeypatch, mount)
    assert values(veltrix.load("a.json", mount.folder / "b.json", "../config/c.json")) == {"2"}


def test_two_mounts_are_each_of_one_generation(mount, monkeypatch, tmp_path):
    (tmp_path / "other").mkdir()
    other = Mounted(tmp_path / "other")
    publish(other, ("d.json", "e.json"))
    swaps = {2: mount, 3: other, 5: mount, 7: other}
    before_each_read(
        monkeypatch,
        lambda number: (
            number in swaps
            and publish(swaps[number], NAMES if swaps[number] is mount else ("d.json", "e.json"))
        ),
    )
    paths = [
        mount.folder / "a.json",
        other.folder / "d.json",
        other.folder / "e.json",
        mount.folder / "b.json",
    ]
    found = veltrix.load(*paths)
    assert found["a"] == found["b"] == 3
    assert found["d"] == found["e"] == 3


def test_nested_directories_of_a_mount(tmp_path, monkeypatch):
    """`items` with a path: the link of the mount is a directory, and the file lies in it."""
    folder = tmp_path / "config"

    def write(number):
        for name in ("x/y/a.json", "x/b.json", "z/c.json"):
            path = folder / f"..{number}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({path.stem: number}))
        (folder / "tmp").symlink_to(f"..{number}")
        (folder / "tmp").rename(folder / "..data")

    write(1)
    for name in ("x", "z"):
        (folder / name).symlink_to(f"..data/{name}")
    before_each_read(monkeypatch, lambda number: number == 3 and write(2))
    found = veltrix.load(folder / "x/y/a.json", folder / "z/c.json", folder / "x/b.json")
    assert values(found) == {"2"}


def releases(folder, number, link="current"):
    target = folder / "releases" / str(number) / "config"
    target.mkdir(parents=True)
    for name in NAMES:
        (target / name).write_text(json.dumps({name[0]: number}))
    (folder / "tmp").symlink_to(f"releases/{number}")
    (folder / "tmp").rename(folder / link)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_link_to_a_whole_directory(tmp_path, monkeypatch, at):
    releases(tmp_path, 1)
    before_each_read(monkeypatch, lambda number: number == at and releases(tmp_path, 2))
    current = tmp_path / "current" / "config"
    assert values(veltrix.load(*(current / name for name in NAMES))) == {"2"}


def test_links_of_their_own_into_one_directory(tmp_path, monkeypatch):
    """Nothing but the targets of the links shows that the files belong together."""
    releases(tmp_path, 1)
    for name in NAMES:
        (tmp_path / name).symlink_to(tmp_path / "current" / "config" / name)
    before_each_read(monkeypatch, lambda number: number == 3 and releases(tmp_path, 2))
    assert values(veltrix.load(*(tmp_path / name for name in NAMES))) == {"2"}


def publish_secrets(mount, **options):
    (mount.folder / "c.json").unlink(missing_ok=True)  # else a link to nothing, which is waited for
    number = mount.number + 1
    documents = {f"{key}.json": json.dumps({f"in_{key}": number}) for key in "ab"}
    mount.publish({**documents, "token": str(number)}, **options)


@pytest.mark.parametrize("at", range(1, 6))
@pytest.mark.parametrize("first", [True, False])
def test_files_and_secrets_of_one_mount(mount, monkeypatch, at, first):
    publish_secrets(mount)
    before_each_read(monkeypatch, lambda number: number == at and publish_secrets(mount))
    secrets = veltrix.Secrets(mount.folder)
    one, two = mount.folder / "a.json", mount.folder / "b.json"
    found = veltrix.load(*((secrets, one, two) if first else (one, secrets, two)))
    assert found["in_a"] == found["in_b"] == 3
    assert found["token"] == "3"
    assert found["a.json"] == '{"in_a": 3}'


def test_secrets_of_one_mount_below_another_path(mount, monkeypatch, tmp_path):
    """A link to the whole mount is another way to it."""
    publish_secrets(mount)
    (tmp_path / "link").symlink_to("config")
    before_each_read(monkeypatch, lambda number: number == 3 and publish_secrets(mount))
    found = veltrix.load(mount.folder / "a.json", veltrix.Secrets(tmp_path / "link"))
    assert found["in_a"] == int(found["token"]) == 3


def test_files_of_dimensions_are_of_the_set(mount, monkeypatch):
    swap_once(monkeypatch, mount, 2)
    table = {"eu": mount.folder / "b.json", "us": veltrix.File(mount.folder / "c.json")}
    found = veltrix.load(mount.folder / "a.json", dimensions={"region": table})
    for choice, name in (("eu", "b"), ("us", "c")):
        assert found.scope(region=choice)[name] == found["a"] == 2


def test_dotenv_files_are_of_the_set(mount, monkeypatch):
    def publish_both(number):
        mount.publish({"a.json": f'{{"a": {number}}}', "c.env": f"c={number}"})

    publish_both(7)
    before_each_read(monkeypatch, lambda number: number == 3 and publish_both(8))
    assert values(veltrix.load(mount.folder / "a.json", mount.folder / "c.env")) == {"8"}


def test_an_optional_file_that_only_the_next_generation_has(mount, monkeypatch):
    """Absent and then there is a change like any other; its own link is made after the swap."""
    new = veltrix.File(mount.folder / "new.json", optional=True)

    def swap(number):
        if number == 2:
            publish(mount, (*NAMES, "new.json"))
            (mount.folder / "new.json").unlink()

    before_each_read(monkeypatch, swap)
    assert values(veltrix.load(mount.folder / "a.json", new)) == {"2"}
    assert "n" in veltrix.load(mount.folder / "a.json", new)


def test_an_optional_file_that_the_next_generation_lacks(mount, monkeypatch):
    swap_once(monkeypatch, mount, 2, names=("a.json",))
    optional = [veltrix.File(mount.folder / name, optional=True) for name in NAMES]
    found = veltrix.load(*optional)
    assert found.to_dict() == {"a": 2}


def test_an_optional_file_is_asked_for_first(mount, monkeypatch):
    absent = veltrix.File(mount.folder / "absent.json", optional=True)
    swap_once(monkeypatch, mount, 3)
    found = veltrix.load(absent, *(mount.folder / name for name in NAMES))
    assert values(found) == {"2"}


def test_an_optional_file_that_comes_after_it_was_asked_for(mount, monkeypatch):
    """Asked for first, and absent: what comes after it has to be of the same generation."""
    new = veltrix.File(mount.folder / "new.json", optional=True)
    swap_once(monkeypatch, mount, 3, names=(*NAMES, "new.json"))
    assert veltrix.load(new, mount.folder / "a.json").to_dict() == {"n": 2, "a": 2}


def test_all_files_are_read_before_a_source_of_ones_own_is_loaded(mount, tmp_path):
    """What such a source writes for a later one is read by the next load."""
    written = tmp_path.resolve() / "written.json"

    class Writer(veltrix.Source):
        name = "writer"

        def load(self, lower):
            written.write_text('{"written": 2}')

    written.write_text('{"written": 1}')
    sources = (mount.folder / "a.json", Writer(), written)
    for found in (1, 2):
        assert veltrix.load(*sources).to_dict() == {"a": 1, "written": found}


def test_one_path_twice_is_read_once(mount, monkeypatch):
    count = before_each_read(monkeypatch, lambda number: None)
    path = mount.folder / "a.json"
    found = veltrix.load(path, veltrix.File(path, name="again"), mount.folder / "b.json")
    assert found.to_dict() == {"a": 1, "b": 1}
    assert len(count) == 3  # one look that finds a link, and two files


def test_a_source_of_ones_own_runs_once_and_reads_for_itself(mount, monkeypatch):
    loaded = []

    class Mine(veltrix.Source):
        name = "mine"
        reads_lower = True

        def load(self, lower):
            loaded.append(lower.to_dict())
            inner = veltrix.load(mount.folder / "b.json")["b"]
            other = veltrix.File(mount.folder / "c.json").load(None)
            return veltrix.Layer(self.name, {"inner": inner, "other": veltrix.resolve([other])["c"]})

    swap_once(monkeypatch, mount, 3)
    found = veltrix.load(mount.folder / "a.json", mount.folder / "b.json", Mine())
    assert loaded == [{"a": 2, "b": 2}]
    assert found.to_dict() == {"a": 2, "b": 2, "inner": 2, "other": 2}


def test_a_class_derived_from_file_is_of_the_set(mount, monkeypatch):
    class Mine(veltrix.File):
        pass

    swap_once(monkeypatch, mount, 3)
    assert values(veltrix.load(Mine(mount.folder / "a.json"), mount.folder / "b.json")) == {"2"}


def test_the_set_is_gone_after_the_load(mount):
    def load():
        veltrix.Config(mount.folder / "a.json", mount.folder / "b.json")
        with pytest.raises(veltrix.errors.ConfigError):
            veltrix.Config(mount.folder / "a.json", mount.folder / "none.json")
        return read_set._current.get()

    assert Context().run(load) is None
    publish(mount)
    assert veltrix.resolve([veltrix.File(mount.folder / "a.json").load(None)])["a"] == 2


def test_the_set_is_gone_after_an_interrupt_that_left_it_set(mount, monkeypatch):
    class Interrupting:
        def set(self, value):
            current.set(value)
            raise KeyboardInterrupt

    def load():
        with monkeypatch.context() as changed:
            changed.setattr(read_set, "_current", Interrupting())
            with pytest.raises(KeyboardInterrupt):
                veltrix.Config(mount.folder / "a.json", mount.folder / "b.json")
        assert current.get() is not None
        gc.collect()  # the set is held by nobody, which PyPy finds out here
        source = veltrix.File(mount.folder / "a.json")
        before = veltrix.resolve([source.load(None)])["a"]
        publish(mount)
        return before, veltrix.resolve([source.load(None)])["a"]

    current = read_set._current
    assert Context().run(load) == (1, 2)


def test_a_link_in_a_circle_is_refused_by_name(tmp_path):
    for name, target in (("a.json", "b.json"), ("b.json", "a.json")):
        (tmp_path / name).symlink_to(target)
    with pytest.raises(veltrix.errors.ConfigError) as caught:
        veltrix.Config(tmp_path / "a.json", tmp_path / "b.json")
    assert [str(problem) for problem in caught.value.problems] == [
        f"{tmp_path}/{name}: too many levels of symbolic links" for name in ("a.json", "b.json")
    ]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("nothing", "no such file (looked for {})"),
        ("..1", "not a regular file but a directory"),
        ("/dev/null", "not a regular file but a device"),
        ("a.json/inside", "no such file (looked for {})"),
        ("/proc/self/fd/987654", "no such file (looked for {})"),
    ],
)
def test_what_a_link_leads_to_is_refused_as_it_is_without_a_set(mount, target, said):
    path = mount.folder / "odd.json"
    path.symlink_to(target)
    said = [f"{path}: {said.format(path)}"]
    for others in ([], [mount.folder / "a.json"]):
        with pytest.raises(veltrix.errors.ConfigError) as caught:
            veltrix.Config(path, *others)
        assert [str(problem) for problem in caught.value.problems] == said


def test_an_open_descriptor_can_be_given_by_its_path(mount, tmp_path):
    """What such a link holds is no path: the file has none any more."""
    gone = tmp_path / "gone.json"
    gone.write_text('{"gone": 1}')
    with gone.open() as file:
        gone.unlink()
        source = veltrix.File(f"/dev/fd/{file.fileno()}", "json")
        found = veltrix.load(source, mount.folder / "a.json")
    assert found.to_dict() == {"gone": 1, "a": 1}


def test_a_file_that_is_written_in_place_behind_a_link_is_read_again(mount, monkeypatch):
    read, tries = reading._read_to_end, []

    def torn_once(descriptor, limit):
        content = read(descriptor, limit)
        tries.append(content)
        if len(tries) == 2:
            (mount.folder / "..1" / "b.json").write_text('{"b": 12345}')
        return content

    monkeypatch.setattr(reading, "_read_to_end", torn_once)
    found = veltrix.load(mount.folder / "a.json", mount.folder / "b.json")
    assert found.to_dict() == {"a": 1, "b": 12345}


CALLS = ("open", "close", "read", "fstat", "stat", "lstat", "readlink", "lseek", "listdir", "scandir")


@pytest.fixture
def calls(monkeypatch):
    """The system calls on files, by name; no file counts as written just now."""
    made = []
    for name in CALLS:
        call = getattr(os, name)

        def counted(*arguments, _call=call, _name=name, **options):
            made.append(_name)
            return _call(*arguments, **options)

        monkeypatch.setattr(os, name, counted)
    monkeypatch.setattr(reading, "TICK", -(10**18))
    return made


BEFORE = (
    7  # open, fstat, read, read (the end), fstat, fstat, close: the calls for a file when there were no sets
)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_a_file_without_a_link_costs_no_call_more_for_being_one_of_several(tmp_path, calls, number):
    files = [tmp_path / f"{name}.json" for name in range(number)]
    for file in files:
        file.write_text(json.dumps({file.stem: 1}))
    sources = [veltrix.File(file) for file in files]
    calls.clear()
    veltrix.Config(*sources)
    assert len(calls) <= BEFORE * number
    assert calls.count("readlink") == (number if number > 1 else 0)


def test_a_link_is_looked_at_twice_and_a_directory_once(mount, calls):
    sources = [veltrix.File(mount.folder / name) for name in NAMES]
    calls.clear()
    veltrix.Config(*sources)
    above = len(mount.folder.parts) - 1  # without the root
    one_look = ["a.json", "b.json", "c.json", "..data", "..1", "..1/a.json", "..1/b.json", "..1/c.json"]
    again = ["a.json", "b.json", "c.json", "..data"]
    assert calls.count("readlink") == 1 + above + len(one_look) + len(again)


def test_no_descriptor_is_left_open(mount, monkeypatch):
    before = open_descriptors()
    swap_once(monkeypatch, mount, 3)
    veltrix.Config(mount.folder / "a.json", mount.folder / "b.json")
    (mount.folder / "d.json").symlink_to("..data/d.json")
    with pytest.raises(veltrix.errors.ConfigError):
        veltrix.Config(mount.folder / "a.json", mount.folder / "d.json", veltrix.Secrets(mount.folder))
    assert open_descriptors() == before


def test_no_swap_of_many_is_ever_seen_in_part(mount):
    """Files, a secret directory and a thread that swaps as fast as it can."""
    mount.folder.chmod(0o700)
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            publish(mount, NAMES, keep_old=True)

    swapping = threading.Thread(target=swap)
    swapping.start()
    mixed = []
    try:
        for _ in range(100):
            found = veltrix.load(*(mount.folder / name for name in NAMES))
            mixed.append(values(found))
    finally:
        stop.set()
        swapping.join()
    assert all(len(generations) == 1 for generations in mixed)
    assert len(set.union(*mixed)) > 1


@pytest.mark.parametrize(
    ("path", "target", "place"),
    [
        ("{}/x", None, "{}/x"),
        ("{}/x", "y", "{}/y"),
        ("{}/x", "./y/../z", "{}/z"),
        ("{}/x/y", "/etc", "/etc/y"),
        ("{}/x", "..", "{}/.."),
        ("{}/x/x", "y", "{}/y/x"),
        ("{}/a\0b", None, "{}/a\0b"),
    ],
)
def test_a_path_without_its_links(tmp_path, path, target, place):
    if target is not None:
        (tmp_path / "x").symlink_to(target)
    (tmp_path / "y").mkdir()
    assert Links().resolve(path.format(tmp_path)) == os.path.normpath(place.format(tmp_path))


def test_a_link_is_what_it_was_when_it_was_first_met(tmp_path):
    link = tmp_path / "x"
    met = Links()
    assert met.target(str(link)) is None
    assert not met.moved()
    link.symlink_to("y")
    assert met.target(str(link)) is None
    assert met.moved()
    met = Links()
    assert met.resolve(str(link)) == str(tmp_path / "y")
    assert not met.moved()
    link.unlink()
    link.symlink_to("z")
    assert met.resolve(str(link)) == str(tmp_path / "y")
    assert met.moved()


def test_a_system_that_does_not_say_where_a_file_lies_has_sets_too(mount, monkeypatch):
    """There is no /proc on macOS: each path is walked then."""
    monkeypatch.setattr(reading, "place_of", lambda descriptor: None)
    plain = mount.folder.parent / "plain.json"
    plain.write_text('{"p": 2}')
    swap_once(monkeypatch, mount, 4)
    paths = [plain, *(mount.folder / name for name in NAMES)]
    assert values(veltrix.load(*paths)) == {"2"}


def test_a_file_that_a_link_leads_to_is_refused_where_none_may(mount):
    with pytest.raises(reading.LinkedError, match="reached through a link"):
        reading.read_stable(str(mount.folder / "a.json"), without_links=True)
    place = str(mount.folder.resolve() / "..1" / "a.json")
    assert reading.read_stable(place, without_links=True).payload == b'{"a": 1}'
