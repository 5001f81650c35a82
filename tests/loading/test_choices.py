"""The choices of dimensions: each is tried over all else before it counts, and a bad one is refused."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Annotated

import pytest

import veltrix
from tests.loading.conftest import write
from veltrix.binding.schema import Schema
from veltrix.errors import ConfigError, ConflictError


@dataclass(frozen=True)
class Server:
    port: int
    host: str = "h"


@dataclass(frozen=True)
class Settings:
    server: Server
    other: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Ordered:
    low: int
    high: int

    def __post_init__(self):
        if self.low > self.high:
            raise ValueError("low is above high")


@dataclass(frozen=True)
class Secretive:
    password: Annotated[int, veltrix.SECRET]


BASE = {"server": {"port": 1}, "other": {"a": 1}}
GOOD = {"server": {"port": 2}}
OF_THE_LAYER = "(layer 'tenant:acme')"
WITH_IT = "with tenant='acme'"
MISFITS = [
    ({"server": {"port": "many"}}, f"server.port: expected int, not str {OF_THE_LAYER}"),
    ({"server": {"prot": 3}}, f"server.prot: unknown key (did you mean 'port'?) {OF_THE_LAYER}"),
    ({"servr": {"port": 1}}, f"servr: unknown key (did you mean 'server'?) {OF_THE_LAYER}"),
    ({"other": {"a.b": "x"}}, f'other."a.b": expected int, not str {OF_THE_LAYER}'),
    ({"x.y": 1}, f'"x.y": unknown key {OF_THE_LAYER}'),
    ({"server": {"port": veltrix.DELETE}}, f"server.port: missing, and Server requires it {OF_THE_LAYER}"),
    ({"server": veltrix.DELETE}, f"server: missing, and Settings requires it, {WITH_IT}"),
]


def tenants(**choices):
    return {"tenant": choices}


def problems(load, *sources, **options):
    """The texts of what is wrong."""
    with pytest.raises(ConfigError) as caught:
        load(*sources, **options)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("load", [veltrix.load, veltrix.Config])
@pytest.mark.parametrize(("data", "said"), MISFITS)
def test_a_choice_that_does_not_fit_the_schema_is_not_loaded(load, data, said):
    dimensions = tenants(other=GOOD, acme=data)
    assert problems(load, BASE, dimensions=dimensions, schema=Settings) == [said]


def test_a_conflict_of_a_choice_is_found_without_a_schema():
    with pytest.raises(ConfigError) as caught:
        veltrix.load(BASE, dimensions=tenants(acme={"server": 5}))
    assert [type(problem) for problem in caught.value.problems] == [ConflictError]
    replaced = veltrix.load(BASE, dimensions=tenants(acme={"server": 5}), conflicts="replace")
    assert replaced.scope(tenant="acme")["server"] == 5


def test_every_problem_of_the_base_and_of_every_choice_is_said_once():
    base = {"server": {"port": "x"}}
    dimensions = tenants(acme={"other": {"a": "y"}}, bad={"servr": 1})
    assert problems(veltrix.load, base, dimensions=dimensions, schema=Settings) == [
        "server.port: expected int, not str (layer 'values')",
        f"other.a: expected int, not str {OF_THE_LAYER}",
        "servr: unknown key (did you mean 'server'?) (layer 'tenant:bad')",
    ]


def test_a_model_judges_what_a_choice_makes_of_the_whole():
    said = problems(veltrix.load, {"low": 1, "high": 5}, dimensions=tenants(acme={"low": 9}), schema=Ordered)
    assert said == [f"refused by Ordered: low is above high, {WITH_IT}"]


def test_what_is_wrong_with_a_choice_tells_no_secret():
    dimensions = tenants(acme={"password": "hunter2"})
    (said,) = problems(veltrix.load, {"password": 1}, dimensions=dimensions, schema=Secretive)
    assert said.startswith("password: expected int")
    assert "hunter2" not in said


def test_each_name_of_several_is_tried_and_combinations_are_not():
    flags = {"a": veltrix.Layer("a", {"low": 4}), "b": veltrix.Layer("b", {"high": 3})}
    snapshot = veltrix.load({"low": 1, "high": 5}, dimensions=several(flags), schema=Ordered)
    with pytest.raises(ConfigError, match="low is above high"):
        _ = snapshot.scope(flags=["a", "b"]).settings
    flags["c"] = veltrix.Layer("c", {"high": "x"})
    said = problems(veltrix.load, {"low": 1, "high": 5}, dimensions=several(flags), schema=Ordered)
    assert said == ["high: expected int, not str (layer 'c')"]


def several(flags):
    return [veltrix.Dimension("flags", flags, many=True)]


def test_a_dimension_of_a_class_of_its_own_is_left_to_whoever_asks():
    class Own(veltrix.Dimension):
        def choose(self, choice):
            raise AssertionError("nobody asked")

    bad = {"acme": veltrix.Layer("acme", {"server": {"port": "x"}})}
    assert veltrix.load(BASE, dimensions=[Own("tenant", bad)], schema=Settings)["server.port"] == 1


def test_unknown_keys_of_choices_are_warned_of_where_settings_are_asked_for():
    dimensions = tenants(acme={"more": 1})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        snapshot = veltrix.load(BASE, dimensions=dimensions, schema=Settings, extra="warn")
        assert caught == []
        _ = snapshot.scope(tenant="acme").settings
    assert [str(one.message) for one in caught] == [f"more: unknown key {OF_THE_LAYER}"]


def test_without_dimensions_a_change_is_not_compared_once_more(monkeypatch):
    write("base.json", BASE)
    config = veltrix.Config("base.json", schema=Settings)
    monkeypatch.setattr("veltrix.loading.fitting.diff", None)
    write("base.json", {"server": {"port": 3}, "other": {"a": 1}})
    assert config.reload() is not None


def test_no_scope_is_kept_of_the_trial():
    snapshot = veltrix.load(BASE, dimensions=tenants(acme=GOOD), schema=Settings)
    assert snapshot.scope_cache_info()[:3] == (0, 0, 0)


@pytest.mark.parametrize("data", [{"server": {"port": "many"}}, {"server": 5}, {"servr": {"port": 1}}])
def test_a_reload_with_a_bad_choice_is_refused_and_told(data):
    write("acme.json", GOOD)
    config = veltrix.Config(BASE, dimensions=tenants(acme="acme.json"), schema=Settings)
    write("acme.json", data)
    with pytest.raises(ConfigError, match=r"acme\.json"):
        config.reload()
    assert config.status().stale
    with config.pin(scope={"tenant": "acme"}):
        assert config.settings.server == Server(2)
    write("acme.json", {"server": {"port": 3}})
    assert config.reload() is not None
    assert not config.status().stale


def test_a_change_below_a_choice_that_does_not_fit_with_it_is_refused():
    write("base.json", {"low": 1, "high": 5, "apart": 1})
    dimensions = tenants(acme={"low": 4}, other={"high": 9})
    config = veltrix.Config("base.json", dimensions=dimensions)
    write("base.json", {"low": {"a": 1}, "high": 5, "apart": 1})
    with pytest.raises(ConfigError, match="int in layer 'tenant:acme' over mapping in base"):
        config.reload()
    assert config["low"] == 1


def test_only_what_a_change_touches_is_tried_again(monkeypatch):
    write("base.json", BASE)
    write("acme.json", GOOD)
    dimensions = tenants(acme="acme.json", second={"other": {"b": 2}}, third={"server": {"host": "x"}})
    config = veltrix.Config("base.json", dimensions=dimensions, schema=Settings)
    tried = []
    before = Schema.problems_at

    def noted(self, snapshot, keys):
        tried.append((snapshot.layer_names[-1], sorted(keys)))
        return before(self, snapshot, keys)

    monkeypatch.setattr(Schema, "problems_at", noted)
    write("base.json", {**BASE, "other": {"a": 7}})
    config.reload()
    assert tried == [("tenant:second", ["other"])]
    tried.clear()
    write("acme.json", {"server": {"port": 5}})
    config.reload()
    assert tried == [("acme.json", ["server"])]
