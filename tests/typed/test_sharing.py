"""The same object for as long as a section is unchanged."""

from __future__ import annotations

import gc
import weakref
from dataclasses import InitVar, dataclass, field
from typing import Annotated, Any

import pytest

from tests.kernel.stack import stack
from tests.typed.places import problems
from veltrix import Dimension, Origin
from veltrix.binding.same import same
from veltrix.errors import ConfigError


@dataclass(frozen=True)
class Server:
    port: int
    rate: float = 1.0
    host: str = field(default="h", compare=False)


@dataclass
class Other:
    port: int = 0


DATA = {"server": {"port": 1, "rate": 2}, "other": {"port": 5}, "more": {f"k{at}": at for at in range(40)}}


@pytest.fixture
def snapshot(kernel):
    chosen = kernel.Layer("eu", {"other": {"port": 6}})
    return stack(kernel, DATA, {"more": {"k1": 7}}, dimensions=[Dimension("region", {"eu": chosen})])


ELSEWHERE = {
    "override": lambda kernel, snapshot: snapshot.override({"other.port": 6}),
    "overlay": lambda kernel, snapshot: snapshot.overlay({"other": {"port": 6}}),
    "overlay over an overlay": lambda kernel, snapshot: snapshot.overlay({"x": 1}).override({"more.k1": 2}),
    "large overlay": lambda kernel, snapshot: snapshot.overlay({"new": {f"n{at}": at for at in range(99)}}),
    "scope": lambda kernel, snapshot: snapshot.scope(region="eu"),
    "set": lambda kernel, snapshot: snapshot.set("other.port", 6, layer="a"),
    "delete": lambda kernel, snapshot: snapshot.delete("more.k1", layer="b"),
    "layer": lambda kernel, snapshot: snapshot.with_layers(kernel.Layer("c", {"other": {"port": 6}})),
    "file": lambda kernel, snapshot: snapshot.with_layers(kernel.Layer("a", DATA | {"other": {"port": 6}})),
    "the same again": lambda kernel, snapshot: stack(kernel, DATA, {"more": {"k1": 7}}),
    "the same value": lambda kernel, snapshot: snapshot.override({"server.port": 1}),
}


@pytest.mark.parametrize("derive", ELSEWHERE.values(), ids=ELSEWHERE)
def test_an_unchanged_section_keeps_its_object(kernel, snapshot, derive):
    server = snapshot.bind(Server, "server")
    derived = derive(kernel, snapshot)
    assert derived.bind(Server, "server") is server
    assert derived["server"].bind(Server) is server
    assert snapshot.bind(Server, ("server",)) is server


def test_what_was_bound_last_is_known_beside_many_others(kernel):
    """As many configurations of one program are, or what a collector has not found yet."""
    others = [stack(kernel, {"server": {"port": at}}) for at in range(40)]
    for at, other in enumerate(others):
        server = other.bind(Server, "server")
        assert server == Server(at)
        assert other.override({"other": at}).bind(Server, "server") is server


def test_what_requests_lie_over_is_known_beside_many_that_bind_for_themselves(kernel, snapshot):
    server = snapshot.bind(Server, "server")
    requests = []
    for at in range(100):
        requests.append(snapshot.override({"server.port": at + 2}))
        assert requests[-1].bind(Server, "server") == Server(at + 2, 2.0)
        if at % 5 == 4:
            requests.append(snapshot.override({"other.port": at}))
            assert requests[-1].bind(Server, "server") is server


def test_a_section_that_is_not_bound_is_not_looked_at(kernel, snapshot):
    server = snapshot.bind(Server, "server")
    broken = snapshot.override({"other.port": "x"})
    assert broken.bind(Server, "server") is server
    with pytest.raises(ConfigError, match="expected int, not str"):
        broken.bind(Other, "other")


TOUCHED = {
    "override": lambda snapshot, value: snapshot.override({"server.port": value}),
    "set": lambda snapshot, value: snapshot.set("server.port", value, layer="a"),
    "overlay": lambda snapshot, value: snapshot.overlay({"server": {"port": value}}),
}


@pytest.mark.parametrize("derive", TOUCHED.values(), ids=TOUCHED)
def test_a_changed_section_is_bound_anew(snapshot, derive):
    server = snapshot.bind(Server, "server")
    changed = derive(snapshot, 2).bind(Server, "server")
    assert (server.port, changed.port) == (1, 2)
    assert derive(snapshot, 2).bind(Server, "server") == changed
    assert snapshot.bind(Server, "server") is server


def test_what_a_model_compares_is_not_what_counts(snapshot):
    server = snapshot.bind(Server, "server")
    named = snapshot.override({"server.host": "other"}).bind(Server, "server")
    assert named == server
    assert (server.host, named.host) == ("h", "other")


def test_values_that_are_equal_and_of_another_type(kernel):
    snapshot = stack(kernel, {"v": {"a": 1}})
    assert repr(snapshot.bind(Any, "v")["a"]) == "1"
    assert repr(snapshot.override({"v.a": True}).bind(Any, "v")["a"]) == "True"
    assert repr(snapshot.override({"v.a": 1.0}).bind(Any, "v")["a"]) == "1.0"


def test_a_value_that_binds_as_before_keeps_the_object(snapshot):
    server = snapshot.bind(Server, "server")
    assert snapshot.override({"server.rate": 2.0}).bind(Server, "server") is server


def test_the_whole_and_its_unions(kernel, snapshot):
    whole = snapshot.bind(dict[str, Any])
    assert snapshot.override({"server.port": 1}).bind(dict[str, Any]) is whole
    assert snapshot.override({"server.port": 2}).bind(dict[str, Any]) is not whole
    assert snapshot.bind(int | str, "server.port") == 1


def test_types_are_told_apart(snapshot):
    server = snapshot.bind(Server, "server")
    assert snapshot.bind(dict[str, float], "server") == {"port": 1.0, "rate": 2.0}
    assert snapshot.bind(Server, "server") is server
    assert type(snapshot.bind(Other, "other")) is Other


def test_a_type_that_has_no_hash(snapshot):
    with pytest.raises(TypeError, match="unhashable"):
        snapshot.bind(Annotated[int, []], "server.port")


def test_nothing_keeps_a_snapshot_or_an_object(kernel):
    snapshot = stack(kernel, {"server": {"port": 123}})
    alive = weakref.ref(snapshot)
    bound = weakref.ref(snapshot.bind(Server, "server"))
    del snapshot
    gc.collect()
    assert alive() is None
    assert bound() is None


def test_requests_do_not_push_out_what_they_lie_over(kernel):
    snapshot = stack(kernel, DATA)  # of its own: a fixture would keep it alive
    server = snapshot.bind(Server, "server")
    held = [snapshot.override({"other.port": at}) for at in range(40)]
    assert all(one.bind(Server, "server") is server for one in held)
    published = snapshot.set("other.port", 9, layer="a")
    assert published.bind(Server, "server") is server
    del snapshot, held
    gc.collect()
    assert published.override({"other.port": 1}).bind(Server, "server") is server


def test_many_sections_of_one_type(kernel):
    data = {f"s{at}": {"port": at} for at in range(600)}
    snapshot = stack(kernel, data)
    first = [snapshot.bind(Other, name) for name in data]
    assert [snapshot.bind(Other, name) for name in data] == first
    assert all(snapshot.bind(Other, name) is one for name, one in zip(data, first, strict=True))


@dataclass
class Given:
    given: InitVar[int]
    kept: int = 1


def test_what_cannot_be_looked_into_is_another_object():
    assert not same(object(), object())
    assert not same(Given(1), Given(2))
    assert same(float("nan"), float("nan"))
    assert not same(0.0, -0.0)
    assert not same([1], [True])
    assert same({"a": (1, {2})}, {"a": (1, {2})})
    assert not same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert not same(frozenset([1]), frozenset([True]))


def test_the_kernel_knows_what_is_shared(kernel, snapshot):
    derived = snapshot.override({"server.port": 2, "fresh.x": 1})
    for path, expected in [
        (("other",), True), (("other", "port"), True), (("server",), False), (("server", "port"), False),
        (("server", "rate"), True), (("fresh",), False), ((), False),
    ]:  # fmt: skip
        assert derived._shares(snapshot, path) is expected, path
    assert snapshot._shares(snapshot, ())
    assert snapshot._shares(snapshot.override({}), ())


def test_a_text_of_a_document_is_not_taken_for_the_same_text_of_a_variable(kernel):
    place = Origin("env", "environment", variable="V")
    variable = kernel.Layer("env", {"v": {"port": "5"}}, origins={("v", "port"): place})
    of_variable = kernel.resolve([kernel.Layer("app", {"v": {"port": 1}}), variable])
    of_document = of_variable.with_layers(kernel.Layer("env", {"v": {"port": "5"}}))
    assert of_variable.bind(dict[str, int], "v") == {"port": 5}
    assert of_variable.bind(Whole).v.port == 5
    for form, path in ((dict[str, int], "v"), (Port, "v"), (Whole, None)):
        assert problems(of_document, form, path) == [("v.port", "expected int, not str", "validation")]
    again = of_document.with_layers(variable)
    assert again.bind(Whole) is of_variable.bind(Whole)
    assert again.bind(Whole).v is again.bind(Port, "v")


@dataclass(frozen=True)
class Port:
    port: int


@dataclass(frozen=True)
class Whole:
    v: Port
