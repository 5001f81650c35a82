"""Reading a snapshot and a view: as a read-only dict whose keys may be paths."""

from __future__ import annotations

import collections
import copy
import json
from collections.abc import ItemsView, KeysView, Mapping, Reversible, ValuesView

import pytest

import veltrix
from tests.kernel.stack import stack
from veltrix.errors import MissingKeyError
from veltrix.types import Name

DATA = {
    "server": {"host": "localhost", "port": 8080, "tags": ["a", "b"]},
    "logging": {"my.module": {"level": 10}, "": 0},
    "empty": {},
    "nothing": None,
    "zero": 0,
}


@pytest.fixture
def snapshot(kernel):
    return stack(kernel, DATA)


@pytest.fixture(params=["snapshot", "view"])
def reader(kernel, request):
    """The same content at the top of a snapshot, and below a name that must be quoted."""
    if request.param == "snapshot":
        return stack(kernel, DATA)
    return stack(kernel, {"x y": {"in": DATA}})['"x y".in']


def test_values_and_views(reader, kernel):
    assert reader["server.port"] == 8080
    assert reader["server"]["tags"] == ("a", "b")
    assert reader["nothing"] is None
    assert type(reader["server"]) is kernel.View
    assert type(reader["empty"]) is kernel.View
    assert reader['logging."my.module".level'] == 10
    assert reader["logging"]['""'] == 0


def test_reading_a_leaf_twice_gives_the_same_object(snapshot):
    for path in ("server.host", "server.tags", 'logging."my.module".level'):
        assert snapshot[path] is snapshot[path]
        assert snapshot.get(path) is snapshot[path]


@pytest.mark.parametrize(
    ("path", "value"), [("nothing", None), ("zero", 0), ("server.port", 8080), ("missing", 7), ("zero.x", 7)]
)
def test_the_default_is_only_for_what_is_missing(reader, path, value):
    assert reader.get(path, 7) == value
    assert reader.get(path, default=7) == value


def test_the_default_is_none(reader):
    assert reader.get("missing") is None


@pytest.mark.parametrize("path", ["server", "server.port", "nothing", 'logging.""', ("server", "tags", 1)])
def test_what_is_there_is_in_it(reader, path):
    assert path in reader


@pytest.mark.parametrize("path", ["x", "server.x", "port", ("server", "tags", 2), "zero.x", ("server", 0)])
def test_what_is_missing_is_not(reader, path):
    assert path not in reader
    with pytest.raises(MissingKeyError):
        reader[path]


def test_it_is_a_mapping(reader):
    assert isinstance(reader, Mapping)
    assert not isinstance(reader, dict)
    assert len(reader) == 5
    assert list(reader) == list(DATA)
    assert list(reversed(reader)) == list(reversed(DATA))
    assert bool(reader)
    assert not reader["empty"]


def test_keys_values_and_items(reader):
    assert isinstance(reader.keys(), KeysView)
    assert isinstance(reader.values(), ValuesView)
    assert isinstance(reader.items(), ItemsView)
    assert list(reader.keys()) == list(DATA)
    assert list(reader.values()) == [reader[name] for name in DATA]
    assert list(reader.items()) == [(name, reader[name]) for name in DATA]
    assert len(reader.items()) == 5
    assert reader.keys() & {"zero", "x"} == {"zero"}
    assert "server.port" in reader.keys()  # noqa: SIM118
    assert ("zero", 0) in reader.items()
    assert ("zero", 1) not in reader.items()


def test_keys_values_and_items_backwards(reader):
    assert list(reversed(reader)) == list(reversed(reader.keys())) == list(reversed(DATA))
    assert list(reversed(reader.values())) == [reader[name] for name in reversed(DATA)]
    assert list(reversed(reader.items())) == [(name, reader[name]) for name in reversed(DATA)]
    assert [type(name) for name in reversed(reader["logging"].keys())] == [Name, Name]
    for view in (reader.keys(), reader.values(), reader.items()):
        assert isinstance(view, Reversible)
        assert repr(view).startswith(f"{type(view).__name__}(<veltrix.")
    assert reader.keys() & {"zero"} == {"zero"}


def test_a_mapping_in_a_list_is_read_backwards_as_well(kernel):
    item = stack(kernel, {"l": [{"a": 1, "b": 2}]})["l"][0]
    assert list(reversed(item)) == list(reversed(item.keys())) == ["b", "a"]
    assert list(reversed(item.values())) == [2, 1]
    assert list(reversed(item.items())) == [("b", 2), ("a", 1)]


def test_a_name_that_a_path_would_quote_is_yielded_as_one(reader):
    names = list(reader["logging"])
    assert names == ["my.module", ""]
    assert [type(name) for name in names] == [Name, Name]
    assert [type(name) for name in reversed(reader["logging"])] == [Name, Name]
    assert {type(name) for name in reader} == {str}
    assert [reader["logging"][name] for name in names] == [{"level": 10}, 0]
    assert dict(reader["logging"]) == {"my.module": {"level": 10}, "": 0}
    assert dict(**reader["logging"]) == dict(reader["logging"])
    assert {**reader["logging"]} == dict(reader["logging"])


def test_unpacking_and_matching(reader):
    def call(*, host, port, tags):
        return host, port, tags

    assert call(**reader["server"]) == ("localhost", 8080, ("a", "b"))
    match reader:
        case {"server": {"port": int(port), **rest}, "logging": {}}:
            assert port == 8080
            assert rest == {"host": "localhost", "tags": ("a", "b")}
        case _:
            pytest.fail("no match")
    match reader["server"]:
        case {"missing": _}:
            pytest.fail("matched")
        case {"tags": [first, *_]}:
            assert first == "a"


def test_it_equals_any_mapping_of_the_same_content(kernel, reader):
    other = stack(kernel, dict(reversed(DATA.items())))
    assert reader == other
    assert other == reader
    assert reader == stack(kernel, {"a": DATA})["a"]
    server = {"port": 8080, "host": "localhost", "tags": ("a", "b")}
    assert reader["server"] == server
    assert server == reader["server"]
    assert reader["server"] == collections.ChainMap({"port": 8080}, server)
    assert reader["server"] == veltrix.FrozenMapping(server)
    assert veltrix.FrozenMapping(server) == reader["server"]
    assert reader["empty"] == {}


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"port": 8080, "host": "localhost"},
        {"port": 8080, "host": "localhost", "tags": ["a", "b"]},
        {"port": 8080, "host": "localhost", "other": ("a", "b")},
        {"port": 8081, "host": "localhost", "tags": ("a", "b")},
        [("port", 8080)],
        None,
        "server",
    ],
)
def test_it_differs_from_anything_else(reader, other):
    assert reader["server"] != other
    assert other != reader["server"]


def test_equality_is_that_of_python(kernel):
    assert stack(kernel, {"x": 1}) == {"x": True} == stack(kernel, {"x": 1.0})
    nan, other = float("nan"), float("nan")
    # Each is an object of its own, except on PyPy, where floats of the same bits are one.
    assert (stack(kernel, {"x": nan}) == {"x": nan}) is ({"x": other} == {"x": nan}) is (other is nan)
    assert stack(kernel, {"a.b": 1}) != {"a": {"b": 1}}
    assert stack(kernel, {"a.b": 1}) == {"a.b": 1}


def test_it_cannot_be_hashed(reader):
    with pytest.raises(TypeError) as caught:
        hash(reader)
    assert str(caught.value) == f"unhashable type: '{type(reader).__name__}'"


def test_flatten(kernel, snapshot):
    flat = snapshot.flatten()
    assert list(flat.items()) == [
        ("server.host", "localhost"),
        ("server.port", 8080),
        ("server.tags", ("a", "b")),
        ('logging."my.module".level', 10),
        ('logging.""', 0),
        ("empty", {}),
        ("nothing", None),
        ("zero", 0),
    ]
    assert type(flat) is dict
    assert type(flat["empty"]) is kernel.View
    assert all(snapshot[path] == value for path, value in flat.items())
    assert {type(path) for path in flat} == {str}


def test_a_view_flattens_beneath_itself(reader):
    assert reader["logging"].flatten() == {'"my.module".level': 10, '""': 0}
    assert reader["empty"].flatten() == {}
    assert reader.flatten()["server.port"] == 8080


def test_to_dict(reader):
    copied = reader.to_dict()
    assert copied == DATA
    assert type(copied["server"]) is dict
    assert {type(name) for name in copied["logging"]} == {str}
    assert json.loads(json.dumps(copied)) == DATA


def test_copies_are_the_thing_itself(reader):
    assert copy.copy(reader) is reader
    assert copy.deepcopy(reader) is reader


def test_a_missing_key_says_where_and_what_was_perhaps_meant(snapshot):
    with pytest.raises(MissingKeyError) as caught:
        snapshot["server.prot.x"]
    error = caught.value
    assert (error.path, error.prefix, error.key) == ("server.prot.x", "server", "prot")
    assert error.siblings == ("host", "port", "tags")
    assert str(error) == "no key 'prot' in 'server' (did you mean 'port'?)"
    assert isinstance(error, KeyError)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Server", "no key 'Server' at the top level (did you mean 'server'?)"),
        ("completely.different", "no key 'completely' at the top level"),
        ("server.tags[5]", "no item 5 in 'server.tags'"),
        ("server.tags.x", "no key 'x' in 'server.tags'"),
        ("server.port.x", "no key 'x' in 'server.port'"),
        ("server[0]", "no item 0 in 'server'"),
        ('logging."my.modul"', "no key 'my.modul' in 'logging' (did you mean 'my.module'?)"),
        ('logging."my.module".x', "no key 'x' in 'logging.\"my.module\"'"),
        (("x\ny",), r"no key 'x\ny' at the top level"),
    ],
)
def test_the_text_of_a_missing_key(snapshot, path, text):
    with pytest.raises(MissingKeyError) as caught:
        snapshot[path]
    assert str(caught.value) == text


def test_a_view_names_the_whole_path(snapshot):
    with pytest.raises(MissingKeyError) as caught:
        snapshot["logging"]['"my.module".x']
    assert caught.value.path == 'logging."my.module".x'
    assert caught.value.prefix == 'logging."my.module"'
    with pytest.raises(MissingKeyError) as caught:
        snapshot["server"]["hots"]
    assert str(caught.value) == "no key 'hots' in 'server' (did you mean 'host'?)"


def test_looking_for_the_nearest_key_is_bounded(kernel):
    names = [f"key{number}" for number in range(3_000)]
    with pytest.raises(MissingKeyError) as caught:
        stack(kernel, dict.fromkeys(names))["kex1"]
    assert caught.value.siblings == tuple(names[:1_000])
    assert caught.value.nearest == "key1"


def test_names_of_layers_generation_and_digest(kernel):
    snapshot = stack(kernel, {"x": {"y": 1}}, {})
    assert snapshot.layer_names == snapshot["x"].layer_names == ("a", "b")
    assert snapshot.generation == snapshot["x"].generation == 1
    assert snapshot["x"].digest == stack(kernel, {"y": 1}).digest


def test_there_is_no_attribute_access(reader):
    for name in ("server", "zero", "nothing"):
        assert not hasattr(reader, name)


def test_a_key_handle(kernel, snapshot):
    key = snapshot["server"].key("port")
    assert type(key) is kernel.Key
    assert key.value == 8080
    assert key.path == "server.port"
    assert repr(key) == "<veltrix.Key 'server.port'>"
    assert snapshot.key(("logging", "my.module")).path == 'logging."my.module"'
    assert snapshot.key("server.tags[1]").value == "b"
    with pytest.raises(MissingKeyError):
        snapshot.key("missing")
    with pytest.raises(TypeError):
        copy.copy(key)


@pytest.mark.parametrize("name", ["Layer", "Snapshot", "View", "Key"])
def test_the_classes_are_final_and_belong_to_the_package(kernel, name):
    kind = getattr(kernel, name)
    assert kind.__module__ == "veltrix"
    assert kind.__qualname__ == name
    with pytest.raises(TypeError) as caught:
        type("Sub", (kind,), {})
    assert str(caught.value) == f"type '{name}' is not an acceptable base type"


@pytest.mark.parametrize("name", ["Snapshot", "View", "Key"])
def test_a_snapshot_is_made_by_resolve_only(kernel, name):
    with pytest.raises(TypeError):
        getattr(kernel, name)()


def test_the_mapping_outlives_everything_derived_from_it(snapshot):
    items = iter(snapshot.items())
    next(items)
    changed = snapshot.set("server.port", 1).with_layers(without=["a"])
    assert changed.to_dict() == {}
    assert [name for name, _ in items] == ["logging", "empty", "nothing", "zero"]
    assert snapshot["server.port"] == 8080
