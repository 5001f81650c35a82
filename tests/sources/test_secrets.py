"""Directories of secrets: what is read, what is skipped, what is refused, and never a mix of generations."""

from __future__ import annotations

import os
import socket
import threading

import pytest

import veltrix
from tests.sources.conftest import as_nobody, load_over, open_descriptors, problems_of
from tests.sources.mounted import Mounted
from veltrix.errors import SourceError
from veltrix.sources import mounted_secrets, read_set
from veltrix.sources.read_set import read_directory
from veltrix.sources.reading import ATTEMPTS, TornError, UnreadableError


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "secrets"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def hurry(monkeypatch):
    monkeypatch.setattr(read_set, "FIRST_PAUSE", 0)


def put(folder, **contents):
    for name, content in contents.items():
        (folder / name.replace("_dot_", ".")).write_text(content)


def load(folder, lower=None, **options):
    return load_over(veltrix.Secrets(folder, **options), lower)


def said_of(folder, lower=None, **options):
    """The problems, without the name of the directory."""
    said = problems_of(lambda: load(folder, lower, **options))
    return [text.replace(f"{folder}/", "").replace(str(folder), "DIR") for text in said]


@pytest.fixture
def mounted(folder):
    return Mounted(folder)


def test_a_file_is_a_secret_and_its_name_a_path(folder):
    put(folder, token="t", db__user="u", db_dot_password="p", DB__Pool_Size="3", **{"api-key": "k"})
    found = load(folder)
    assert found.to_dict() == {
        "db": {"pool_size": "3", "password": "p", "user": "u"},
        "api-key": "k",
        "token": "t",
    }
    assert all(found.explain(path).secret for path in found.flatten())


def test_names_and_values_follow_the_lower_layers(folder):
    put(folder, **{"db-port": "5432\n", "LIMITS": "[1, 2]"})
    assert load(folder, {"Db": {}, "db_port": 1, "limits": (3,)}).to_dict() == {
        "Db": {},
        "db_port": 5432,
        "limits": [1, 2],
    }


def test_a_value_of_the_wrong_type_is_refused_without_showing_it(folder):
    put(folder, port="55512345678x")
    [said] = problems_of(lambda: load(folder, {"port": 1}))
    assert said == f"port: expected an int (decimal digits) as in layer 'lower' ({folder}/port)"


def test_the_origin_is_the_file(folder):
    put(folder, a__b="x")
    origin = load(folder).explain("a.b").origin
    assert origin == veltrix.Origin(str(folder), "secrets", file=f"{folder}/a__b")


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"x\n", "x"),
        (b"x\r\n", "x"),
        (b"x\n\n", "x\n"),
        (b"x\r", "x\r"),
        (b" x ", " x "),
        (b"a\nb", "a\nb"),
        ("é\n".encode(), "é"),
    ],
)
def test_one_line_end_at_the_end_is_dropped(folder, content, value):
    (folder / "a").write_bytes(content)
    assert load(folder)["a"] == value


def test_bytes_are_kept_where_that_is_said(folder):
    (folder / "key").write_bytes(b"\xff\x00\n")
    put(folder, text="t\n")
    assert said_of(folder) == ["secret key: not UTF-8; say binary= if that is meant"]
    assert load(folder, binary=["key"]).to_dict() == {"key": b"\xff\x00\n", "text": "t"}
    assert load(folder, binary=True).to_dict() == {"key": b"\xff\x00\n", "text": b"t\n"}


@pytest.mark.parametrize("content", ["", "\n"])
def test_an_empty_secret_is_refused_unless_that_is_meant(folder, content):
    put(folder, a=content, b="x")
    assert said_of(folder) == ["secret a: empty"]
    assert load(folder, allow_empty=True).to_dict() == {"a": "", "b": "x"}


def test_a_secret_beyond_the_limit_is_refused_without_reading_it(folder):
    put(folder, big="", good="x")
    os.truncate(folder / "big", 1024**3)
    assert said_of(folder) == ["secret big: larger than the limit of 8388608 bytes"]


def test_the_directory_as_a_whole_has_a_limit(folder, monkeypatch):
    monkeypatch.setattr(mounted_secrets, "TOTAL_LIMIT", 5)
    put(folder, a="123", b="45", c="6")
    assert said_of(folder) == ["secret c: beyond 5 bytes in the whole directory"]
    monkeypatch.setattr(mounted_secrets, "COUNT_LIMIT", 2)
    assert said_of(folder) == ["DIR: more than 2 files"]


def test_what_is_beyond_the_limit_of_the_directory_is_not_read(folder, monkeypatch):
    monkeypatch.setattr(mounted_secrets, "TOTAL_LIMIT", 5)
    read, sizes = mounted_secrets.read_once, []

    def counted(place, **options):
        sizes.append((place, options["limit"]))
        return read(place, **options)

    monkeypatch.setattr(mounted_secrets, "read_once", counted)
    monkeypatch.setattr(mounted_secrets, "SECRET_LIMIT", 4)
    put(folder, a="12345", b="123", c="12345", d="1", e="12345")
    assert said_of(folder) == [
        "secret a: larger than the limit of 4 bytes",
        "secret c: beyond 5 bytes in the whole directory",
    ]
    assert sizes == [("a", 4), ("b", 4), ("c", 2)]


@pytest.mark.parametrize("optional", [False, True])
def test_a_directory_whose_name_holds_a_nul_is_one_problem_of_all(tmp_path, optional):
    sources = (veltrix.File(tmp_path / "absent.toml"), veltrix.Secrets("a\0b", optional=optional))
    said = problems_of(lambda: veltrix.Config(*sources))
    assert said[1:] == [r"a\x00b: the name holds a NUL character"]


@pytest.mark.parametrize("name", [".hidden", "..old", "key~", ".key.swp", "key.swp", "#key#", ".git"])
def test_hidden_files_and_back_ups_are_skipped(folder, name):
    put(folder, key="x")
    (folder / name).write_text("old")
    assert load(folder).to_dict() == {"key": "x"}


def test_a_sub_directory_is_skipped_with_a_warning(folder):
    put(folder, key="x")
    (folder / "more").mkdir()
    with pytest.warns(veltrix.ConfigWarning, match="/more is skipped: it is a directory$"):
        assert load(folder).to_dict() == {"key": "x"}


def test_what_is_no_regular_file_is_refused_and_never_waited_for(folder, monkeypatch):
    monkeypatch.chdir(folder)
    os.mkfifo("fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert said_of(folder) == [
            "secret fifo: not a regular file but a FIFO",
            "secret socket: not a regular file but a socket",
        ]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("/etc/passwd", "a link that leaves the directory"),
        ("../outside", "a link that leaves the directory"),
        ("../secrets/key", "a link that leaves the directory"),
        ("..", "a link that leaves the directory"),
        (".", "a link that leaves the directory"),
        ("sub/inside", "a link into another directory"),
        ("x", "a chain of too many links"),
    ],
)
def test_a_link_that_leaves_the_directory_is_refused(folder, target, said):
    (folder.parent / "outside").write_text("stolen")
    put(folder, key="k")
    (folder / "x").symlink_to(target)
    assert said_of(folder) == [f"secret x: {said}"]


def test_a_link_within_the_directory_is_followed(folder):
    put(folder, key="k")
    (folder / "one").symlink_to("key")
    (folder / "two").symlink_to("./one")
    assert load(folder).to_dict() == {"key": "k", "one": "k", "two": "k"}


def test_a_link_to_nothing_is_refused_by_name(folder, hurry):
    put(folder, key="k")
    (folder / "x").symlink_to("nothing")
    assert said_of(folder) == ["DIR: x points to nothing, or went away while it was read"]


def test_names_that_mean_one_path_are_refused_together(folder):
    put(folder, a_dot_b="1", a__b="2", A__B="3")
    assert said_of(folder) == [
        "secret a.b: sets a.b, which secret A__B sets too",
        "secret a__b: sets a.b, which secret A__B sets too",
    ]


def test_a_secret_and_a_part_of_it_are_refused(folder):
    put(folder, tls="1", tls_dot_key="2")
    assert said_of(folder) == ["secret tls.key: sets tls.key, but secret tls sets tls as a whole"]


@pytest.mark.parametrize("name", ["a..b", "a____b", "b.", "__a"])
def test_a_name_with_an_empty_segment_is_refused(folder, name):
    put(folder, **{name: "x"})
    assert said_of(folder) == [f"secret {name}: has an empty segment"]


def test_a_name_that_is_no_text_is_refused(folder):
    with open(os.fsencode(folder) + b"/a\xff", "wb") as file:  # noqa: PTH123
        file.write(b"x")
    assert said_of(folder) == ["secret a\\\\xff: its name is not UTF-8".replace("\\\\", "\\")]


def test_a_missing_directory(folder):
    folder.rmdir()
    assert said_of(folder) == ["DIR: no such directory (looked for DIR)"]
    assert load(folder, optional=True) is None
    folder.mkdir(mode=0o700)
    put(folder, a="x")
    assert load(folder, optional=True).to_dict() == {"a": "x"}


def test_an_empty_directory(folder):
    assert said_of(folder) == ["DIR: no secrets in it; say allow_empty=True if that is meant"]
    assert load(folder, optional=True) is None
    assert load(folder, allow_empty=True).to_dict() == {}


def test_a_file_is_no_directory(folder):
    put(folder, a="x")
    assert problems_of(lambda: load(folder / "a", optional=True)) == [f"{folder}/a: not a directory"]


def test_an_unreadable_file_is_named_and_the_others_are_read(for_everyone):
    put(for_everyone, a="x", b="y")
    (for_everyone / "a").chmod(0)

    def read():
        generation = read_directory(str(for_everyone)).payload
        return generation.contents, generation.problems

    assert as_nobody(read) == repr(({"b": b"y"}, {"a": "permission denied"}))


def test_secrets_that_every_user_may_read_are_told_once(folder):
    put(folder, a="x", b="y")
    (folder / "a").chmod(0o644)
    (folder / "b").chmod(0o600)
    load(folder)
    folder.chmod(0o755)
    with pytest.warns(veltrix.ConfigWarning) as warned:
        load(folder)
    assert [str(warning.message) for warning in warned] == [
        f"secrets in {folder} that every user may read: 'a'"
    ]


def test_a_mounted_secret_is_read_through_its_link(mounted):
    mounted.publish({"user": "u", "db.password": "p\n"})
    found = load(mounted.folder)
    assert found.to_dict() == {"db": {"password": "p"}, "user": "u"}
    assert str(found.explain("user").origin) == f"{mounted.folder}/user"


def test_a_file_of_the_old_generation_is_not_read(mounted):
    mounted.publish({"a": "1", "gone": "1"}, keep_old=True)
    (mounted.folder / "gone").unlink()
    mounted.publish({"a": "2"}, keep_old=True)
    assert load(mounted.folder).to_dict() == {"a": "2"}


def test_a_new_file_counts_before_its_own_link_is_there(mounted):
    mounted.publish({"a": "1", "b": "2"})
    (mounted.folder / "b").unlink()
    assert load(mounted.folder).to_dict() == {"a": "1", "b": "2"}


def test_a_link_into_the_generation_that_leads_nowhere_is_refused_by_name(mounted, hurry):
    mounted.publish({"a": "1"})
    (mounted.folder / "b").symlink_to("..data/b")
    assert said_of(mounted.folder) == ["DIR: b points to nothing, or went away while it was read"]


def test_a_link_that_leads_nowhere_for_a_moment_is_waited_for(mounted, monkeypatch):
    mounted.publish({"a": "1"})
    (mounted.folder / "b").symlink_to("..data/b")
    waits = []

    def arrive(pause):
        waits.append(pause)
        if len(waits) == 2:
            (mounted.folder / "..1" / "b").write_text("2")

    monkeypatch.setattr(read_set.time, "sleep", arrive)
    assert load(mounted.folder).to_dict() == {"a": "1", "b": "2"}
    assert len(waits) == 2


@pytest.mark.parametrize("target", ["/etc", "..", ".", "sub/dir", "../secrets"])
def test_a_generation_outside_the_directory_is_refused(folder, target):
    (folder / "..data").symlink_to(target)
    assert said_of(folder) == ["DIR: ..data is a link that leaves the directory"]


def test_a_generation_that_is_a_link_itself_is_refused(folder):
    (folder / "..1").symlink_to("/etc")
    (folder / "..data").symlink_to("..1")
    assert said_of(folder) == ["DIR: ..data does not point to a directory"]


def test_a_link_out_of_a_generation_is_refused(mounted):
    mounted.publish({"a": "1"})
    (mounted.folder / "..1" / "b").symlink_to("/etc/passwd")
    (mounted.folder / "..1" / "c").symlink_to("a")
    assert said_of(mounted.folder) == ["secret b: a link that leaves the directory"]


def test_a_generation_that_is_gone_is_refused_after_a_bounded_number_of_tries(mounted, monkeypatch):
    mounted.publish({"a": "1"})
    (mounted.folder / "..1").rename(mounted.folder / "..x")
    waits = []
    monkeypatch.setattr(read_set.time, "sleep", waits.append)
    assert said_of(mounted.folder) == ["DIR: ..data points to nothing"]
    assert len(waits) <= ATTEMPTS


def during_read(monkeypatch, act):
    """Call `act` with the number of files read so far, before each file is read."""
    read, count = mounted_secrets.read_once, []

    def reading_while_it_changes(place, **options):
        act(len(count))
        count.append(place)
        return read(place, **options)

    monkeypatch.setattr(mounted_secrets, "read_once", reading_while_it_changes)
    return count


def test_a_swap_during_the_read_gives_the_new_generation_whole(mounted, monkeypatch, hurry):
    names = [f"key{number:02}" for number in range(50)]
    mounted.publish(dict.fromkeys(names, "old"))
    during_read(
        monkeypatch,
        lambda count: count == 25 and mounted.publish(dict.fromkeys(names, "new"), keep_old=True),
    )
    assert set(load(mounted.folder).to_dict().values()) == {"new"}


def test_a_generation_that_is_removed_during_the_read_is_read_anew(mounted, monkeypatch, hurry):
    names = [f"key{number:02}" for number in range(50)]
    mounted.publish(dict.fromkeys(names, "old"))
    during_read(monkeypatch, lambda count: count == 25 and mounted.publish(dict.fromkeys(names, "new")))
    assert set(load(mounted.folder).to_dict().values()) == {"new"}


def test_a_generation_read_whole_is_good_though_the_next_is_always_there_already(mounted, monkeypatch, hurry):
    names = ["a", "b", "c"]
    mounted.publish(dict.fromkeys(names, "0"))
    during_read(
        monkeypatch,
        lambda count: mounted.publish(dict.fromkeys(names, str(count + 1)), keep_old=True),
    )
    assert len(set(load(mounted.folder).to_dict().values())) == 1


def test_ten_thousand_swaps_during_the_read_of_fifty_files(mounted, monkeypatch, hurry):
    """A swap before each file that is read: there is always an answer, and it never mixes generations."""
    names = [f"key{number:02}" for number in range(50)]
    for number in (1, 2, 3):
        mounted.publish(dict.fromkeys(names, str(number)), keep_old=True)
    link = mounted.folder / "..data_tmp"

    def swap(count):
        link.symlink_to(f"..{count % 3 + 1}")
        link.rename(mounted.folder / "..data")

    swaps = during_read(monkeypatch, swap)
    while len(swaps) < 10_000:
        generation = read_directory(str(mounted.folder)).payload
        assert not generation.problems
        assert generation.contents.keys() == set(names)
        assert len(set(generation.contents.values())) == 1


def test_no_swap_of_many_is_ever_seen_in_part(mounted):
    names = [f"key{number:02}" for number in range(20)]
    mounted.publish(dict.fromkeys(names, "0"))
    stop = threading.Event()

    def swap():
        number = 0
        while not stop.is_set():
            number += 1
            mounted.publish(dict.fromkeys(names, str(number)))

    swapping = threading.Thread(target=swap)
    swapping.start()
    seen, refused = [], 0
    try:
        for _ in range(100):
            try:
                generation = read_directory(str(mounted.folder)).payload
            except TornError:
                refused += 1
                continue
            assert not generation.problems
            seen.append(set(generation.contents.values()))
            assert generation.contents.keys() == set(names)
    finally:
        stop.set()
        swapping.join()
    assert all(len(values) == 1 for values in seen)
    assert len(seen) > refused


def test_no_descriptor_is_left_open(mounted, hurry):
    before = open_descriptors()
    mounted.publish({"a": "1"})
    load(mounted.folder)
    (mounted.folder / "b").symlink_to("..data/b")
    with pytest.raises(SourceError):
        load(mounted.folder)
    with pytest.raises(UnreadableError):
        read_directory(str(mounted.folder / "absent"))
    assert open_descriptors() == before


@pytest.mark.parametrize(
    ("name", "lower", "path"),
    [
        ("f___on", {"f#": {"on": 0}}, ("f#", "on")),
        ("f___on", {"f": {"#on": 0}}, ("f", "#on")),
        ("f_.on", {"f#": {"on": 0}, "f": {"_on": 0}}, ("f#", "on")),
        ("f._on", {"f#": {"on": 0}, "f": {"_on": 0}}, ("f", "_on")),
        ("f#.on", {"f#": {"on": 0}}, ("f#", "on")),
        ("f____on", {"f++": {"on": 0}}, ("f++", "on")),
        ("f.__on", {"f": {"__on": 0}}, ("f", "__on")),
        ("g.f___on", {"g": {"f#": {"on": 0}}}, ("g", "f#", "on")),
    ],
)
def test_each_cut_of_a_run_of_underscores_is_tried(folder, name, lower, path):
    (folder / name).write_text("7")
    assert load(folder, lower)[path] == 7


@pytest.mark.parametrize("name", ["f___on", "f___new"])
def test_several_cuts_that_match_are_an_error(folder, name):
    (folder / name).write_text("7")
    rest = ("#.on", "._on") if name == "f___on" else ("", "#")
    said = said_of(folder, lower={"f#": {"on": 0}, "f": {"_on": 0}})
    assert said == [f"secret {name}: means more than one path: f{rest[0]}, f{rest[1]}"]
