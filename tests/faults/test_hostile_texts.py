"""A text argument of a class of one's own is its text: its methods can do no harm, but for `repr`."""

from __future__ import annotations

import pytest

from veltrix import Dimension, Origin


class LoudError(Exception):
    """Raised by a method of a text."""


def loud(*_):
    raise LoudError


def yes(*_):
    return True


def another(*_):
    return b'{"a": "another"}'


NAMES = (
    "__hash__",
    "__eq__",
    "__ne__",
    "__str__",
    "__len__",
    "__contains__",
    "isascii",
    "__bool__",
)
HOSTILE = {
    "loud": type("Hostile", (str,), dict.fromkeys((*NAMES, "encode"), loud)),
    "equal to all": type(
        "Hostile", (str,), {"__eq__": yes, "__ne__": loud, "__hash__": lambda self: hash("low")}
    ),
    "encoded as another": type("Hostile", (str,), {"encode": another, "__str__": lambda self: "low"}),
}
CALLS = {
    "name": lambda kernel, snapshot, text: kernel.Layer(text("low"), {"x": 1}).name,
    "source": lambda kernel, snapshot, text: (
        kernel.resolve([kernel.Layer("x", {"a": 1}, source=text("own"))]).explain("a").origin
    ),
    "origin's file": lambda kernel, snapshot, text: (
        kernel.resolve([kernel.Layer("x", {"a": 1}, origins={("a",): Origin("x", "file", text("f"))})])
        .explain("a")
        .origin
    ),
    "parsed name": lambda kernel, snapshot, text: kernel.Layer.parse(text("low"), "{}", "json").name,
    "document": lambda kernel, snapshot, text: kernel.resolve(
        [kernel.Layer.parse("x", text('{"a": 1}'), "json")]
    ).to_dict(),
    "format": lambda kernel, snapshot, text: kernel.Layer.parse("x", '{"a": 1}', text("json")).name,
    "no format": lambda kernel, snapshot, text: kernel.Layer.parse("x", '{"a": 1}', text("JSON")),
    "file": lambda kernel, snapshot, text: (
        kernel.resolve([kernel.Layer.parse("x", '{"a": 1}', "json", file=text("f"))]).explain("a").origin.file
    ),
    "secret": lambda kernel, snapshot, text: kernel.Layer("x", {}, secret=text("a")),
    "secret path": lambda kernel, snapshot, text: repr(
        kernel.resolve([kernel.Layer("x", {"a": "hidden"}, secret=[text("a")])])
    ),
    "conflicts": lambda kernel, snapshot, text: (
        snapshot.layer_names,
        kernel.resolve(
            [kernel.Layer("x", {"a": 1}), kernel.Layer("y", {"a": {"b": 1}})], conflicts=text("replace")
        ).to_dict(),
    ),
    "no conflicts": lambda kernel, snapshot, text: kernel.resolve([], conflicts=text("other")),
    "set": lambda kernel, snapshot, text: snapshot.set("a", 3, layer=text("low")).explain("a").definitions,
    "no set": lambda kernel, snapshot, text: snapshot.set("a", 3, layer=text("LOW")),
    "delete": lambda kernel, snapshot, text: snapshot.delete("a", layer=text("low")).explain("a").definitions,
    "no delete": lambda kernel, snapshot, text: snapshot.delete("a", layer=text("LOW")),
    "without": lambda kernel, snapshot, text: snapshot.with_layers(without=[text("low")]).layer_names,
    "no layer": lambda kernel, snapshot, text: snapshot.with_layers(without=[text("LOW")]).layer_names,
    "overlay": lambda kernel, snapshot, text: snapshot.overlay({"a": 1}, text("low")).layer_names,
}


def outcome(call, *arguments):
    """What a call gives, or the class and text of what it raises, but for the argument's class."""
    try:
        return repr(call(*arguments))
    except (TypeError, ValueError) as error:
        return type(error), str(error).replace("Hostile", "str")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_text_is_taken_as_it_is_written(kernel, kind, call):
    layers = [kernel.Layer("low", {"a": 1}), kernel.Layer("top", {"a": 2})]
    dimension = Dimension("d", {"low": kernel.Layer("one", {"a": 9})})
    snapshot = kernel.resolve(layers, dimensions=[dimension])
    expected = outcome(CALLS[call], kernel, snapshot, str)
    assert outcome(CALLS[call], kernel, snapshot, HOSTILE[kind]) == expected
