"""The generations that are kept, going back to one of them, and letting go again."""

from __future__ import annotations

import copy
import pickle

import pytest

import veltrix
from tests.live.tools import Box, Noting, Telling
from veltrix.errors import ConfigError, RefusedError, SourceError


def publish(config, box, **data):
    box.data = {**box.data, **data}
    return config.reload()


def test_each_change_is_one_record(config, box):
    (first,) = config.history
    assert (first.generation, first.previous, first.reason, bool(first.difference)) == (1, 0, "start", False)
    change = publish(config, box, port=2)
    assert change is config.history[-1]
    assert (change.generation, change.previous, change.reason) == (2, 1, "box")
    assert change.snapshot is config.snapshot
    assert change.difference.changed == {"port": (1, 2)}
    assert first.at <= change.at
    assert repr(change) == "<veltrix.Change, generation 2 after 1: box>"
    for call in (lambda: setattr(change, "at", 0), lambda: delattr(change, "at")):
        with pytest.raises(AttributeError, match=r"^a Change is read-only$"):
            call()


def test_a_change_is_its_own_copy_and_does_not_pickle(config):
    (change,) = config.history
    assert copy.copy(change) is copy.deepcopy(change) is change
    with pytest.raises(TypeError, match=r"^cannot pickle 'Change' object$"):
        pickle.dumps(change)
    assert pickle.loads(pickle.dumps(change.snapshot)) == change.snapshot


@pytest.mark.parametrize("most", [1, 3, 8])
def test_so_many_are_kept(box, most):
    config = veltrix.Config(box, history=most)
    for port in range(2, 14):
        publish(config, box, port=port)
    assert [change.generation for change in config.history] == list(range(14 - most, 14))


def test_beyond_the_last_two_so_many_bytes_are_kept():
    """By the estimate of scopes: 1,024 bytes a layer, 64 a value."""
    box = Box({f"k{number}": 0 for number in range(100)})
    layer = 1_024 + 64 * 100
    config = veltrix.Config(box, history=100, history_bytes=3 * layer)
    for turn in range(2, 9):
        publish(config, box, k0=turn)
    assert [change.generation for change in config.history] == [6, 7, 8]
    small = veltrix.Config(box, history=100, history_bytes=0)
    for turn in range(2, 9):
        publish(small, box, k1=turn)
    assert [change.generation for change in small.history] == [7, 8]


def test_only_what_changed_counts():
    big, box = Box({f"k{number}": 0 for number in range(1_000)}, "big"), Box({"port": 1})
    # Room for a copy of the big layer, whose names may be renewed. All of it each time is ten times that.
    config = veltrix.Config(big, box, history=100, history_bytes=150_000)
    for port in range(2, 22):
        publish(config, box, port=port)
    assert len(config.history) == 21


def test_a_rollback_publishes_the_old_content_under_a_new_number(config, box):
    notes, port = [], config.key("port")
    publish(config, box, port=2)
    publish(config, box, port=3)
    config.subscribe(Noting(notes))
    change = config.rollback()
    assert (change.generation, change.previous, change.reason) == (4, 3, "rollback to generation 2")
    assert (config["port"], port.value, config.status().held) == (2, 2, 2)
    assert notes == [("s", "prepare", 4), ("s", "commit", 4)]
    assert change.difference.changed == {"port": (3, 2)}
    assert config.rollback(1).generation == 5
    assert (config["port"], config.status().held) == (1, 1)


def test_what_is_held_no_pass_ends(config, box):
    told = Telling()
    publish(config, box, port=2)
    config.rollback()
    config.subscribe(told)
    for port in (3, 4):
        assert publish(config, box, port=port) is None
    assert (config["port"], config.generation, told.changes) == (1, 3, [])
    assert config.status().held == 1
    box.error = SourceError("is away", "box")
    with pytest.raises(ConfigError):
        config.reload()
    assert config.status().last_error == "box: is away"
    box.error = None
    change = config.release()
    assert (change.previous, change.reason, config["port"]) == (3, "release", 4)
    assert change.generation == 4
    assert change.difference.changed == {"port": (1, 4)}
    assert (config.status().held, told.changes) == (None, [change])
    assert publish(config, box, port=5).generation == change.generation + 1
    assert config.reload() is None


def test_a_release_brings_what_came_and_what_comes_with_it(config, box):
    publish(config, box, port=2)
    config.rollback()
    publish(config, box, more=1)
    box.data = {**box.data, "other": 2}
    change = config.release()
    assert (config["port"], config["more"], config["other"]) == (2, 1, 2)
    assert change.difference.added == {"more": 1, "other": 2}


def test_a_release_that_is_refused_holds_on(box):
    def validate(candidate):
        if candidate["port"] > 5:
            raise ValueError("too much")

    config = veltrix.Config(box, validate=[validate])
    publish(config, box, port=2)
    config.rollback()
    assert publish(config, box, port=9) is None
    with pytest.raises(RefusedError, match="too much"):
        config.release()
    assert (config["port"], config.status().held) == (1, 1)
    box.data = {**box.data, "port": 3}
    assert config.release().difference.changed == {"port": (1, 3)}
    assert config.status().held is None


def test_a_release_where_nothing_is_held_is_a_reload(config, box):
    assert config.release() is None
    box.data = {**box.data, "port": 2}
    assert config.release().generation == 2


def test_a_release_to_the_same_content_publishes_nothing(config, box):
    old = box.data
    publish(config, box, port=2)
    config.rollback()
    box.data = old
    config.reload()
    assert config.release() is None
    assert (config["port"], config.generation, config.status().held) == (1, 3, None)
    assert publish(config, box, port=7).generation == 4


def test_holding_what_is_published(config, box):
    publish(config, box, port=2)
    assert config.rollback(2) is None
    assert config.status().held == 2
    assert publish(config, box, port=3) is None
    assert (config["port"], config.generation) == (2, 2)
    assert config.release().snapshot["port"] == 3


def test_a_rollback_that_is_refused_changes_nothing(config, box):
    notes = []
    publish(config, box, port=2)
    subscription = config.subscribe(Noting(notes, "s", ValueError("no")))
    with pytest.raises(RefusedError):
        config.rollback()
    assert (config["port"], config.generation, config.status().held) == (2, 2, None)
    assert [note[1] for note in notes] == ["prepare", "abort", "failed"]
    assert (config.status().stale, config.status().last_error) == (False, None)
    subscription.cancel()
    assert publish(config, box, port=3).generation == 3


def test_a_generation_that_is_not_kept(config, box):
    with pytest.raises(ValueError, match=r"^there is no earlier generation to go back to$"):
        config.rollback()
    publish(config, box, port=2)
    for number in (0, 3, "1", 1.5):
        with pytest.raises(ValueError, match=r"is not kept; kept are 1, 2$"):
            config.rollback(number)
    assert config.generation == 2


def test_a_generation_that_is_gone(box):
    config = veltrix.Config(box, history=2)
    for port in (2, 3, 4):
        publish(config, box, port=port)
    with pytest.raises(ValueError, match=r"^generation 1 is not kept; kept are 3, 4$"):
        config.rollback(1)


@pytest.mark.parametrize(
    ("numbers", "kind", "said"),
    [
        ({"history": 0}, ValueError, "history is at least 1"),
        ({"history": -3}, ValueError, "history is at least 1"),
        ({"history": 1.5}, TypeError, "history is an int, not float"),
        ({"history": None}, TypeError, "history is an int, not NoneType"),
        ({"history": True}, TypeError, "history is an int, not bool"),
        ({"history_bytes": -1}, ValueError, "history_bytes is at least 0"),
        ({"history_bytes": None}, TypeError, "history_bytes is an int, not NoneType"),
        ({"veto_timeout": "x"}, TypeError, "veto_timeout is a number of seconds, not str"),
        ({"veto_timeout": -1}, ValueError, "veto_timeout is a number of seconds above 0"),
        ({"veto_timeout": float("nan")}, ValueError, "veto_timeout is a number of seconds above 0"),
        ({"veto_timeout": float("inf")}, ValueError, "veto_timeout is a number of seconds above 0"),
    ],
)
def test_numbers_that_are_none(box, numbers, kind, said):
    with pytest.raises(kind) as caught:
        veltrix.Config(box, **numbers)
    assert str(caught.value) == said


def test_a_second_rollback_goes_one_further_back(config, box):
    publish(config, box, port=2)
    publish(config, box, port=3)
    assert [config.rollback().snapshot["port"] for _ in range(2)] == [2, 1]
    assert config.status().held == 1
    with pytest.raises(ValueError, match=r"^there is no earlier generation to go back to$"):
        config.rollback()
    assert config.release().snapshot["port"] == 3


@pytest.mark.parametrize("kind", ["tables", "a choice"])
def test_a_rollback_publishes_what_only_scopes_see(kind):
    base, eu = Box({"price": 1}, "base"), Box({"price": 2}, "eu")
    config = veltrix.Config(base, dimensions={"region": {"eu": eu}})
    eu.data = {"price": 999} if kind == "tables" else {"price": 2, "more": 1}
    assert config.reload().generation == 2
    change = config.rollback()
    assert (change.generation, bool(change.difference), config.status().held) == (3, False, 1)
    assert config.snapshot.scope(region="eu").to_dict() == {"price": 2}
    assert config.rollback(1) is None
    assert config.release().snapshot.scope(region="eu").to_dict() == eu.data
