"""A configuration of objects that nobody may compare: changes go by what they are."""

from __future__ import annotations

import threading

import pytest

import veltrix
from tests.live.tools import Box
from veltrix.publishing.change import Touched


class Sealed:
    """It raises where it is compared or asked whether it is true, as an array of numpy does."""

    __hash__ = None

    def __eq__(self, other):
        raise ValueError("compared")

    def __bool__(self):
        raise ValueError("asked whether it is true")


class Given(veltrix.Source):
    """What a test gives, fetched anew where it is another object."""

    name = "given"

    def __init__(self, data):
        self.data = data

    def fetch(self, previous, deadline):
        return previous if previous and previous.payload is self.data else veltrix.Fetched(None, self.data)

    def parse(self, fetched, lower):
        return veltrix.Layer(self.name, fetched.payload)


class Array(Sealed):
    """What it gives is no truth value."""

    __hash__ = None

    def __eq__(self, other):
        return Sealed()


@pytest.mark.parametrize("kind", [Sealed, Array])
@pytest.mark.parametrize("path", ["at", "items[0]", "items[1].at", "nested[0][0]", None])
def test_another_object_is_a_change(kind, path):
    def data(one):
        return {"at": one, "items": [one, {"at": one}], "nested": [[one]]}

    box, seen = Given(data(kind())), []
    config = veltrix.Config(box)
    config.subscribe(seen.append, path)
    box.data = data(kind())
    assert [config.reload()] == [config.history[-1]]
    assert [change.generation for change in seen] == [2]


@pytest.mark.parametrize("kind", [Sealed, Array])
@pytest.mark.parametrize("path", ["items[1]", "items[0].at", "items[0].list[0]"])
def test_the_same_object_in_a_list_that_changed_is_none(kind, path):
    one = kind()
    box, seen = Given({"items": [{"at": one, "list": [one]}, one, 1]}), []
    config = veltrix.Config(box)
    config.subscribe(seen.append, path)
    box.data = {"items": [{"at": one, "list": [one]}, one, 2]}
    config.reload()
    assert (config.generation, seen) == (2, [])


@pytest.mark.parametrize(
    ("before", "after"),
    [(1, True), (1, 1.0), (0.0, -0.0), ({"a": 1}, {"a": True}), ([1, [1]], [1, [True]]), ({}, {"a": {}})],
)
def test_an_item_of_a_list_differs_as_a_leaf_does(before, after):
    box, seen = Box({"items": [before, 1]}), []
    config = veltrix.Config(box)
    config.subscribe(seen.append, "items[0]")
    box.data = {"items": [after, 1]}
    config.reload()
    assert len(seen) == 1


def test_what_keeps_the_part_of_one_subscriber_from_it_keeps_no_other(monkeypatch, config, box):
    whole = Touched._restricted

    def restricted(self, place):
        if place.path == "tags[0]":
            raise ValueError("hunter2")
        return whole(self, place)

    monkeypatch.setattr(Touched, "_restricted", restricted)
    seen = []

    def late(_):
        if not seen:
            thread = threading.Thread(target=subscribe)
            thread.start()
            thread.join()

    def subscribe():
        config.subscribe(seen.append, "tags[0]")
        config.subscribe(seen.append, "port")

    class Preparing(veltrix.Subscriber):
        prepare = staticmethod(late)

    config.subscribe(Preparing())
    box.data = {**box.data, "port": 2}
    change = config.reload()
    assert [one.generation for one in seen] == [change.generation]
    assert config.status().last_error == "subscriber 'list.append': ValueError"
