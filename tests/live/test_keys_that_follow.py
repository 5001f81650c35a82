"""`config.key`: a value at the speed of an attribute, of what is published, and a path that is required."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
import warnings
import weakref
from dataclasses import dataclass

import pytest

import veltrix
from tests.live.tools import Box, Noting, in_threads
from veltrix.errors import ConfigError, MissingKeyError, PathError, RefusedError
from veltrix.publishing import keys as keys_module


def publish(config, box, **data):
    box.data = {**box.data, **data}
    return config.reload()


def test_it_follows_what_is_published(config, box):
    port, colour = config.key("port"), config.key(("theme", "colour"))
    assert (port.value, port.path, port.generation) == (1, "port", 1)
    assert (colour.value, colour.path) == ("red", "theme.colour")
    publish(config, box, port=2)
    assert (port.value, port.generation) == (2, 2)
    assert (colour.value, colour.generation) == ("red", 1)
    assert repr(port) == "<veltrix.LiveKey 'port'>"


def test_there_is_one_for_each_path_and_default(config):
    assert config.key("port") is config.key(("port",))
    assert config.key('"port"') is config.key("port")
    assert config.key("port", default=1) is not config.key("port")
    assert config.key("port", default=1) is config.key("port", default=1)
    assert config.key("port", default=1) is not config.key("port", default=True)
    assert config.key("port", default=1) is not config.key("port", default=1.0)
    given = []
    assert config.key("nothing", default=given) is config.key("nothing", default=given)
    assert config.key("nothing", default=given) is not config.key("nothing", default=[])
    assert len({id(one) for one in in_threads(8, lambda _: config.key("theme.size"))}) == 1


def test_a_path_that_is_missing_needs_a_default(config):
    with pytest.raises(MissingKeyError, match="no key 'prot'"):
        config.key("prot")
    with pytest.raises(PathError):
        config.key("a..b")
    assert config.key("prot", default=None).value is None


def test_a_default_stands_in_until_something_stands_there(config, box):
    key = config.key("theme.weight", default=7)
    publish(config, box, port=2)
    assert key.value == 7
    publish(config, box, theme={"weight": 3})
    assert key.value == 3
    publish(config, box, theme={"weight": {"unit": "g"}})
    assert key.value["unit"] == "g"
    publish(config, box, theme={"weight": {"unit": "kg"}})
    assert key.value["unit"] == "kg"
    publish(config, box, theme={})
    assert key.value == 7
    publish(config, box, theme={"weight": {"unit": "lb"}})
    assert key.value["unit"] == "lb"


@pytest.mark.parametrize(
    ("path", "data", "reason"),
    [
        ("port", {"theme": {"colour": "red"}}, "it would be missing"),
        ("port", {"port": "80"}, "it would be of type str and is of type int"),
        ("port", {"port": True}, "it would be of type bool and is of type int"),
        ("port", {"port": None}, "it would be null and is of type int"),
        ("port", {"port": {"of": 1}}, "it would be a mapping and is of type int"),
        ("port", {"port": [1]}, "it would be a list and is of type int"),
        ("theme", {"port": 1, "theme": "dark"}, "it would be of type str and is a mapping"),
        ("theme", {"port": 1}, "it would be missing"),
        ("theme.colour", {"port": 1, "theme": {}}, "it would be missing"),
        ("tags[1]", {"tags": ["a"]}, "it would be missing"),
        ("tags[1]", {"tags": ["a", 2]}, "it would be of type int and is of type str"),
    ],
)
def test_without_a_default_a_path_is_required_and_keeps_its_type(config, box, path, data, reason):
    notes, key = [], config.key(path)
    before, others = key.value, config.key("nothing", default=0)
    config.subscribe(Noting(notes))
    box.data = {"nothing": 1, **data}
    with pytest.raises(RefusedError) as caught:
        config.reload()
    assert (caught.value.reason, caught.value.by) == (reason, f"key {path!r}")
    assert (key.value, others.value, config.generation) == (before, 0, 1)
    assert [note[1] for note in notes] == ["failed"]


def test_all_keys_that_refuse_are_named(config, box):
    for path in ("port", "theme", "tags"):
        config.key(path)
    box.data = {"theme": 1, "tags": ["c"]}
    with pytest.raises(ConfigError) as caught:
        config.reload()
    assert sorted(problem.by for problem in caught.value.problems) == ["key 'port'", "key 'theme'"]


def test_a_mapping_is_replaced_at_each_publish_and_holds_no_old_generation():
    box = Box({"theme": {"colour": "red"}, "port": 1})
    config = veltrix.Config(box, history=1)
    theme = config.key("theme")
    alive = []
    for port in range(2, 12):
        alive.append(weakref.ref(config.snapshot))
        publish(config, box, port=port)
        assert theme.value["colour"] == "red"
    gc.collect()
    assert sum(one() is not None for one in alive) <= 1


def test_items_of_lists_follow(config, box):
    first, tags = config.key("tags[0]"), config.key("tags")
    publish(config, box, tags=["x", "y", "z"])
    assert (first.value, tags.value) == ("x", ("x", "y", "z"))


def test_many_changes_and_few_keys_and_the_other_way_round():
    box = Box({f"k{number}": 0 for number in range(300)})
    config = veltrix.Config(box)
    few = [config.key(f"k{number}") for number in (0, 7)]
    for turn in (1, 2):
        box.data = dict.fromkeys(box.data, turn)
        config.reload()
        assert [key.value for key in few] == [turn, turn]
    many = [config.key(f"k{number}") for number in range(300)]
    publish(config, box, k5=9)
    assert [key.value for key in many] == [9 if number == 5 else 2 for number in range(300)]


def test_names_with_dots_and_brackets_follow():
    box = Box({"a.b": {"c[0]": 1}, "ä": 1})
    config = veltrix.Config(box)
    keys = [config.key(("a.b", "c[0]")), config.key("ä")]
    box.data = {"a.b": {"c[0]": 2}, "ä": 3}
    config.reload()
    assert [key.value for key in keys] == [2, 3]


def test_one_that_is_made_while_a_pass_runs_follows_it(config, box):
    made = []

    class Making(veltrix.Subscriber):
        def prepare(self, change):
            made.append(config.key("port"))
            assert made[0].value == 1

        def commit(self, change):
            assert made[0].value == 2

    config.subscribe(Making())
    publish(config, box, port=2)
    assert (made[0].value, made[0].generation, config.status().last_error) == (2, 2, None)


def test_it_is_read_only_and_not_copied(config):
    key = config.key("port")
    for call in (
        lambda: setattr(key, "value", 2),
        lambda: delattr(key, "value"),
        lambda: setattr(key, "x", 2),
    ):
        with pytest.raises(AttributeError, match=r"^a LiveKey is read-only$"):
            call()
    for copied in (copy.copy, pickle.dumps):
        with pytest.raises(TypeError, match=r"^cannot pickle 'LiveKey' object$"):
            copied(key)


def test_very_many_keys_are_warned_of_once(monkeypatch, config):
    monkeypatch.setattr(keys_module, "MANY", 5)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for number in range(10):
            config.key(f"absent{number}", default=0)
    assert [str(one.message) for one in caught] == [
        "more than 5 keys are kept; read paths that come from data from the snapshot"
    ]
    assert caught[0].filename == __file__


def test_a_rollback_keeps_what_is_required(config, box):
    publish(config, box, more=1)
    config.key("more")
    with pytest.raises(RefusedError, match="key 'more': it would be missing"):
        config.rollback(1)
    assert (config.generation, config.status().held) == (2, None)


def test_defaults_that_look_alike_are_different(config):
    for one, other in ((0.0, -0.0), ((1,), (True,)), ((1, (0.0,)), (1, (-0.0,))), ((1,), (1.0,))):
        assert repr(config.key("nothing", default=one).value) == repr(one)
        assert repr(config.key("nothing", default=other).value) == repr(other)
        assert config.key("nothing", default=one) is config.key("nothing", default=one)
    nan = float("nan")
    assert config.key("nothing", default=(nan,)) is config.key("nothing", default=(float("nan"),))


class Preparing(veltrix.Subscriber):
    """Does that as it prepares."""

    def __init__(self, work):
        self.prepare = work


def bound_to_sections(meanwhile):
    @dataclass(frozen=True)
    class Theme:
        colour: str
        size: int

        def __post_init__(self):
            meanwhile(self)

    return Theme


def test_one_that_is_made_while_a_pass_publishes_is_of_that_pass(config, box):
    def meanwhile(theme):
        if theme.colour == "red" and config.generation == 1:
            thread = threading.Thread(target=publish, args=(config, box), kwargs={"theme": blue})
            thread.start()
            thread.join()

    blue = {"colour": "blue", "size": 3}
    key = config.key("theme", bound_to_sections(meanwhile))
    assert (config.generation, key.value.colour, key.generation) == (2, "blue", 2)


def test_a_late_one_that_fits_no_more_keeps_no_other_from_following(config, box):
    def meanwhile(theme):
        if theme.colour == "blue":
            raise ValueError("no")

    made = []

    def late(_):
        if not made:
            thread = threading.Thread(
                target=lambda: made.extend(
                    (config.key("theme", bound_to_sections(meanwhile)), config.key("port"))
                )
            )
            thread.start()
            thread.join()

    config.subscribe(Preparing(late))
    publish(config, box, port=2, theme={"colour": "blue", "size": 3})
    theme, port = made
    assert (theme.value.colour, port.value, port.generation) == ("red", 2, 2)
    assert "key 'theme'" in config.status().last_error
