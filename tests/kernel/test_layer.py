"""Layers from data and from documents; the formats have tests of their own."""

from __future__ import annotations

import inspect

import pytest

from tests.kernel.stack import nested
from veltrix import Origin
from veltrix.errors import LimitError, ParseError


def test_a_layer(kernel):
    layer = kernel.Layer("defaults", {"x": 1})
    assert layer.name == "defaults"
    assert repr(layer) == "<veltrix.Layer 'defaults'>"
    with pytest.raises(AttributeError):
        layer.name = "other"


def test_a_document(kernel):
    text = '{"m": {"x": {"$append": [1]}, "y": {"$$delete": 1}}, "l": {"$replace": [2]}}'
    for content in (text, text.encode(), bytearray(text.encode()), memoryview(text.encode())):
        layer = kernel.Layer.parse("app", content, "json", file="app.json")
        snapshot = kernel.resolve([kernel.Layer("a", {"m": {"x": [0]}, "l": {}}), layer])
        assert snapshot.to_dict() == {"m": {"x": [0, 1], "y": {"$delete": 1}}, "l": [2]}
        origin = snapshot.explain("l").origin
        assert (origin.layer, origin.source, origin.file) == ("app", "file", "app.json")


def test_a_document_without_a_file(kernel):
    layer = kernel.Layer.parse("app", '{"x": 1}', "json")
    assert kernel.resolve([layer]).explain("x").origin.file is None


def test_a_secret_document(kernel):
    layer = kernel.Layer.parse("app", '{"x": 1}', "json", secret=["x"])
    assert kernel.resolve([layer]).explain("x").value == "<secret>"
    layer = kernel.Layer.parse("app", '{"x": 1}', "json", secret=True)
    assert kernel.resolve([layer]).explain("x").secret


def test_an_error_names_the_file(kernel):
    with pytest.raises(ParseError) as caught:
        kernel.Layer.parse("app", "{", "json", file="app.json")
    assert caught.value.file == "app.json"
    assert str(caught.value).startswith("app.json")
    with pytest.raises(ParseError) as caught:
        kernel.Layer.parse("app", "{", "json")
    assert caught.value.file is None


def test_the_limits_of_a_document_name_the_file(kernel):
    text = '{"k":' * 65 + "1" + "}" * 65
    with pytest.raises(LimitError) as caught:
        kernel.Layer.parse("app", text, "json", file="app.json")
    assert caught.value.file == "app.json"
    assert caught.value.reason == "deeper than 64 levels"
    assert kernel.Layer.parse("app", '{"k":' * 64 + "1" + "}" * 64, "json").name == "app"
    assert kernel.Layer("app", nested(64)).name == "app"


def test_text_with_a_lone_surrogate_is_no_document(kernel):
    with pytest.raises(ParseError):
        kernel.Layer.parse("app", '{"x": "\ud800"}', "json")


@pytest.mark.parametrize("name", [None, 1, b"x", ()])
def test_a_name_is_a_str(kernel, name):
    for use in (
        lambda: kernel.Layer(name, {}),
        lambda: kernel.Layer.parse(name, "{}", "json"),
        lambda: kernel.resolve([]).overlay({}, name),
    ):
        with pytest.raises(TypeError) as caught:
            use()
        assert str(caught.value) == f"a layer's name is a str, not {type(name).__name__}"


def test_a_source_is_a_str(kernel):
    with pytest.raises(TypeError) as caught:
        kernel.Layer("x", {}, source=1)
    assert str(caught.value) == "a layer's source is a str, not int"


@pytest.mark.parametrize("text", [None, 1, ["x"], {}])
def test_a_document_is_bytes_or_str(kernel, text):
    with pytest.raises(TypeError) as caught:
        kernel.Layer.parse("x", text, "json")
    assert str(caught.value) == f"a document is bytes or str, not {type(text).__name__}"


@pytest.mark.parametrize("form", ["ini", "", "JSON", None, 1])
def test_a_format_is_one_of_four(kernel, form):
    with pytest.raises(ValueError, match="a format is") as caught:
        kernel.Layer.parse("x", "{}", form)
    assert str(caught.value) == f"a format is 'toml', 'json', 'yaml' or 'env', not {form!r}"


def test_origins_reach_into_operators(kernel):
    from veltrix import replace

    place = Origin("x", "file", "f", 1, 2)
    layer = kernel.Layer("x", {"m": replace({"y": 1}), "z": 1}, origins={("m",): place, ("m", "y"): place})
    snapshot = kernel.resolve([layer])
    assert snapshot.explain("m").origin == snapshot.explain("m.y").origin == place
    assert snapshot.explain("z").origin == Origin("x", "mapping")


CALLS = {
    "Layer": "(name, data, *, source='mapping', origins=None, secret=False)",
    "Layer.parse": "(name, text, format, *, file=None, secret=False)",
    "resolve": "(layers, *, conflicts='error', dimensions=(), generation=1, max_scopes=16384,"
    " max_scope_bytes=67108864)",
    "diff": "(old, new)",
    "parse_path": "(path)",
    "format_path": "(path)",
    "Snapshot.get": "(self, path, default=None)",
    "Snapshot.key": "(self, path, type=None, *, default=Ellipsis)",
    "Snapshot.explain": "(self, path)",
    "Snapshot.overlay": "(self, data, name='overlay')",
    "Snapshot.set": "(self, path, value, *, layer=None)",
    "Snapshot.delete": "(self, path, *, layer=None)",
    "Snapshot.with_layers": "(self, *layers, without=(), dimensions=None, generation=None)",
    "Snapshot.scope": "(self, choices=None, **more)",
    "Snapshot.scope_cache_info": "(self)",
    "View.get": "(self, path, default=None)",
}


@pytest.mark.parametrize(("name", "expected"), CALLS.items(), ids=CALLS)
def test_a_call_has_this_signature(kernel, name, expected):
    thing = kernel
    for part in name.split("."):
        thing = getattr(thing, part)
    parameters = inspect.signature(thing).parameters.values()
    plain = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    assert str(inspect.Signature(plain)).replace(", /", "").replace("$", "") == expected


def test_both_have_the_same_public_names(kernel):
    import veltrix._pure as pure

    assert set(pure.__all__) <= {name for name in dir(kernel) if not name.startswith("_")}
    for name in ("Layer", "Snapshot", "View", "Key"):
        ours, theirs = (
            {entry for entry in dir(getattr(module, name)) if not entry.startswith("_")}
            for module in (pure, kernel)
        )
        assert ours == theirs


@pytest.mark.parametrize("base", [bytes, bytearray])
def test_a_document_is_the_bytes_that_it_holds(kernel, base):
    def loud(*_):
        raise AssertionError("the bytes are taken, not asked for")

    names = ("__bytes__", "__buffer__", "__len__", "__iter__", "__getitem__", "decode")
    text = type("Own", (base,), dict.fromkeys(names, loud))(b'{"x": 1}')
    assert kernel.resolve([kernel.Layer.parse("app", text, "json")]) == {"x": 1}


def test_a_layer_stays_what_it_was_made(kernel):
    layer = kernel.Layer("a", {"x": 1})
    layer.__init__("b", {"x": 2})
    layer.__init__(1, 2, 3, four=4)
    assert layer.name == "a"
    assert kernel.resolve([layer]) == {"x": 1}
    made = kernel.Layer.__new__(kernel.Layer, "c", {"x": 3})
    assert (type(made), made.name) == (kernel.Layer, "c")
    for make in (kernel.Layer, lambda: kernel.Layer.__new__(kernel.Layer)):
        with pytest.raises(TypeError) as caught:
            make()
        text = "Layer.__new__() missing 2 required positional arguments: 'name' and 'data'"
        assert str(caught.value) == text
