"""Paths that `secret=` names: one that matches nothing hides nothing, and is said."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path

import pytest

import veltrix
from veltrix.errors import ConfigError
from veltrix.sources.marks import UnmatchedMark


@pytest.fixture(autouse=True)
def in_tmp_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("app.toml").write_text("[db]\nhost = 'x'\nservers = [{password = 'x'}]\n")
    Path(".env").write_text("DB__USER=x\n")
    Path("secrets").mkdir(mode=0o700)
    Path("secrets", "token").write_text("x")
    monkeypatch.setenv("APP_DB__PASSWORD", "x")


def warned(*sources, **options):
    """The texts of the warnings of a load."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        veltrix.Config(*sources, **options)
    # A misspelt key under a variable is a slip of its own, which is warned of as well.
    marks = [one for one in caught if "which is new" not in str(one.message)]
    assert all(one.category is UnmatchedMark for one in marks)
    return [str(one.message) for one in marks]


NOWHERE = ["db.pasword"]
SAID = "secret= names db.pasword, where no layer has anything"


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: veltrix.File("app.toml", secret=NOWHERE), "app.toml: "),
        (lambda: veltrix.DotEnv(secret=NOWHERE), ".env: "),
        (lambda: veltrix.Env("APP", secret=NOWHERE), "env:APP: "),
        (lambda: veltrix.Arguments(["a=1"], secret="db.pasword"), "arguments: "),
        (lambda: veltrix.Values({"a": 1}, secret=[("db", "pasword")]), "values: "),
    ],
)
def test_a_mark_of_a_source_that_matches_nothing_warns(make, name):
    assert warned(make()) == [f"{name}{SAID}"]
    assert warned(veltrix.Layer("low", {"db": {"pasword": 1}}), make()) == []


def test_a_mark_of_the_configuration_that_matches_nothing_warns():
    assert warned("app.toml", secret=NOWHERE) == [SAID]
    assert warned("app.toml", secret="db.host") == []
    assert warned(secret=["a"]) == ["secret= names a, where no layer has anything"]


def test_all_that_one_source_marks_for_nothing_is_one_warning():
    assert warned("app.toml", secret=["db.host", "a.b", '"x.y"', "a.b"]) == [
        'secret= names a.b, "x.y", where no layer has anything'
    ]
    many = [f"k{number}" for number in range(9)]
    assert warned({}, secret=many) == ["secret= names k0, k1, k2, k3, k4, …, where no layer has anything"]
    source = veltrix.File("app.toml", secret=["b"])
    assert warned(source, veltrix.Env("APP", secret=["c"]), secret=["a"]) == [
        "app.toml: secret= names b, where no layer has anything",
        "env:APP: secret= names c, where no layer has anything",
        "secret= names a, where no layer has anything",
    ]


@pytest.mark.parametrize(
    "path", ["db", "db.host", "db.servers", "db.servers[0]", "db.servers[7].x", "db.password"]
)
def test_a_mark_matches_what_any_layer_has(path):
    """A path into a list marks the list."""
    assert warned(veltrix.File("app.toml", secret=[path]), veltrix.Env("APP")) == []


@pytest.mark.parametrize(
    "path", ["db.host.x", "db.servers.password", "Db.host", "host", '"db.host"', "a" + ".a" * 99]
)
def test_a_mark_below_a_value_or_of_another_name_matches_nothing(path):
    assert len(warned("app.toml", secret=[path])) == 1


@pytest.mark.parametrize("upper", [{"db": None}, {"db": veltrix.DELETE}, {"db": veltrix.replace({"a": 1})}])
def test_a_mark_matches_what_is_hidden(upper):
    assert warned("app.toml", upper, secret=["db.host"]) == []
    assert warned({"gone": veltrix.DELETE, "null": None, "empty": {}}, secret=["gone", "null", "empty"]) == []


def test_a_mark_may_match_in_a_choice_of_a_dimension_only():
    tables = {"region": {"eu": {"eu": {"key": 1}}, "us": {"us": {"key": 1}}}}
    assert warned({}, secret=["eu.key", "us.key", "jp.key"], dimensions=tables) == [
        "secret= names jp.key, where no layer has anything"
    ]
    dimension = veltrix.Dimension("region", {"eu": veltrix.Layer("eu", {"eu": 1})})
    assert warned({}, secret=["eu"], dimensions=[dimension]) == []


def test_a_mark_of_a_source_in_a_dimension_is_looked_at_too():
    choice = veltrix.Values({"a": 1}, name="eu", secret=["b", "c"])
    assert warned({"b": 1}, dimensions={"region": {"eu": choice}}) == [
        "eu: secret= names c, where no layer has anything"
    ]


def test_an_absent_source_gives_no_mark_and_may_be_what_the_others_are_for():
    absent = veltrix.File("local.toml", optional=True, secret=["a"])
    assert warned("app.toml", absent) == []
    assert warned("app.toml", veltrix.File("local.toml", optional=True), secret=["a"]) == []
    assert warned("app.toml", veltrix.DotEnv("local.env", optional=True), secret=["a"]) == []
    assert warned("app.toml", veltrix.Secrets("nowhere", optional=True), secret=["a"]) == []
    assert warned(veltrix.File("app.toml", optional=True), secret=["a"]) != []
    marked = veltrix.File("app.toml", secret=["a"])
    assert warned(marked, veltrix.File("local.toml", optional=True)) == [
        "app.toml: secret= names a, where no layer has anything"
    ]


def test_everything_marked_is_no_mark_of_a_path():
    assert warned(veltrix.Values({}, secret=True), veltrix.Env("NONE", secret=True)) == []
    assert warned(veltrix.Secrets("secrets"), {}, secret=()) == []


def test_a_configuration_marks_paths_and_not_everything():
    """It had no effect, where everything was to be secret."""
    with pytest.raises(TypeError, match="secret of a Config is paths; a source takes secret=True"):
        veltrix.Config({"password": "x"}, secret=True)


def test_a_layer_that_is_given_keeps_its_marks_to_itself():
    """A layer may be made for several stacks: only who resolves them knows what a mark is for."""
    assert warned(veltrix.Layer("a", {"a": 1}, secret=["b"])) == []


def said_at(reload):
    """The texts of the warnings of a change."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        reload()
    assert all(one.category is UnmatchedMark for one in caught)
    return [str(one.message) for one in caught]


@pytest.mark.parametrize("marked", ["source", "configuration"])
def test_a_mark_whose_path_a_change_takes_away_warns_once(marked):
    """The key was renamed, and what it is called now is hidden by nothing."""
    mark = ["db.host", "db.never"]
    source = veltrix.File("app.toml", secret=mark if marked == "source" else ())
    with pytest.warns(UnmatchedMark, match="names db.never, where"):
        config = veltrix.Config(source, secret=mark if marked == "configuration" else ())
    Path("app.toml").write_text("[db]\nnode = 'x'\n")
    prefix = "app.toml: " if marked == "source" else ""
    assert said_at(config.reload) == [f"{prefix}secret= names db.host, where no layer has anything"]
    assert "node" in config["db"]
    Path("app.toml").write_text("[db]\nnode = 'y'\n")
    assert said_at(config.reload) == []


def test_a_mark_that_a_choice_still_has_is_met():
    Path("eu.toml").write_text("token = 'x'\n")
    Path("base.toml").write_text("token = 'x'\nhost = 1\n")
    config = veltrix.Config("base.toml", dimensions={"region": {"eu": "eu.toml"}}, secret=["token"])
    Path("base.toml").write_text("host = 1\n")
    assert said_at(config.reload) == []
    Path("eu.toml").write_text("tokn = 'x'\n")
    assert said_at(config.reload) == ["secret= names token, where no layer has anything"]


def test_a_mark_that_a_fixed_choice_has_is_met():
    Path("base.toml").write_text("token = 'x'\nhost = 1\n")
    region = veltrix.Dimension("region", {"eu": veltrix.Layer("eu", {"token": "y"})})
    config = veltrix.Config("base.toml", dimensions=[region], secret=["token", "host"])
    Path("base.toml").write_text("a = 1\n")
    assert said_at(config.reload) == ["secret= names host, where no layer has anything"]


def test_marks_that_come_with_an_optional_source_are_looked_at():
    source = veltrix.File("local.toml", optional=True, secret=["password"])
    config = veltrix.Config({"a": 1}, source, secret=["db.pw"])
    Path("local.toml").write_text("passwrd = 'x'\n")
    assert said_at(config.reload) == [
        "local.toml: secret= names password, where no layer has anything",
        "secret= names db.pw, where no layer has anything",
    ]


def test_what_is_not_published_says_nothing():
    config = veltrix.Config("app.toml", secret=["db.host"], validate=[lambda snapshot: snapshot["db.host"]])
    Path("app.toml").write_text("[db]\nnode = 'x'\n")

    def refused():
        with pytest.raises(ConfigError):
            config.reload()

    assert said_at(refused) == []


def test_where_that_warning_is_an_error_the_change_is_published_and_reported(caplog):
    config = veltrix.Config("app.toml", secret=["db.host"])
    Path("app.toml").write_text("[db]\nnode = 'x'\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        config.reload()
    assert config["db"] == {"node": "x"}
    [record] = caplog.records
    assert record.getMessage() == "secret= names db.host, where no layer has anything: UnmatchedMark"


def test_a_mark_of_an_optional_source_goes_with_it():
    Path("local.toml").write_text("token = 'x'\n")
    source = veltrix.File("local.toml", optional=True, secret=["token"])
    config = veltrix.Config({"a": 1}, source, secret=["token"])
    Path("local.toml").unlink()
    assert said_at(lambda: config.reload(acknowledge=True)) == []
    assert "token" not in config


def test_where_a_load_fails_nothing_is_said_of_marks():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ConfigError):
            veltrix.Config("absent.toml", veltrix.Env("APP", secret=["a"]), secret=["b"])


def test_the_warning_can_be_an_error_and_be_carried():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(veltrix.ConfigWarning) as caught:
            veltrix.Config("app.toml", secret=NOWHERE)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.paths, again.source) == (SAID, ("db.pasword",), None)
