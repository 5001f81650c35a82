"""Origins of single paths: what is taken for one, and what is kept of it."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping

import pytest

from veltrix import Origin

LAST = 2**32 - 1


class Number(enum.IntEnum):
    SEVEN = 7


class Word(str):
    __slots__ = ()

    def __str__(self):
        raise AssertionError("the text is taken, not asked for")


class Own(Origin):
    """An origin whose class says other things than it holds."""

    __slots__ = ()
    source = line = property(lambda self: 1 / 0)

    def __iter__(self):
        raise AssertionError

    def __getitem__(self, at):
        raise AssertionError

    def _replace(self, **_):
        raise AssertionError


def built(kernel, origin):
    return kernel.Layer("x", {"a": 1}, origins={("a",): origin})


def unmatched(kernel, origin):
    return kernel.Layer("x", {"a": 1}, origins={("other",): origin})


def restored(kernel, origin):
    return kernel.restore_layer(Origin("x", "s"), {"a": 1}, {("a",): origin}, False)


def own(kernel, origin):
    return kernel.restore_layer(origin, {"a": 1}, {}, False)


def kept(kernel, layer):
    return kernel.resolve([layer]).explain("a").origin


@pytest.mark.parametrize("make", [built, restored, own])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Origin("y", "s"), Origin("x", "s")),
        (Origin("x", "s", "f", 3), Origin("x", "s", "f", 3)),
        (Origin("x", "s", None, 3, 5), Origin("x", "s", None, 3, 5)),
        (Origin("x", "s", None, 1, 1), Origin("x", "s", None, 1, 1)),
        (Origin("x", "s", "f", LAST, LAST), Origin("x", "s", "f", LAST, LAST)),
        (Origin("x", "s", variable="V"), Origin("x", "s", variable="V")),
        (Origin("x", Word("s"), Word("f"), Number.SEVEN, 2), Origin("x", "s", "f", 7, 2)),
        (Origin("x", "s", "\udcff"), Origin("x", "s", "\\udcff")),
        (Own("x", "s", "f", 3, 4, "V"), Origin("x", "s", "f", 3, 4, "V")),
    ],
)
def test_what_is_kept(kernel, make, given, expected):
    if make is own:
        given = type(given)("x", *tuple.__getitem__(given, slice(1, None)))
    origin = kept(kernel, make(kernel, given))
    assert origin == expected
    assert type(origin) is Origin
    assert [type(field) for field in origin] == [type(field) for field in expected]


@pytest.mark.parametrize("make", [built, unmatched, restored, own])
@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        (1, TypeError, "an origin is a veltrix.Origin, not int"),
        (("x", "s"), TypeError, "an origin is a veltrix.Origin, not tuple"),
        (tuple.__new__(Origin, ("x", "s")), TypeError, "an origin has 6 fields, not 2"),
        (Origin("x", 1), TypeError, "an origin's source is a str, not int"),
        (Origin("x", None), TypeError, "an origin's source is a str, not NoneType"),
        (
            Origin("x", "\ud800"),
            ValueError,
            "an origin's source holds a lone surrogate, which UTF-8 cannot carry",
        ),
        (Origin("x", "s", 1), TypeError, "a file's name is a str, not int"),
        (Origin("x", "s", "f", "3"), TypeError, "an origin's line is an int, not str"),
        (Origin("x", "s", "f", 1.5), TypeError, "an origin's line is an int, not float"),
        (Origin("x", "s", "f", True), TypeError, "an origin's line is an int, not bool"),
        (Origin("x", "s", "f", 0), ValueError, "an origin's line is from 1 to 4294967295"),
        (Origin("x", "s", "f", -1), ValueError, "an origin's line is from 1 to 4294967295"),
        (Origin("x", "s", "f", LAST + 1), ValueError, "an origin's line is from 1 to 4294967295"),
        (Origin("x", "s", "f", 10**30), ValueError, "an origin's line is from 1 to 4294967295"),
        (Origin("x", "s", "f", 1, "5"), TypeError, "an origin's column is an int, not str"),
        (Origin("x", "s", "f", 1, math.pi), TypeError, "an origin's column is an int, not float"),
        (Origin("x", "s", "f", 1, False), TypeError, "an origin's column is an int, not bool"),
        (Origin("x", "s", "f", 1, 0), ValueError, "an origin's column is from 1 to 4294967295"),
        (Origin("x", "s", "f", 1, LAST + 1), ValueError, "an origin's column is from 1 to 4294967295"),
        (Origin("x", "s", "f", None, 5), ValueError, "an origin's column needs a line"),
        (Origin("x", "s", variable=b"V"), TypeError, "an origin's variable is a str, not bytes"),
        (
            Origin("x", "s", variable="\udcff"),
            ValueError,
            "an origin's variable holds a lone surrogate, which UTF-8 cannot carry",
        ),
    ],
)
def test_what_is_refused(kernel, make, given, error, text):
    with pytest.raises(error) as caught:
        make(kernel, given)
    assert (type(caught.value), str(caught.value)) == (error, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("x", "a path of origins is a tuple of str, not str"),
        ("a.b", "a path of origins is a tuple of str, not str"),
        (1, "a path of origins is a tuple of str, not int"),
        (None, "a path of origins is a tuple of str, not NoneType"),
        (frozenset("x"), "a path of origins is a tuple of str, not frozenset"),
        (("x", 0), "a name in a path of origins is a str, not int"),
        ((b"x",), "a name in a path of origins is a str, not bytes"),
        ((("x",),), "a name in a path of origins is a str, not tuple"),
    ],
)
def test_a_path_of_origins_is_a_tuple_of_names(kernel, path, text):
    for origin in (Origin("x", "s"), "no origin"):
        for make in (
            lambda origin=origin: kernel.Layer("x", {"x": 1}, origins={path: origin}),
            lambda origin=origin: kernel.restore_layer(Origin("x", "s"), {"x": 1}, {path: origin}, False),
        ):
            with pytest.raises(TypeError) as caught:
                make()
            assert str(caught.value) == text


def test_a_path_of_origins_may_be_of_subclasses(kernel):
    class Path(tuple):
        __slots__ = ()

        def __hash__(self):
            return 1

    class Text(str):
        __slots__ = ()

        def __hash__(self):
            return 2

    given = {Path((Text("x"), "y")): Origin("x", "s", "f", 3)}
    layer = kernel.Layer("x", {"x": {"y": 1}}, origins=given)
    assert kernel.resolve([layer]).explain("x.y").origin == Origin("x", "s", "f", 3)


def test_the_first_wrong_field_is_named(kernel):
    for origin, text in (
        (Origin("x", 1, 1, "1", "1", 1), "an origin's source is a str, not int"),
        (Origin("x", "s", 1, "1", "1", 1), "a file's name is a str, not int"),
        (Origin("x", "s", "f", "1", "1", 1), "an origin's line is an int, not str"),
        (Origin("x", "s", "f", None, "1", 1), "an origin's column is an int, not str"),
    ):
        with pytest.raises(TypeError) as caught:
            built(kernel, origin)
        assert str(caught.value) == text


def test_a_restored_layer_has_a_name(kernel):
    for name, error, text in (
        (1, TypeError, "a layer's name is a str, not int"),
        ("\ud800", ValueError, "a layer's name holds a lone surrogate, which UTF-8 cannot carry"),
    ):
        with pytest.raises(error) as caught:
            own(kernel, Origin(name, 1))
        assert str(caught.value) == text


def test_the_origins_of_a_restored_layer_are_all_its_own(kernel):
    layer = kernel.restore_layer(
        Origin("x", "file", "f", 3, 4), {"a": 1, "b": 2}, {("a",): Origin("y", "s")}, False
    )
    found = kernel.resolve([layer])
    assert found.explain("a").origin == Origin("x", "s")
    assert found.explain("b").origin == Origin("x", "file", "f", 3, 4)
    assert kernel.resolve([layer]).set("c", 1).explain("c").origin == Origin("x", "set")
    assert layer.__reduce__()[1][1:] == (
        Origin("x", "file", "f", 3, 4),
        {"a": 1, "b": 2},
        {("a",): Origin("x", "s")},
        False,
    )


class Pairs(Mapping):
    """A mapping whose items are what they are."""

    __getitem__ = __len__ = __iter__ = lambda self, *_: None

    def __init__(self, items):
        self.items = lambda: items


@pytest.mark.parametrize(
    "pair",
    [
        [("a",), Origin("x", "s")],
        {("a",): 1, Origin("x", "s"): 2},
        type("Own", (tuple,), {"__iter__": lambda _: iter([("a",), Origin("x", "s")])})((1, 2, 3)),
    ],
    ids=["list", "dict", "tuple of one's own"],
)
def test_a_pair_is_what_unpacks_into_two(kernel, pair):
    layer = kernel.Layer("x", {"a": 1}, origins=Pairs([pair]))
    assert kept(kernel, layer) == Origin("x", "s")


@pytest.mark.parametrize("pair", [1, None, (), [1], (1, 2, 3), [1, 2, 3], "abc"], ids=repr)
def test_no_pair(kernel, pair):
    def python():
        _path, _origin = pair

    with pytest.raises((TypeError, ValueError)) as expected:
        python()
    with pytest.raises(type(expected.value)) as caught:
        kernel.Layer("x", {}, origins=Pairs([pair]))
    assert str(caught.value) == str(expected.value)
