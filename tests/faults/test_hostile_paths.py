"""A path that is a `str` of one's own making is its text: its methods are never asked and can do no harm."""

from __future__ import annotations

import pytest

from veltrix.types import Name


class LoudError(Exception):
    """Raised by a method of a path."""


METHODS = (
    "__hash__",
    "__eq__",
    "__str__",
    "__repr__",
    "__len__",
    "__iter__",
    "__getitem__",
    "encode",
    "split",
)
TEXTS = ("a", "b.c", "b", "zz", "b.zz", "a..b", "", "l[1]")
CALLS = {
    "item": lambda snapshot, path: snapshot[path],
    "get": lambda snapshot, path: snapshot.get(path, "default"),
    "in": lambda snapshot, path: path in snapshot,
    "tuple": lambda snapshot, path: snapshot[path,],
    "view": lambda snapshot, path: snapshot["b"].get(path, "default"),
    "key": lambda snapshot, path: snapshot.key(path).value,
    "explain": lambda snapshot, path: snapshot.explain(path),
    "set": lambda snapshot, path: snapshot.set(path, 5).to_dict(),
    "delete": lambda snapshot, path: snapshot.delete(path).to_dict(),
}


def hostile(base, method):
    """A class of `str` with the given methods, each of which does as `method` does."""
    return type("Hostile", (base,), dict.fromkeys(METHODS, method))


def outcome(call, *arguments):
    """What a call gives, or the class and text of what it raises."""
    try:
        return repr(call(*arguments))
    except (KeyError, ValueError) as error:
        return type(error), str(error)


@pytest.fixture
def snapshot(kernel):
    return kernel.resolve([kernel.Layer("layer", {"a": 1, "b": {"c": 2}, "l": [3, 4]})])


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("base", [str, Name])
def test_what_the_methods_of_a_path_raise_is_never_raised(snapshot, base, call):
    def loud(*_):
        raise LoudError

    kind = hostile(base, loud)
    for text in TEXTS:
        expected = outcome(CALLS[call], snapshot, base(text))
        assert outcome(CALLS[call], snapshot, kind(text)) == expected, text
        assert outcome(CALLS[call], snapshot, base(text)) == expected, text


@pytest.mark.parametrize("call", CALLS)
def test_a_path_that_uses_the_snapshot_changes_no_answer(snapshot, call):
    def meddling(*_):
        snapshot.overlay({"a": 9, "b": {"c": 9}})["b.c"]
        snapshot.get("zz")
        return NotImplemented

    kind = hostile(str, meddling)
    for text in TEXTS:
        expected = outcome(CALLS[call], snapshot, text)
        for _ in range(3):
            assert outcome(CALLS[call], snapshot, kind(text)) == expected, text
    assert snapshot.to_dict() == {"a": 1, "b": {"c": 2}, "l": [3, 4]}


def test_the_methods_of_a_segment_are_not_asked_either(kernel, snapshot):
    def loud(*_):
        raise LoudError

    name = hostile(str, loud)
    number = type(
        "Number", (int,), dict.fromkeys(("__index__", "__int__", "__lt__", "__eq__", "__hash__"), loud)
    )
    assert snapshot[name("b"), name("c")] == 2
    assert snapshot[name("l"), number(1)] == 4
    assert kernel.parse_path((name("l"), number(1))) == ("l", 1)
    assert kernel.format_path((name("l"), number(1))) == "l[1]"
    assert (name("l"), number(2)) not in snapshot


@pytest.mark.parametrize("call", sorted({*CALLS} - {"tuple"}))
@pytest.mark.parametrize("path", [("a",), ("b", "c"), ("zz",), (), (0,), ("l", 1), ("b", None)])
def test_the_methods_of_a_tuple_are_not_asked_either(kernel, snapshot, call, path):
    def loud(*_):
        raise LoudError

    def outcome(path):
        try:
            return repr(CALLS[call](snapshot, path))
        except (KeyError, ValueError, TypeError) as error:
            return type(error), str(error)

    names = (*METHODS, "__iter__", "__contains__", "__bool__", "index")
    loud_tuple = type("Loud", (tuple,), dict.fromkeys(names, loud))
    lying_tuple = type(
        "Lying",
        (tuple,),
        {
            "__iter__": lambda _: iter(["a"]),
            "__len__": lambda _: 1,
            "__getitem__": lambda _, at: ("a",)[at],
        },
    )
    for kind in (loud_tuple, lying_tuple):
        assert outcome(kind(path)) == outcome(path)


def test_a_secret_path_is_what_a_tuple_holds(kernel):
    lying = type("Lying", (tuple,), {"__iter__": lambda _: iter(["b"])})
    layer = kernel.Layer("x", {"a": 1, "b": 2}, secret=[lying(("a",))])
    found = kernel.resolve([layer])
    assert [found.explain(name).secret for name in "ab"] == [True, False]
    assert kernel.parse_path(lying(("a", 0))) == ("a", 0)
    assert kernel.format_path(lying(("a", 0))) == "a[0]"
