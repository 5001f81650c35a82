"""The errors: one tree, attributes for all that a text says, pickles, and texts that stay short."""

from __future__ import annotations

import copy
import pickle

import pytest

from tests.kernel.stack import nested, stack
from veltrix import DELETE, Origin
from veltrix.errors import (
    ConfigError,
    ConflictError,
    InternalError,
    LimitError,
    MissingKeyError,
    ParseError,
    PathError,
    SourceError,
    ValidationError,
)

UPPER = Origin("prod", "file", "prod\n.toml", 3, 5)
LOWER = Origin("env", "environment", variable="APP_X")

WAY_OUT = 'say replace() or conflicts="replace" if that is meant'

ERRORS = [
    (ParseError("a reason"), "a reason"),
    (ParseError("a reason", "app.toml", 3, 5), "app.toml:3:5: a reason"),
    (ParseError("a reason", "app.toml"), "app.toml: a reason"),
    (ParseError("a reason", None, 3, 5), "line 3, column 5: a reason"),
    (ParseError("a reason", None, 3), "line 3: a reason"),
    (ParseError("a reason", "f", None, None, "a.b"), "f: a reason at a.b"),
    (ParseError("a reason", "\x1b[31m\n", 1, 2), r"\x1b[31m\n:1:2: a reason"),
    (LimitError.too_deep("a.b"), "deeper than 64 levels at a.b"),
    (LimitError("too long", "app.json", 1, 2), "app.json:1:2: too long"),
    (
        ConflictError("a.b", "mapping", UPPER, "int", LOWER),
        r"a.b: mapping in prod\n.toml:3:5 over int in variable APP_X; " + WAY_OUT,
    ),
    (MissingKeyError("a.bc", "a", "bc", ("bd", "x")), "no key 'bc' in 'a' (did you mean 'bd'?)"),
    (MissingKeyError("a.bc", "a", "bc"), "no key 'bc' in 'a'"),
    (MissingKeyError("bc", "", "bc", ("xxxx",)), "no key 'bc' at the top level"),
    (MissingKeyError("a", "", "a\n\x1b"), r"no key 'a\n\x1b' at the top level"),
    (MissingKeyError("a[3]", "a", 3), "no item 3 in 'a'"),
    (PathError("a..b", 3, "empty segment"), "path 'a..b', column 3: empty segment"),
    (PathError(("a", -1), None, "negative index"), "path ('a', -1): negative index"),
    (PathError("\ud800", 1, "lone surrogate"), r"path '\ud800', column 1: lone surrogate"),
    (SourceError("not there"), "not there"),
    (SourceError("not there", "secrets", "/run/x", "a.b"), "secrets: /run/x: a.b: not there"),
    (SourceError("not there", "variable X", None, None, None, UPPER), "variable X: not there"),
    (ValidationError("too big"), "too big"),
    (ValidationError("too big", "a.b", UPPER), r"a.b: too big (prod\n.toml:3:5)"),
    (InternalError("a.rs:1"), "a defect of veltrix at a.rs:1: nothing was changed; please report it"),
    (ConfigError(), "0 problems"),
    (ConfigError([SourceError("one")]), "one"),
    (ConfigError([SourceError("one"), ConfigError([PathError("", 1, "two"), SourceError("three")])]),
     "3 problems\n  one\n  path '', column 1: two\n  three"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "text"), ERRORS, ids=lambda value: type(value).__name__)
def test_the_text(error, text):
    assert str(error) == text
    str(error).encode()


@pytest.mark.parametrize(("error", "_"), ERRORS, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_an_error_pickles_copies_and_compares(error, _, protocol):
    for other in (pickle.loads(pickle.dumps(error, protocol)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is type(error)
        assert other == error
        assert hash(other) == hash(error)
        assert str(other) == str(error)
        assert public(other) == public(error)
    assert error != SourceError("another")
    assert error != str(error)


def public(error):
    names = [name for name in dir(error) if not name.startswith("_")]
    return {
        name: value for name in names if not callable(value := getattr(error, name)) and name != "problems"
    }


def test_notes_are_pickled():
    error = SourceError("x")
    error.add_note("still serving generation 3")
    assert pickle.loads(pickle.dumps(error)).__notes__ == ["still serving generation 3"]


@pytest.mark.parametrize(
    ("kind", "also"),
    [(ParseError, ValueError), (PathError, ValueError), (MissingKeyError, KeyError), (LimitError, Exception)],
)
def test_the_tree(kind, also):
    assert issubclass(kind, ConfigError)
    assert issubclass(kind, also)


def test_every_class_has_a_code_of_its_own():
    codes = {type(error).code for error, _ in ERRORS}
    assert codes == {
        "config",
        "parse",
        "limit",
        "conflict",
        "missing-key",
        "path",
        "source",
        "validation",
        "internal",
    }


def test_a_single_error_is_its_own_problem():
    error = SourceError("x")
    assert error.problems == (error,)
    assert ConfigError([error, ConfigError([error])]).problems == (error, error)


def test_only_the_first_problems_are_shown():
    text = str(ConfigError([SourceError(f"number {number}") for number in range(100)]))
    assert text.splitlines()[-1] == "  and 80 more"
    assert len(text.splitlines()) == 22


@pytest.mark.parametrize(
    "error",
    [
        MissingKeyError("k" * 2**20, "p" * 2**20, "k" * 2**20, ["k" * 2**20]),
        PathError("k" * 2**20, 1, "empty path"),
        ConflictError("k" * 2**20, "int", UPPER, "int", LOWER),
        LimitError.too_deep("k" * 2**20),
        ParseError("x", "f" * 2**20, 1, 1, "k" * 2**20),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_text_is_bounded(error):
    assert len(str(error)) < 2_000


@pytest.mark.parametrize(
    ("key", "siblings", "nearest"),
    [
        ("databse", ["data", "database", "date"], "database"),
        ("prot", ["host", "port"], "port"),
        ("PORT", ["host", "port"], "port"),
        ("x", ["y"], None),
        ("X", ["y", "x"], "x"),
        ("xy", ["x", "yx"], "x"),
        ("x", ["yz"], None),
        ("host", ["completely", "different"], None),
        ("", [""], ""),
        ("a" * 200, ["a" * 199], None),
        ("colour", ["color", "colours"], "color"),
    ],
)
def test_the_nearest_key(key, siblings, nearest):
    assert MissingKeyError(key, "", key, siblings).nearest == nearest


def test_siblings_are_not_looked_at_before_they_are_needed():
    def siblings():
        raise AssertionError("looked at")
        yield

    class Lazy:
        def __iter__(self):
            return siblings()

    error = MissingKeyError("x", "", "x", Lazy())
    with pytest.raises(AssertionError, match="looked at"):
        str(error)


def test_a_key_error_in_both_words():
    with pytest.raises(KeyError, match="no key 'x' at the top level"):
        raise MissingKeyError("x", "", "x")


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (Origin("a", "mapping"), "layer 'a'"),
        (Origin("a", "file", "app.toml"), "app.toml"),
        (Origin("a", "file", "app.toml", 3), "app.toml:3"),
        (Origin("a", "file", "app.toml", 3, 5), "app.toml:3:5"),
        (Origin("a", "environment", variable="APP_DB"), "variable APP_DB"),
        (Origin("a", "environment", variable="APP_\x1b"), r"variable APP_\x1b"),
        (Origin("a\n", "mapping"), r"layer 'a\n'"),
        (Origin("n" * 1000, "mapping"), f"layer '{'n' * 149}…{'n' * 149}'"),
        (Origin("a", "file", "\x1b\u202e"), r"\x1b\u202e"),
        (Origin("a", "file", "caf\udce9"), r"caf\udce9"),
    ],
)
def test_an_origin_names_the_best_place(origin, text):
    assert str(origin) == text


def test_an_error_names_a_class_without_asking_its_metaclass(kernel):
    snapshot = kernel.resolve([])
    for name in (lambda _: "Fake", lambda _: 1 / 0):
        odd = type("Meta", (type,), {"__name__": property(name)})("Real", (), {})()
        for call in (
            lambda odd=odd: kernel.Layer(odd, {}),
            lambda odd=odd: kernel.Layer("x", odd),
            lambda odd=odd: kernel.Layer("x", {odd: 1}),
            lambda odd=odd: kernel.Layer("x", {}, origins=odd),
            lambda odd=odd: kernel.Layer("x", {}, origins={("a",): odd}),
            lambda odd=odd: kernel.Layer("x", {}, secret=odd),
            lambda odd=odd: kernel.Layer.parse("x", odd, "json"),
            lambda odd=odd: kernel.Layer.parse("x", "{}", "json", file=odd),
            lambda odd=odd: kernel.resolve([odd]),
            lambda odd=odd: kernel.resolve([], dimensions=[odd]),
            lambda odd=odd: kernel.parse_path(odd),
            lambda odd=odd: kernel.parse_path(("a", odd)),
            lambda odd=odd: kernel.format_path(odd),
            lambda odd=odd: kernel.restore_view(odd, "a"),
            lambda odd=odd: kernel.restore_difference(odd, {}, {}),
            lambda odd=odd: kernel.diff(odd, snapshot),
            lambda odd=odd: snapshot.overlay(odd),
            lambda odd=odd: snapshot.with_layers(odd),
        ):
            with pytest.raises(TypeError, match=r", not Real\b"):
                call()


class HandledError(Exception):
    """What is being handled where another error is raised."""


FAILURES = [
    lambda kernel, snapshot: snapshot["missing"],
    lambda kernel, snapshot: snapshot["a..b"],
    lambda kernel, snapshot: snapshot[1],
    lambda kernel, snapshot: snapshot["\ud800"],
    lambda kernel, snapshot: snapshot["m"]["missing"],
    lambda kernel, snapshot: snapshot.explain("missing"),
    lambda kernel, snapshot: snapshot.key("missing"),
    lambda kernel, snapshot: snapshot.set("m", {"x": [DELETE]}),
    lambda kernel, snapshot: snapshot.set("m.x.y", 1),
    lambda kernel, snapshot: snapshot.delete("missing"),
    lambda kernel, snapshot: snapshot.overlay({"m": 1}),
    lambda kernel, snapshot: snapshot.with_layers(without=["missing"]),
    lambda kernel, snapshot: snapshot.scope(region="eu"),
    lambda kernel, snapshot: kernel.diff(1, snapshot),
    lambda kernel, snapshot: hash(snapshot),
    lambda kernel, snapshot: setattr(snapshot, "layers", 1),
    lambda kernel, snapshot: snapshot < snapshot,
    lambda kernel, snapshot: kernel.Layer("x", {"a" * 2**21: {1: 1}}),
    lambda kernel, snapshot: kernel.Layer("x", {"x": "\ud800"}),
    lambda kernel, snapshot: kernel.Layer("x", nested(65)),
    lambda kernel, snapshot: kernel.Layer.parse("x", "{", "json", file="f"),
    lambda kernel, snapshot: kernel.Layer.parse("x", "[" * 70, "json"),
    lambda kernel, snapshot: kernel.resolve([1]),
    lambda kernel, snapshot: kernel.resolve([kernel.Layer("x", {})] * 1_001),
    lambda kernel, snapshot: kernel.format_path(("a", -1)),
    lambda kernel, snapshot: kernel.Snapshot(),
]


@pytest.mark.parametrize("fail", FAILURES)
def test_an_error_has_what_was_being_handled_as_its_context(kernel, fail):
    snapshot = stack(kernel, {"m": {"x": 1}})
    with pytest.raises(Exception) as plain:  # noqa: PT011  any error
        fail(kernel, snapshot)
    assert plain.value.__context__ is None
    handled = HandledError()
    try:
        raise handled
    except HandledError:
        with pytest.raises(type(plain.value)) as caught:
            fail(kernel, snapshot)
    assert caught.value.__context__ is handled
    assert not caught.value.__suppress_context__
    assert (handled.__context__, caught.value.__cause__) == (None, None)
    assert str(caught.value) == str(plain.value)
