"""Which sources change together."""

from __future__ import annotations

import veltrix
from veltrix.loading import read_sets as module
from veltrix.loading.read_sets import read_sets


class Reading(veltrix.Source):
    """A source that says what it reads, and is never asked."""

    name = "reading"

    def __init__(self, *paths):
        self.paths = paths

    def watch_paths(self):
        return self.paths


def sets_of(*paths):
    return sorted(map(sorted, read_sets([Reading(*each) for each in paths])))


def test_what_reads_in_one_directory_is_one_set():
    assert sets_of(["/no/a/1"], ["/no/b/1"], ["/no/a/2"], [], ["/no/c/1"]) == [[0, 2], [1], [4]]


def test_a_source_that_reads_in_two_directories_joins_their_sets():
    apart = [["/no/a/1"], ["/no/b/1"], ["/no/c/1"], ["/no/b/2"], ["/no/a/2"]]
    assert sets_of(*apart) == [[0, 4], [1, 3], [2]]
    assert sets_of(*apart, ["/no/a/3", "/no/b/3"]) == [[0, 1, 3, 4, 5], [2]]
    assert sets_of(["/no/a/1", "/no/b/1"], ["/no/b/2", "/no/c/2"], ["/no/c/3"]) == [[0, 1, 2]]


def test_the_time_grows_with_the_number_of_directories(monkeypatch):
    """Each is looked up, not compared with all others: here, that would not end."""
    monkeypatch.setattr(module, "_places", lambda source: source.paths)
    many = 200_000
    sets = read_sets([Reading(f"/no/{at}") for at in range(many)])
    assert len(sets) == many
    in_a_row = read_sets([Reading(f"/no/{at}", f"/no/{at + 1}") for at in range(many)])
    assert [len(members) for members in in_a_row] == [many]
