"""`schema=`: what does not fit is not loaded, and what is derived has settings too."""

from __future__ import annotations

import gc
import pickle
import warnings
import weakref
from dataclasses import dataclass, field
from typing import Annotated

import pytest

import veltrix
from tests.kernel.stack import stack
from veltrix.binding.schema import Schema
from veltrix.errors import ConfigError, ConfigWarning
from veltrix.loading.fitting import Fitting

DATA = {"server": {"port": 1}, "debug": True}


@dataclass(frozen=True)
class Server:
    port: int
    host: str = "h"


@dataclass(frozen=True)
class Settings:
    server: Server
    debug: bool = False
    tags: list[str] = field(default_factory=list)


def declared(kernel, *data, extra="forbid", check_layers=False, **options):
    """A snapshot of layers with the schema."""
    snapshot, schema = stack(kernel, *data, **options), Schema(Settings, extra, check_layers)
    problems = schema.problems(snapshot)
    if problems:
        raise ConfigError(problems)
    snapshot._declare(schema)
    return snapshot


def test_settings_are_the_whole(kernel):
    snapshot = declared(kernel, DATA)
    assert snapshot.settings == Settings(Server(1), True)
    assert snapshot.settings is snapshot.bind(Settings)


def test_without_a_schema_there_are_none(kernel):
    snapshot = stack(kernel, DATA)
    assert not hasattr(snapshot, "settings")
    with pytest.raises(
        AttributeError, match="a snapshot without a schema has no settings: load it with schema="
    ):
        _ = snapshot.settings
    assert not hasattr(snapshot["server"], "settings")


DERIVED = {
    "overlay": lambda kernel, one: one.overlay({"server": {"port": 2}}),
    "override": lambda kernel, one: one.override({"server.port": 2}),
    "set": lambda kernel, one: one.set("server.port", 2),
    "scope": lambda kernel, one: one.scope(region="eu"),
    "with_layers": lambda kernel, one: one.with_layers(kernel.Layer("b", {"server": {"port": 2}})),
    "dimensions": lambda kernel, one: one.with_layers(
        kernel.Layer("b", {"server": {"port": 2}}), dimensions=[veltrix.Dimension("other", {})]
    ),
    "twice": lambda kernel, one: one.set("server.port", 3).override({"server.port": 2}),
}


@pytest.mark.parametrize("derive", DERIVED.values(), ids=DERIVED)
def test_what_is_derived_has_the_schema(kernel, derive):
    chosen = kernel.Layer("eu", {"server": {"port": 2}})
    snapshot = declared(kernel, DATA, dimensions=[veltrix.Dimension("region", {"eu": chosen})])
    settings = snapshot.settings
    derived = derive(kernel, snapshot)
    assert derived.settings.server == Server(2)
    assert snapshot.settings is settings


def test_the_settings_of_what_is_published_and_pinned(kernel):
    snapshot = declared(kernel, DATA)
    current = kernel.Current()
    assert not hasattr(current, "settings")
    current._swap(snapshot)
    assert current.settings is snapshot.settings
    request = snapshot.override({"server.port": 2})
    pin = current._pin(request)
    assert current.settings is current.settings is request.settings
    renewed = current._pin(request, lambda held: held.override({"server.port": 3}))
    assert (current.settings.server.port, snapshot.settings.server.port) == (3, 1)
    renewed.end()
    assert current.settings is request.settings
    pin.end()
    current._swap(snapshot.set("debug", False))
    assert current.settings == Settings(Server(1), False)
    pin = current._pin(snapshot.override({"server.port": "x"}))
    with pytest.raises(ConfigError, match="expected int, not str"):
        _ = current.settings
    pin.end()
    current._swap(stack(kernel, DATA))
    with pytest.raises(AttributeError, match="a snapshot without a schema has no settings"):
        _ = current.settings


def test_settings_that_lead_to_their_snapshot_go_with_it(kernel):
    snapshot = declared(kernel, DATA)
    current = kernel.Current()
    current._swap(snapshot)
    current.settings.tags.append(snapshot)
    assert current.settings is snapshot.settings is current.settings
    alive = weakref.ref(snapshot)
    del snapshot, current
    gc.collect()
    assert alive() is None


def test_the_schema_is_that_of_what_a_snapshot_is_derived_from(kernel):
    snapshot = declared(kernel, DATA)
    request = snapshot.overlay({"server": {"port": 2}})
    assert snapshot._schema is not None
    assert request._schema is snapshot.with_layers(generation=7)._schema is snapshot._schema
    assert stack(kernel, DATA)._schema is None


def test_a_request_that_does_not_fit_fails_where_it_reads_settings(kernel):
    request = declared(kernel, DATA).override({"server.port": "x"})
    assert request["server.port"] == "x"
    with pytest.raises(ConfigError, match="expected int, not str"):
        _ = request.settings


def test_a_pickle_has_no_schema(kernel):
    assert not hasattr(pickle.loads(pickle.dumps(declared(kernel, DATA))), "settings")


def test_every_problem_of_every_layer(kernel):
    lower = {"server": {"port": "x", "prot": 1}, "debug": 5}
    upper = {"server": {"port": 1, "prot": 2}}
    with pytest.raises(ConfigError) as caught:
        declared(kernel, lower, upper)
    assert [str(one) for one in caught.value.problems] == [
        "server.prot: unknown key (did you mean 'port'?) (layer 'b')",
        "debug: expected bool, not int (layer 'a')",
    ]
    with pytest.raises(ConfigError) as caught:
        declared(kernel, lower, upper, check_layers=True)
    assert [str(one) for one in caught.value.problems] == [
        "server.prot: unknown key (did you mean 'port'?) (layer 'b')",
        "debug: expected bool, not int (layer 'a')",
        "server.port: expected int, not str (layer 'a')",
        "server.prot: unknown key (did you mean 'port'?) (layer 'a')",
    ]
    declared(kernel, {"debug": True}, DATA, check_layers=True)


def test_the_first_hundred_unknown_keys_get_a_suggestion(kernel):
    with pytest.raises(ConfigError) as caught:
        declared(kernel, {f"debug{number}": True for number in range(300)})
    suggested = ["did you mean 'debug'?" in str(one) for one in caught.value.problems]
    assert suggested.count(True) == 100
    assert not any(suggested[101:])


def test_so_do_those_that_a_library_refuses(kernel):
    pydantic = pytest.importorskip("pydantic")

    class Model(pydantic.BaseModel, extra="forbid"):
        debug: bool = False

    snapshot = kernel.resolve([kernel.Layer("a", {f"debug{number}": True for number in range(300)})])
    with pytest.raises(ConfigError) as caught:
        snapshot.bind(Model)
    assert sum("did you mean 'debug'?" in str(one) for one in caught.value.problems) == 100


def test_no_layer_alone_tells_a_secret(kernel):
    @dataclass
    class Loud:
        password: Annotated[str, "whatever"] = ""

        def __post_init__(self):
            raise ValueError(self.password)

    lower = kernel.Layer("a", {"password": "hunter2"})
    snapshot = kernel.resolve([lower, kernel.Layer("b", {}, secret=["password"])])
    with pytest.raises(ConfigError) as caught:
        Fitting(Schema(Loud, "forbid", True)).judge(snapshot)
    assert "hunter2" not in str(caught.value)


def test_extra_keys(kernel):
    extra = DATA | {"other": {"a": 1}}
    with pytest.raises(ConfigError, match="other: unknown key"):
        declared(kernel, extra)
    assert declared(kernel, extra, extra="ignore").settings.debug
    with pytest.warns(ConfigWarning, match=r"other: unknown key \(layer 'a'\)"):
        snapshot = declared(kernel, extra, extra="warn")
    assert snapshot.settings.debug
    with pytest.raises(ValueError, match="extra is 'forbid', 'ignore' or 'warn', not 'drop'"):
        Schema(Settings, "drop", False)


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.toml").write_text("debug = true\n[server]\nport = 8080\n")
    return tmp_path


@pytest.mark.chosen
def test_a_load_with_a_schema(files, monkeypatch):
    monkeypatch.setenv("APP_TAGS", "a,b")
    snapshot = veltrix.load("app.toml", veltrix.Env("APP"), schema=Settings)
    assert snapshot.settings == Settings(Server(8080), True, ["a", "b"])
    monkeypatch.setenv("APP_SERVER__PROT", "1")
    with pytest.raises(ConfigError) as caught:
        veltrix.load("app.toml", veltrix.Env("APP"), schema=Settings)
    assert str(caught.value) == (
        "server.prot: unknown key (did you mean 'port'?) (variable APP_SERVER__PROT)"
    )
    assert veltrix.load("app.toml", veltrix.Env("APP"), schema=Settings, extra="ignore").settings.debug
    with pytest.raises(TypeError, match="nothing in a configuration can be read as complex"):
        veltrix.load("no such file.toml", schema=complex)


@pytest.mark.chosen
def test_a_live_configuration_with_a_schema(files):
    config = veltrix.Config("app.toml", schema=Settings)
    before = config.settings
    assert before.server.port == config.bind(int, "server.port") == 8080
    port = config.key("server.port", int)
    server = config.key("server", Server)
    (files / "app.toml").write_text("[server]\nport = 1\n")
    config.reload()
    assert (config.settings.server.port, port.value, server.value) == (1, 1, Server(1))
    (files / "app.toml").write_text("[server]\nport = 'x'\nother = 1\n")
    with pytest.raises(ConfigError) as caught:
        config.reload()
    assert [one.path for one in caught.value.problems] == ["server.port", "server.other"]
    assert (config.settings.server.port, port.value, config.generation) == (1, 1, 2)
    with config.pin(override={"server.port": 5}) as snapshot:
        assert (config.settings.server.port, snapshot.settings.server.port, port.value) == (5, 5, 1)
    (files / "app.toml").write_text("# moved\n[server]\nport = 1\n")
    config.reload()
    assert config.settings.server.port == 1
    config.rollback(1)
    assert config.settings is before


@pytest.mark.chosen
def test_keys_with_a_type_refuse_what_they_cannot_be(files):
    config = veltrix.Config("app.toml")
    assert not hasattr(config, "settings")
    port = config.key("server.port", float)
    assert config.key("server.port", float) is port
    assert config.key("server.port", int) is not port
    assert config.key("server.port", int | str) is not config.key("server.port", str | int)
    missing = config.key("server.workers", int, default=4)
    assert (port.value, missing.value, type(port.value)) == (8080.0, 4, float)
    with pytest.raises(ConfigError, match="expected str, not int"):
        config.key("server.port", str)
    (files / "app.toml").write_text("[server]\nport = 'x'\nworkers = 'y'\n")
    with pytest.raises(ConfigError) as caught:
        config.reload()
    assert {one.path for one in caught.value.problems} == {"server.port", "server.workers"}
    assert (port.value, missing.value) == (8080.0, 4)
    (files / "app.toml").write_text("[server]\nport = 1.5\nworkers = 2\n")
    with pytest.raises(ConfigError, match=r"server\.port"):
        config.reload()  # another key of that path takes an int alone


@pytest.mark.chosen
def test_a_schema_that_does_not_fit_at_the_start(files):
    (files / "app.toml").write_text("[server]\n")
    with pytest.raises(ConfigError, match=r"server\.port: missing, and Server requires it"):
        veltrix.Config("app.toml", schema=Settings)
    assert veltrix.Config[Settings].__origin__ is veltrix.Config
    assert veltrix.Snapshot[Settings].__origin__ is veltrix.Snapshot


@dataclass
class Account:
    user: str = ""
    password: Annotated[str, veltrix.SECRET] = ""
    inner: Account | None = None


@dataclass
class Guarded:
    account: Account | None = None
    several: list[Account] = field(default_factory=list)
    token: Annotated[str | None, veltrix.SECRET] = None


@pytest.mark.chosen
def test_what_a_schema_says_is_secret_is_so_in_the_snapshot(files):
    (files / "app.toml").write_text("token = 'hunter2'\n[account]\nuser = 'me'\npassword = 'hunter2'\n")
    for made in (
        veltrix.load("app.toml", schema=Guarded),
        veltrix.Config("app.toml", schema=Guarded).snapshot,
    ):
        assert made.explain("account.password").secret
        assert made.explain("token").value == "<secret>"
        assert not made.explain("account.user").secret
        assert "hunter2" not in repr(made)
        assert "hunter2" not in repr(made.override({"token": "hunter2"}))
        assert made["token"] == made.settings.token == "hunter2"
    assert not veltrix.load("app.toml").explain("token").secret


@pytest.mark.chosen
def test_a_secret_of_a_schema_may_be_absent(files):
    snapshot = veltrix.load({"account": {"inner": {"password": "x"}}}, schema=Guarded)
    assert snapshot.settings.account.inner.password == "x"


@pytest.mark.parametrize("extra", ["ignore", "warn"])
def test_sections_and_keys_of_a_config_follow_what_is_said_of_other_keys(tmp_path, extra):
    """New configuration reaches old code first, and is not to be refused by a section of it."""
    file = tmp_path / "app.toml"
    file.write_text("[server]\nport = 1\nnewer = 1\n")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        config = veltrix.Config(file, schema=Settings, extra=extra)
        key = config.key("server", Server)
        assert key.value is config.bind(Server, "server") is config.settings.server
        file.write_text("[server]\nport = 2\nnewer = 1\nnewest = 2\n")
        config.reload()
        assert key.value == config.bind(Server, "server") == Server(2)
        with config.pin(override={"server.port": 3}):
            assert config.bind(Server, "server") == config.settings.server == Server(3)
    assert ("newest" in " ".join(str(one.message) for one in said)) == (extra == "warn")
    with pytest.raises(ConfigError, match="newer: unknown key"):
        veltrix.Config(file, schema=Settings)


def test_sections_of_a_snapshot_follow_what_is_said_of_other_keys(kernel):
    snapshot = declared(kernel, {"server": {"port": 1, "newer": 1}}, extra="ignore")
    assert snapshot.bind(Server, "server") is snapshot.settings.server
