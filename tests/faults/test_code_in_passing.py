"""Plain data whose reading runs code in passing: where a class is asked about, and where garbage goes."""

from __future__ import annotations

import datetime
import gc
from abc import ABCMeta
from collections.abc import Mapping

import pytest

ZONE = datetime.timezone(datetime.timedelta(hours=1))
VALUES = {
    "date": datetime.date(2024, 1, 1),
    "time": datetime.time(1, 2),
    "datetime": datetime.datetime(2024, 1, 1),
    "datetime with a zone": datetime.datetime(2024, 1, 1, tzinfo=ZONE),
    "time with a zone": datetime.time(1, 2, tzinfo=ZONE),
    "large integer": 10**4_000,
    "object": object(),
    "list of objects": [object()],
    "dict in a list": [{"x": 10**40}],
}


@pytest.mark.parametrize("place", ["mapping", "list"])
@pytest.mark.parametrize("kind", ["date", "time", "datetime", "datetime with a zone", "time with a zone"])
def test_no_class_is_asked_about_what_is_no_mapping(kernel, kind, place):
    data = {"first": VALUES[kind], "second": VALUES[kind], "third": 3}

    class Meta(ABCMeta):
        def __subclasscheck__(cls, other):
            if other is type(VALUES[kind]):
                data["first"] = data.pop("first")
            return False

    class Odd(Mapping, metaclass=Meta):
        def __getitem__(self, key): ...

        def __iter__(self): ...

        def __len__(self): ...

    try:
        # What was known of other classes is known no longer.
        Mapping.register(type("Other", (), {}))
        whole = [data] if place == "list" else data
        snapshot = kernel.resolve([kernel.Layer("a", {"m": whole})])
    finally:
        del Odd
        gc.collect()
    found = snapshot["m"][0] if place == "list" else snapshot["m"]
    assert sorted(found) == ["first", "second", "third"]
    assert len(found) == 3


@pytest.mark.skipif(not hasattr(gc, "get_threshold"), reason="a collector that cannot be made to run at once")
@pytest.mark.parametrize("kind", VALUES)
def test_garbage_that_goes_meanwhile_changes_nothing_that_is_read_twice(kernel, kind):
    for turn in range(1, 13):
        data = dict.fromkeys("abc", VALUES[kind])
        gone = 0

        class Garbage:
            def __del__(self, data=data, turn=turn):
                nonlocal gone
                gone += 1
                if gone == turn:
                    data["a"] = data.pop("a")
                if gone < 40:
                    other = type(self)()
                    other.itself = other

        garbage = Garbage()
        garbage.itself = garbage
        del garbage
        threshold = gc.get_threshold()
        gc.set_threshold(1)
        try:
            layer = kernel.Layer("a", data)
        finally:
            gc.set_threshold(*threshold)
            gone = 100
        names = list(kernel.resolve([layer]))
        assert sorted(names) == ["a", "b", "c"]
        gc.collect()
