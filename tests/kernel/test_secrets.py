"""A secret is shown nowhere; reading gives the real value."""

from __future__ import annotations

import gc
import pickle
import traceback
import weakref
from collections.abc import Iterable

import pytest

from tests.kernel.stack import stack
from veltrix import DELETE, append
from veltrix.errors import ConfigError, ConflictError, MissingKeyError, ParseError, PathError

CANARY = "kJ8-canary-71"


def shown(kernel, snapshot, *paths):
    """All that may be shown of a snapshot."""
    texts = [repr(snapshot), str(snapshot), repr(snapshot.items()), repr(snapshot.keys())]
    texts += [repr(snapshot[path]) for path in paths if isinstance(snapshot.get(path), type(snapshot))]
    texts += [repr(snapshot.explain(path)) for path in paths]
    texts += [repr(snapshot.key(path)) for path in paths]
    texts += [repr(kernel.diff(snapshot.with_layers(without=[snapshot.layer_names[-1]]), snapshot))]
    return "\n".join(texts)


def test_a_secret_layer(kernel):
    secrets = kernel.Layer(
        "secrets", {"db": {"password": CANARY, "list": [CANARY]}, "plain": {}}, secret=True
    )
    snapshot = kernel.resolve([kernel.Layer("a", {"db": {"host": "visible"}}), secrets])
    assert snapshot["db.password"] == CANARY
    assert snapshot["db.list[0]"] == CANARY
    text = shown(kernel, snapshot, "db", "db.password", "db.list", "db.list[0]")
    assert CANARY not in text
    assert "visible" in text
    explanation = snapshot.explain("db.password")
    assert explanation.secret is True
    assert explanation.value == "<secret>"
    assert explanation.definitions[0].value == "<secret>"
    assert explanation.definitions[0].type == "str"
    assert snapshot.explain("db.host").secret is False
    assert snapshot.explain("db").secret is False


def test_a_path_of_a_secret_layer_is_secret_in_the_whole_stack(kernel):
    default = kernel.Layer("default", {"password": CANARY + "1"})
    secrets = kernel.Layer("secrets", {"password": CANARY + "2"}, secret=True)
    variables = kernel.Layer("env", {"password": CANARY + "3"})
    snapshot = kernel.resolve([default, secrets, variables])
    assert snapshot["password"] == CANARY + "3"
    assert CANARY not in shown(kernel, snapshot, "password")
    assert [one.value for one in snapshot.explain("password").definitions] == ["<secret>"] * 3


@pytest.mark.parametrize("secret", [["db.password", 'keys."a.b"'], [("db", "password"), ("keys", "a.b")]])
def test_secret_paths(kernel, secret):
    marking = kernel.Layer("marks", {}, secret=secret)
    snapshot = kernel.resolve(
        [
            marking,
            kernel.Layer("x", {"db": {"password": CANARY, "user": "visible"}, "keys": {"a.b": CANARY}}),
        ]
    )
    text = shown(kernel, snapshot, "db", "db.password", 'keys."a.b"')
    assert CANARY not in text
    assert "visible" in text
    assert snapshot.overlay({"db": {"password": CANARY * 2}}).explain("db.password").value == "<secret>"


def test_everything_beneath_a_secret_path_is_secret(kernel):
    layer = kernel.Layer("x", {"vault": {"a": {"b": CANARY}, "l": [{"c": CANARY}]}}, secret=["vault"])
    snapshot = kernel.resolve([layer])
    assert CANARY not in shown(kernel, snapshot, "vault", "vault.a", "vault.a.b", "vault.l[0].c")
    assert snapshot.explain("vault").value == "<secret>"
    assert snapshot.explain("vault.a").secret
    assert snapshot.explain("vault.l[0].c").value == "<secret>"
    assert [one.value for one in snapshot.explain("vault").definitions] == [None]


def test_a_secret_item_makes_its_list_secret(kernel):
    layer = kernel.Layer("x", {"users": [{"name": "u", "token": CANARY}]}, secret=["users[0].token"])
    assert CANARY not in shown(kernel, kernel.resolve([layer]), "users", "users[0]", "users[0].name")


def test_an_extended_list_with_a_secret_is_secret(kernel):
    secrets = kernel.Layer("secrets", {"l": append([CANARY])}, secret=True)
    snapshot = kernel.resolve(
        [kernel.Layer("a", {"l": ["x"]}), secrets, kernel.Layer("b", {"l": append(["y"])})]
    )
    assert snapshot["l"] == ("x", CANARY, "y")
    assert CANARY not in shown(kernel, snapshot, "l", "l[0]")


def test_what_a_secret_layer_deletes_is_secret_beneath(kernel):
    snapshot = kernel.resolve(
        [kernel.Layer("a", {"x": CANARY}), kernel.Layer("b", {"x": DELETE}, secret=True)]
    )
    explanation = snapshot.explain("x")
    assert (explanation.present, explanation.value, explanation.secret) == (False, None, True)
    assert [one.value for one in explanation.definitions] == [None, "<secret>"]


def test_an_absent_secret_has_no_value(kernel):
    snapshot = kernel.resolve([kernel.Layer("a", {"l": [CANARY]}, secret=True)])
    explanation = snapshot.explain("l.x")
    assert (explanation.present, explanation.value, explanation.secret) == (False, None, True)


def test_a_secret_null_is_not_told_apart(kernel):
    explanation = kernel.resolve([kernel.Layer("a", {"x": None}, secret=True)]).explain("x")
    assert explanation.value == explanation.definitions[0].value == "<secret>"


def test_no_error_holds_a_secret(kernel):
    low = kernel.Layer("low", {"x": {"token": 1}, "y": CANARY}, secret=True)
    errors = []
    for use in (
        lambda: kernel.resolve([low, kernel.Layer("high", {"x": CANARY}, secret=True)]),
        lambda: kernel.resolve([low, kernel.Layer("high", {"y": {"z": CANARY}})]),
        lambda: kernel.resolve([low])["y.z"],
        lambda: kernel.resolve([low]).set("y.z", CANARY),
    ):
        with pytest.raises(ConfigError) as caught:
            use()
        errors.append(caught.value)
    assert isinstance(errors[0], ConflictError)
    assert CANARY not in "".join(f"{error} {error!r} {vars(error)}" for error in errors)


def test_derived_and_pickled_snapshots_keep_secrets(kernel):
    snapshot = kernel.resolve([kernel.Layer("a", {"x": {"y": CANARY}}, secret=["x.y"])])
    for derived in (
        snapshot.set("x.y", CANARY + "2"),
        snapshot.overlay({"x": {"y": CANARY}}),
        snapshot.with_layers(kernel.Layer("b", {"x": {"y": CANARY}})),
        pickle.loads(pickle.dumps(snapshot)),
    ):
        assert derived["x.y"].startswith(CANARY)
        assert CANARY not in repr(derived)
        assert CANARY not in repr(derived.explain("x.y"))
    assert (
        not snapshot.overlay({})
        .with_layers(without=["a"])
        .set("x.y", 1, layer="overlay")
        .explain("x.y")
        .secret
    )


def test_operators_do_not_show_what_they_hold(kernel):
    from veltrix import prepend, replace

    texts = map(repr, (replace(CANARY), replace({CANARY: 1}), append([CANARY]), prepend([CANARY, 1]), DELETE))
    assert list(texts) == [
        "replace(<str>)",
        "replace(<dict>)",
        "append(<1 items>)",
        "prepend(<2 items>)",
        "DELETE",
    ]


@pytest.mark.parametrize(
    ("secret", "error"),
    [("db.password", TypeError), (1, TypeError), (None, TypeError), ([1], TypeError), ([""], PathError)],
)
def test_secret_is_a_bool_or_paths(kernel, secret, error):
    with pytest.raises(error) as caught:
        kernel.Layer("x", {}, secret=secret)
    if not isinstance(secret, list):
        assert str(caught.value) == f"secret is a bool or paths, not {type(secret).__name__}"
    assert stack(kernel, {}) == {}


class Sequence:
    """Can be iterated, in the way of old, but is no `Iterable`."""

    def __getitem__(self, index):
        return ["x"][index]


class Bare:
    """Gives what has a next item and cannot be iterated itself, which `for` asks of nobody."""

    def __init__(self, *items):
        self.items = list(items)

    def __iter__(self):
        return Items(self.items)


class Items:
    def __init__(self, items):
        self.items = items

    def __next__(self):
        if not self.items:
            raise StopIteration
        return self.items.pop(0)


class Raising:
    def __iter__(self):
        raise TypeError("mine")


class Lying:
    def __iter__(self):
        return 5


@Iterable.register
class Registered:
    """Says that it can be iterated, and cannot."""


class Once:
    """Gives an iterator that cannot be iterated itself."""

    def __init__(self, *paths):
        self.paths = paths

    def __iter__(self):
        paths = iter(self.paths)
        return type("Next", (), {"__next__": lambda _: next(paths)})()


def test_secret_paths_from_any_iterator(kernel):
    for secret in (Once("x"), iter(["x"]), {"x": 1}, {"x"}, (path for path in ["x"])):
        snapshot = kernel.resolve([kernel.Layer("a", {"x": 1, "y": 2}, secret=secret)])
        assert [snapshot.explain(path).secret for path in "xy"] == [True, False]
    for item in (None, 1):
        with pytest.raises(TypeError, match="a path is a str or a tuple of str and int, not"):
            kernel.Layer("a", {}, secret=Once("x", item))


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        (Sequence(), "secret is a bool or paths, not Sequence"),
        (1, "secret is a bool or paths, not int"),
        ("x", "secret is a bool or paths, not str"),
        (Raising(), "mine"),
        (Lying(), "secret is a bool or paths, not Lying"),
        (Registered(), "secret is a bool or paths, not Registered"),
    ],
)
def test_what_is_no_list_of_secret_paths(kernel, secret, text):
    with pytest.raises(TypeError) as caught:
        kernel.Layer("x", {}, secret=secret)
    assert str(caught.value) == text


def test_secret_paths_are_read_one_by_one_as_a_loop_reads_them(kernel):
    layer = kernel.Layer("a", {"x": CANARY, "y": 1}, secret=Bare("x"))
    assert CANARY not in repr(kernel.resolve([layer]))

    def endless():
        while True:
            yield "a..b"

    with pytest.raises(PathError):
        kernel.Layer("a", {}, secret=endless())

    def failing():
        yield "x"
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        kernel.Layer("a", {}, secret=failing())


@pytest.mark.parametrize(
    ("path", "siblings"),
    [("x", ("l", "m")), ("m.x", ("p",)), ("l[0].x", ("q",)), ("l[1].x", ()), ("m.p.x", ())],
)
def test_a_missing_key_keeps_names_and_no_values(kernel, path, siblings):
    data = {"l": [{"q": CANARY}, CANARY], "m": {"p": CANARY}}
    snapshot = kernel.resolve([kernel.Layer("a", data, secret=True)])
    with pytest.raises(MissingKeyError) as caught:
        snapshot[path]
    assert CANARY not in repr((vars(caught.value), BaseException.args.__get__(caught.value)))
    _, *frames = traceback.walk_tb(caught.value.__traceback__)
    assert not [frame for frame, _ in frames if CANARY in repr(frame.f_locals)]
    assert caught.value.siblings == siblings
    assert all(type(name) is str for name in caught.value.siblings)
    alive = weakref.ref(snapshot)
    error = caught.value.with_traceback(None)
    del snapshot, caught, frames
    gc.collect()
    assert alive() is None
    assert error.siblings == siblings


def test_a_key_that_cannot_be_deleted_keeps_names_and_no_values(kernel):
    snapshot = kernel.resolve([kernel.Layer("a", {"m": {"p": CANARY}}, secret=True)])
    with pytest.raises(MissingKeyError) as caught:
        snapshot.delete("m.x")
    assert caught.value.siblings == ("p",)
    assert CANARY not in repr(vars(caught.value))


@pytest.mark.parametrize("encode", [str, str.encode, lambda text: text.encode() + b"\xff"])
@pytest.mark.parametrize(
    ("form", "broken"),
    [
        ("toml", 'a = "{}"\nb = @'),
        ("json", '{{"a": "{}", "b": }}'),
        ("yaml", 'a: "{}"\nb: @'),
        ("env", 'A={}\nB="'),
    ],
)
def test_the_error_of_a_document_keeps_nothing_of_it(kernel, form, broken, encode):
    with pytest.raises(ParseError) as caught:
        kernel.Layer.parse("a", encode(broken.format(CANARY)), form, secret=True)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    _, *frames = traceback.walk_tb(caught.value.__traceback__)
    assert not [frame for frame, _ in frames if CANARY in repr(frame.f_locals)]


def test_whoever_shows_the_locals_of_a_failed_call_meets_no_half_made_layer(kernel):
    for fail in (
        lambda: kernel.Layer("a", {"x": [DELETE]}),
        lambda: kernel.Layer("a", {}, secret=[5]),
        lambda: kernel.Layer.parse("a", "{}", "json", secret=[5]),
    ):
        with pytest.raises(TypeError) as caught:
            fail()
        for frame, _ in traceback.walk_tb(caught.value.__traceback__):
            assert repr(frame.f_locals)
