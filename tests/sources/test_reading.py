"""Files on disk that are not what they seem, and files that change under the read."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from tests.sources.conftest import open_descriptors
from veltrix.sources import reading
from veltrix.sources.reading import (
    ATTEMPTS,
    FILE_LIMIT,
    TICK,
    TooLargeError,
    TornError,
    UnreadableError,
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file.json"
    path.write_bytes(b"one")
    return path


@pytest.fixture
def hurry(monkeypatch):
    monkeypatch.setattr(reading, "FIRST_PAUSE", 0)
    monkeypatch.setattr(reading, "SETTLE", 0)


def read_stable(path, **options):
    """The content alone."""
    return reading.read_stable(path, **options).payload


def change_during_read(monkeypatch, change):
    """Call `change` with the number of the try, after each read and before the second look at the file."""
    read, tries = reading._read_to_end, []

    def reading_while_it_changes(descriptor, limit):
        content = read(descriptor, limit)
        tries.append(content)
        change(len(tries))
        return content

    monkeypatch.setattr(reading, "_read_to_end", reading_while_it_changes)
    return tries


def test_a_file_is_read_whole(file):
    assert read_stable(str(file)) == b"one"


@pytest.mark.parametrize("path", ["/proc/version", "/proc/self/mounts"])
def test_a_file_that_claims_no_size_is_read_to_its_end(path):
    assert Path(path).stat().st_size == 0
    assert len(read_stable(path)) > 10


def test_a_read_is_tried_again_until_the_file_stays_as_it_is(file, monkeypatch, hurry):
    tries = change_during_read(monkeypatch, lambda number: number < 3 and file.write_bytes(b"x" * number * 9))
    assert read_stable(str(file)) == b"x" * 18
    assert tries == [b"one", b"x" * 9, b"x" * 18]


def test_the_same_size_and_time_do_not_hide_a_change(file, monkeypatch, hurry):
    monkeypatch.setattr(reading.time, "time_ns", lambda: file.stat().st_ctime_ns + 10 * TICK)

    def rewrite(number):
        if number == 1:
            status = file.stat()
            file.write_bytes(b"two")
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))

    change_during_read(monkeypatch, rewrite)
    assert read_stable(str(file)) == b"two"


@pytest.fixture
def one_tick(file, monkeypatch):
    """All writes fall into one tick of the kernel, and now is so many nanoseconds after it."""
    monkeypatch.setattr(reading, "fingerprint", lambda status: (status.st_ino, status.st_size))

    def now(later):
        monkeypatch.setattr(reading.time, "time_ns", lambda: file.stat().st_ctime_ns + later)

    now(0)
    return now


@pytest.mark.parametrize("later", [-(10**18), -1, 0, TICK - 1])
def test_a_change_within_one_tick_of_the_kernel_is_seen(file, monkeypatch, hurry, one_tick, later):
    one_tick(later)
    tries = change_during_read(monkeypatch, lambda number: number == 1 and file.write_bytes(b"two"))
    assert read_stable(str(file)) == b"two"
    assert tries == [b"one", b"two"]


@pytest.mark.parametrize("torn", [b"", b"on", b"one more", b"x" * 3_000_000])
def test_a_second_read_that_is_shorter_or_longer_is_a_change(file, monkeypatch, hurry, one_tick, torn):
    monkeypatch.setattr(reading, "fingerprint", lambda status: status.st_ino)
    change_during_read(monkeypatch, lambda number: number == 1 and file.write_bytes(torn))
    assert read_stable(str(file)) == torn


def test_a_file_that_changes_within_each_tick_is_refused(file, monkeypatch, hurry, one_tick):
    tries = change_during_read(monkeypatch, lambda number: file.write_bytes(b"%03d" % number))
    with pytest.raises(TornError, match="changed while it was read"):
        read_stable(str(file))
    assert len(tries) == ATTEMPTS


def test_a_change_late_in_a_long_file_is_seen(file, monkeypatch, hurry, one_tick):
    old, new = (b"x" * 2_500_000 + end for end in (b"a", b"b"))
    file.write_bytes(old)
    change_during_read(monkeypatch, lambda number: number == 1 and file.write_bytes(new))
    assert read_stable(str(file)) == new


@pytest.mark.parametrize(
    ("later", "twice"), [(-(10**18), True), (TICK - 1, True), (TICK, False), (10**18, False)]
)
def test_only_a_file_of_this_tick_or_the_future_is_read_twice(file, monkeypatch, one_tick, later, twice):
    os.utime(file, (0, 0))  # a time that was set says nothing
    one_tick(later)
    lseek, second = os.lseek, []

    def counted(*arguments):
        second.append(arguments)
        return lseek(*arguments)

    monkeypatch.setattr(reading.os, "lseek", counted)
    assert read_stable(str(file)) == b"one"
    assert bool(second) is twice


def test_a_file_that_cannot_be_read_twice_is_read_once(file, monkeypatch, one_tick):
    def refused(*_):
        raise OSError(errno.ESPIPE, "Illegal seek")

    monkeypatch.setattr(reading.os, "lseek", refused)
    assert read_stable(str(file)) == b"one"


def test_a_file_that_never_stays_is_refused_after_a_bounded_number_of_tries(file, monkeypatch, hurry):
    tries = change_during_read(monkeypatch, lambda number: file.write_bytes(b"x" * number))
    with pytest.raises(TornError, match="changed while it was read"):
        read_stable(str(file))
    assert len(tries) == ATTEMPTS


def test_a_file_that_was_replaced_is_whole_and_needs_no_second_try(file, monkeypatch, hurry):
    def replace(number):
        other = file.with_suffix(".new")
        other.write_bytes(b"two")
        other.replace(file)

    tries = change_during_read(monkeypatch, replace)
    assert read_stable(str(file)) == b"one"
    assert tries == [b"one"]


def test_a_new_name_or_mode_is_no_change(file, monkeypatch, hurry):
    def touch(number):
        os.link(file, file.with_suffix(".other"))
        file.chmod(0o600)

    tries = change_during_read(monkeypatch, touch)
    assert read_stable(str(file)) == b"one"
    assert tries == [b"one"]


def test_the_limit_holds_exactly(file):
    file.write_bytes(b"x" * 10)
    assert read_stable(str(file), limit=10) == b"x" * 10
    with pytest.raises(TooLargeError, match="larger than the limit of 9 bytes"):
        read_stable(str(file), limit=9)


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(file, monkeypatch):
    monkeypatch.setattr(reading, "_read_to_end", None)
    os.truncate(file, FILE_LIMIT + 1)
    with pytest.raises(TooLargeError):
        read_stable(str(file))


def test_the_limit_holds_for_a_file_that_grows_or_claims_no_size(file, monkeypatch, hurry):
    with pytest.raises(TooLargeError):
        read_stable("/proc/self/mounts", limit=10)
    change_during_read(monkeypatch, lambda number: file.write_bytes(b"x" * 100))
    with pytest.raises(TooLargeError):
        read_stable(str(file), limit=50)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.mkdir(), "a directory"),
        (lambda path: os.mkfifo(path), "a FIFO"),
        (lambda path: path.symlink_to("/dev/null"), "a device"),
    ],
)
def test_what_is_no_regular_file_is_refused_at_once(tmp_path, make, said):
    path = tmp_path / "odd"
    make(path)
    with pytest.raises(UnreadableError, match=f"^not a regular file but {said}$"):
        read_stable(str(path))


def test_a_socket_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("odd")
        with pytest.raises(UnreadableError, match="a socket or a device"):
            read_stable(str(tmp_path / "odd"))


@pytest.mark.parametrize("name", ["absent", "file.json/inside", "dangling"])
def test_a_missing_file_is_told_from_an_unreadable_one(file, name):
    (file.parent / "dangling").symlink_to("nowhere")
    with pytest.raises(UnreadableError) as caught:
        read_stable(str(file.parent / name))
    assert caught.value.missing


@pytest.mark.parametrize(
    ("name", "said"),
    [("loop", "too many levels of symbolic links"), ("x" * 300, "file name too long"), ("a\0b", "NUL")],
)
def test_a_name_that_cannot_be_opened_is_unreadable(tmp_path, name, said):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UnreadableError, match=said) as caught:
        read_stable(str(tmp_path / name))
    assert not caught.value.missing


def test_an_error_while_reading_is_told(monkeypatch, file):
    def fail(descriptor, limit):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(reading, "_read_to_end", fail)
    with pytest.raises(UnreadableError, match="input/output error"):
        read_stable(str(file))


def test_a_stale_handle_is_tried_again(monkeypatch, file, hurry):
    read, tries = reading._read_to_end, []

    def stale_once(descriptor, limit):
        tries.append(descriptor)
        if len(tries) == 1:
            raise OSError(116, "Stale file handle")
        return read(descriptor, limit)

    monkeypatch.setattr(reading, "_read_to_end", stale_once)
    assert read_stable(str(file)) == b"one"


def test_no_descriptor_is_left_open(file, tmp_path):
    before = open_descriptors()
    read_stable(str(file))
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(UnreadableError):
            read_stable(str(path))
    assert open_descriptors() == before
