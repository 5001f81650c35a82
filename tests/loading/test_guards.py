"""What looks like a loss is not published: empty and shrunk sources, and changes that remove too much."""

from __future__ import annotations

from pathlib import Path

import pytest

import veltrix
from tests.loading.conftest import Live, write
from veltrix.errors import RefusedError

TEN = {f"k{number}": number for number in range(10)}
TAKE = "reload(acknowledge=True) takes it as it is"


def shrunk(name, before, after):
    return f"refused by the guard of shrunk sources: {name} had {before} values, and has {after}; {TAKE}"


def emptied(name):
    return f"refused by the guard of empty sources: {name} is empty, and had content; {TAKE}"


def first(count):
    return {key: TEN[key] for key in list(TEN)[:count]}


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [(10, 5, False), (10, 4, True), (8, 4, False), (8, 3, True), (7, 0, False)],
)
def test_a_source_may_not_lose_more_than_half_of_at_least_eight_leaves(before, after, refused):
    write("one/a.json", first(before))
    write("two/b.json", {"b": 1})
    live = Live("one/a.json", "two/b.json")
    write("one/a.json", first(after))
    write("two/b.json", {"b": 2})
    candidate = live.reload()
    assert candidate.snapshot.to_dict() == {**first(before if refused else after), "b": 2}
    said = [shrunk("one/a.json", before, after)] if refused else []
    assert [str(problem) for problem in candidate.problems] == said
    assert all(type(problem) is RefusedError for problem in candidate.problems)


def test_a_shrunk_source_is_taken_when_it_is_acknowledged_and_stays_so(counted):
    write("a.json", TEN)
    live = Live(counted.file("a.json"))
    counted.take()
    write("a.json", {"k1": 1})
    assert live.refused() == [shrunk("a.json", 10, 1)]
    live.look(acknowledge=True)  # not published: a subscriber refuses it, perhaps
    assert live.reload().snapshot.to_dict() == {"k1": 1}
    assert counted.take() == ["a.json"]


def test_another_content_is_not_acknowledged():
    write("a.json", TEN)
    live = Live("a.json")
    write("a.json", {"k1": 1})
    live.look(acknowledge=True)
    write("a.json", {"k2": 1})
    assert live.refused() == [shrunk("a.json", 10, 1)]


def test_a_file_of_other_names_is_not_shrunk():
    write("a.json", TEN)
    live = Live("a.json")
    write("a.json", {f"new_{key}": value for key, value in TEN.items()})
    assert live.reload().snapshot.generation == 2


def test_a_file_that_may_be_empty_and_had_content_is_refused_once_it_is():
    write("a.json", {"a": 1})
    live = Live({}, veltrix.File("a.json", allow_empty=True))
    write("a.json", "")
    assert live.refused() == [emptied("a.json")]
    assert live.reload(acknowledge=True).snapshot.to_dict() == {}


def test_a_directory_of_secrets_that_may_be_empty_is_refused_once_it_is():
    Path("secrets").mkdir(mode=0o700)
    write("secrets/token", "x")
    live = Live(veltrix.Secrets("secrets", allow_empty=True))
    Path("secrets/token").unlink()
    assert live.refused() == [emptied("secrets")]
    assert live.reload(acknowledge=True).snapshot.to_dict() == {}


@pytest.mark.parametrize("acknowledge", [False, True])
def test_no_acknowledgement_takes_what_a_fresh_start_would_not(acknowledge):
    write("a.json", {"a": 1})
    live = Live("a.json")
    write("a.json", "")
    assert live.refused(acknowledge=acknowledge)[0].startswith("a.json: empty (0 bytes)")
    Path("a.json").unlink()
    assert live.refused(acknowledge=acknowledge)[0].startswith("a.json: no such file")


def optional():
    write("a.json", {"a": 1})
    live = Live({}, veltrix.File("a.json", optional=True))
    Path("a.json").unlink()
    return live


def test_an_optional_file_counts_as_removed_after_two_looks_and_a_while(clock):
    live = optional()
    assert live.reload() is None
    assert live.states()["a.json"] == "leaving"
    assert live.reload() is None
    clock.now += 1.9
    assert live.reload() is None
    clock.now += 0.1
    assert live.reload(polling=True).snapshot.to_dict() == {}
    assert live.states()["a.json"] == "absent"


def test_one_look_is_not_enough_however_late_it_is(clock):
    live = optional()
    clock.now += 60
    assert live.reload() is None
    clock.now += 60
    assert live.reload().snapshot.to_dict() == {}


def test_an_optional_file_that_is_back_in_time_never_left(clock):
    live = optional()
    assert live.reload() is None
    write("a.json", {"a": 1})
    live.reload()
    clock.now += 2
    Path("a.json").unlink()
    assert live.reload() is None
    assert live.snapshot["a"] == 1


def test_a_removed_optional_file_can_be_acknowledged_at_once(clock):
    assert optional().reload(acknowledge=True).snapshot.to_dict() == {}


def test_files_that_change_with_one_that_is_leaving_wait_for_it(clock):
    write("b.json", {"b": 1})
    write("a.json", {"a": 1})
    live = Live("b.json", veltrix.File("a.json", optional=True))
    Path("a.json").unlink()
    write("b.json", {"b": 2})
    assert live.reload() is None
    clock.now += 2
    assert live.reload().snapshot.to_dict() == {"b": 2}


@pytest.mark.parametrize(
    ("most", "removed", "refused"),
    [
        (2, 2, False),
        (2, 3, True),
        (0, 1, True),
        (0.3, 3, False),
        (0.3, 4, True),
        (None, 5, False),
        (1.0, 5, False),
    ],
)
def test_a_change_removes_no_more_than_it_may(most, removed, refused):
    write("a.json", TEN)
    live = Live("a.json", max_removed=most)
    write("a.json", first(10 - removed))
    if refused:
        assert live.refused() == [f"refused by max_removed: {removed} of 10 paths would be removed; {TAKE}"]
        assert live.snapshot.to_dict() == TEN
        live.look(acknowledge=True)
    assert live.reload().snapshot.to_dict() == first(10 - removed)


def test_more_removed_than_was_acknowledged_is_refused():
    write("a.json", TEN)
    live = Live("a.json", max_removed=1)
    write("a.json", first(8))
    live.look(acknowledge=True)
    write("a.json", first(7))
    assert live.refused() == [f"refused by max_removed: 3 of 10 paths would be removed; {TAKE}"]
    write("a.json", first(8))
    assert live.reload().snapshot.to_dict() == first(8)


def test_a_refused_candidate_tells_what_else_is_wrong():
    write("one/a.json", TEN)
    write("two/b.json", {"b": 1})
    live = Live("one/a.json", "two/b.json", max_removed=0)
    write("one/a.json", first(9))
    write("two/b.json", "[")
    said = live.refused()
    assert [text.split(":")[0] for text in said] == ["two/b.json", "refused by max_removed"]


@pytest.mark.parametrize("most", [-1, 1.5, -0.1, float("nan")])
def test_a_bound_out_of_range_is_refused(most):
    said = "max_removed is a number of paths from 0 on, or a share of them from 0.0 to 1.0"
    with pytest.raises(ValueError, match=f"^{said}$"):
        Live({}, max_removed=most)


@pytest.mark.parametrize("most", [True, "1", [1]])
def test_a_bound_of_another_type_is_refused(most):
    with pytest.raises(TypeError, match=r"^max_removed is an int, a float or None, not "):
        Live({}, max_removed=most)
