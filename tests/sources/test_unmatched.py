"""Variables that match nothing, whole names of others, and those that Kubernetes makes."""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import dataclass

import pytest

import veltrix
from veltrix import ConfigWarning
from veltrix.errors import ConfigError, PathError
from veltrix.sources.matching import Matcher

pytestmark = pytest.mark.chosen
LOWER = {"server": {"port": 1, "log-level": "info"}, "database": {"url": "x"}, "workers": 2}


@dataclass
class Server:
    port: int = 0


@dataclass
class Settings:
    server: Server
    workers: int = 0


@pytest.fixture
def load(monkeypatch, tmp_path):
    """Loads variables over some values."""

    def loading(source=None, lower=LOWER, schema=None, **texts):
        for name, text in texts.items():
            monkeypatch.setenv(name, text)
        below = [lower] if lower else []
        return veltrix.load(*below, source or veltrix.Env("APP"), schema=schema)

    return loading


NEAR = [
    ("APP_SERVER_PORT", "server_port", "server.port"),
    ("APP_SERVER__PROT", "server.prot", "server.port"),
    ("APP_SERVER_LOG_LEVEL", "server_log_level", "server.log-level"),
    ("APP_SERVR__PORT", "servr.port", "server"),
    ("APP_WORKER", "worker", "workers"),
]


@pytest.mark.parametrize(("variable", "new", "meant"), NEAR, ids=[one for one, _, _ in NEAR])
def test_a_slip_is_warned_of_and_taken_to_the_letter(load, variable, new, meant):
    with pytest.warns(ConfigWarning) as caught:
        snapshot = load(**{variable: "7"})
    assert [str(one.message) for one in caught] == [
        f"variable {variable} sets {new}, which is new (did you mean {meant!r}?)"
    ]
    assert snapshot[new] == "7"


@pytest.mark.parametrize("unmatched", ["add", "error"])
def test_very_many_names_and_very_long_ones_get_no_hint(load, monkeypatch, unmatched):
    """Each hint asks for the meaning of a name as often as it has underlines."""
    asked = []
    match = Matcher.match
    monkeypatch.setattr(Matcher, "match", lambda self, name: asked.append(name) or match(self, name))
    names = {"APP_" + "A_" * 20_000 + "B": "1"} | {f"APP_SERVR__PORT{number}": "1" for number in range(300)}
    with warnings.catch_warnings(record=True) as caught, suppress(ConfigError):
        warnings.simplefilter("always")
        load(veltrix.Env("APP", unmatched=unmatched), **names)
    hinted = [str(one.message) for one in caught if "did you mean" in str(one.message)]
    assert len(hinted) == (100 if unmatched == "add" else 0)
    assert len(asked) < 700


def test_a_name_like_nothing_is_a_new_key_in_silence(load):
    assert load(APP_CACHE__ROOMS="7")["cache.rooms"] == "7"
    assert load(lower=None, APP_SERVER_PORT="7")["server_port"] == "7"


@pytest.mark.parametrize("variable", [one for one, _, _ in NEAR])
def test_what_matches_nothing_may_be_refused_or_ignored(load, variable):
    with pytest.raises(ConfigError, match=rf"^variable {variable}: matches nothing \(did you mean '.*'\?\)$"):
        load(veltrix.Env("APP", unmatched="error"), **{variable: "7"})
    snapshot = load(veltrix.Env("APP", unmatched="ignore"), **{variable: "7", "APP_WORKERS": "8"})
    assert snapshot.to_dict() == {**LOWER, "workers": 8}


def test_with_a_schema_a_declared_key_is_no_new_one(load):
    source = veltrix.Env("APP", unmatched="error")
    assert load(source, lower=None, schema=Settings, APP_SERVER__PORT="7").settings.server.port == 7
    with pytest.raises(
        ConfigError, match=r"^variable APP_SERVER__PROT: matches nothing \(did you mean 'serv"
    ):
        load(source, lower=None, schema=Settings, APP_SERVER__PROT="7")
    with pytest.raises(ConfigError, match=r"^server\.prot: unknown key \(did you mean 'port'\?\)"):
        load(lower=None, schema=Settings)


def test_whole_names(load):
    names = {"DATABASE_URL": "database.url", "PORT": ("server", "port"), "APP_OTHER": "workers"}
    snapshot = load(
        veltrix.Env("APP", names=names),
        DATABASE_URL="db",
        PORT="80",
        APP_OTHER="9",
        APP_SERVER__LOG_LEVEL="z",
    )
    assert snapshot.flatten() == {
        "server.port": 80, "server.log-level": "z", "database.url": "db", "workers": 9
    }  # fmt: skip
    assert str(snapshot.explain("server.port").origin) == "variable PORT"
    alone = load(veltrix.Env(names={"PORT": "server.port"}, unmatched="error"), lower={"server": {"port": 1}})
    assert alone.to_dict() == {"server": {"port": 80}}
    assert alone.layer_names[-1] == "env"


def test_whole_names_of_a_dotenv(load, tmp_path):
    path = tmp_path / ".env"
    path.write_text("DATABASE_URL=db\nAPP_WORKERS=3\nOTHER=1\n")
    source = veltrix.DotEnv(path, prefix="APP", names={"DATABASE_URL": "database.url"}, unmatched="error")
    assert load(source).to_dict() == {**LOWER, "database": {"url": "db"}, "workers": 3}


def test_what_a_source_is_made_with():
    with pytest.raises(TypeError, match="an Env has a prefix, or names"):
        veltrix.Env()
    with pytest.raises(ValueError, match="unmatched is 'add', 'ignore' or 'error', not 'drop'"):
        veltrix.Env("APP", unmatched="drop")
    with pytest.raises(TypeError, match="names are a mapping, not list"):
        veltrix.Env(names=["PORT"])
    with pytest.raises(TypeError, match="the name of a variable is a str, not int"):
        veltrix.Env(names={5: "port"})
    with pytest.raises(PathError):
        veltrix.Env(names={"PORT": "a..b"})


SERVICE = {
    "APP_SERVICE_HOST": "10.0.0.1",
    "APP_SERVICE_PORT": "80",
    "APP_SERVICE_PORT_HTTP": "80",
    "APP_PORT": "tcp://10.0.0.1:80",
    "APP_PORT_80_TCP": "tcp://10.0.0.1:80",
    "APP_PORT_80_TCP_PROTO": "tcp",
    "APP_PORT_80_TCP_PORT": "80",
    "APP_PORT_80_TCP_ADDR": "10.0.0.1",
}


@pytest.mark.parametrize("unmatched", ["add", "error"])
def test_a_service_of_kubernetes_that_is_named_as_the_prefix(load, unmatched):
    with pytest.warns(ConfigWarning) as caught:
        snapshot = load(veltrix.Env("APP", unmatched=unmatched), APP_WORKERS="7", **SERVICE)
    assert snapshot.to_dict() == {**LOWER, "workers": 7}
    names = ", ".join(f"variable {name}" for name in sorted(SERVICE))
    assert [str(one.message) for one in caught] == [
        f"{names}: made by Kubernetes for a Service, and left out"
    ]


def test_what_a_field_takes_is_not_left_out(load):
    with pytest.warns(ConfigWarning, match="made by Kubernetes") as caught:
        snapshot = load(lower={"service_host": "x"}, **SERVICE)
    assert snapshot.to_dict() == {"service_host": "10.0.0.1"}
    assert "SERVICE_HOST" not in str(caught[0].message)


def test_such_names_of_a_program_are_its_own(load):
    snapshot = load(lower=None, APP_PORT="80", APP_SERVICE_HOST="x")
    assert snapshot.to_dict() == {"port": "80", "service_host": "x"}
