"""The first load: every source once, in order, and every problem of all of them in one error."""

from __future__ import annotations

import errno
import os
import pickle
import socket
import traceback
import urllib.error
from pathlib import Path

import pytest

import veltrix
from tests.sources.conftest import problems_of
from veltrix.errors import ConfigError, ConflictError, LimitError, PathError, SourceError
from veltrix.sources.source import Source

pytestmark = pytest.mark.usefixtures("in_tmp_path")


def test_sources_stand_in_order_lowest_first(monkeypatch):
    monkeypatch.setenv("APP_PORT", "3")
    Path("app.json").write_text('{"port": 2, "file": true}')
    config = veltrix.Config(
        {"port": 1, "name": "x"}, "app.json", veltrix.Env("APP"), veltrix.Arguments(["name=y"])
    )
    assert config.snapshot.to_dict() == {"port": 3, "name": "y", "file": True}
    assert config.snapshot.layer_names == ("values", "app.json", "env:APP", "arguments")
    assert config.snapshot.generation == 1
    assert config.snapshot is config.snapshot


def test_a_source_sees_the_lower_layers_and_not_the_higher_ones(monkeypatch):
    monkeypatch.setenv("APP_PORT", "3")
    config = veltrix.Config({}, veltrix.Env("APP"), {"port": 1})
    assert [definition.type for definition in config.snapshot.explain("port").definitions] == ["int", "str"]


def test_short_forms_stand_for_sources():
    Path("app.json").write_text('{"a": 1}')
    Path(".env").write_text("DB__HOST=x\n")
    layer = veltrix.Layer("made", {"c": 3})
    config = veltrix.Config("app.json", Path(".env"), {"b": 2}, layer, {"d": 4})
    assert config.snapshot.to_dict() == {"a": 1, "db": {"host": "x"}, "b": 2, "c": 3, "d": 4}
    assert [type(source).__name__ for source in config.sources[:3]] == ["File", "DotEnv", "Values"]
    assert config.snapshot.layer_names == ("app.json", ".env", "values", "made", "values 2")


@pytest.mark.parametrize("given", [3, None, b"app.json", ["app.json"]])
def test_anything_else_is_no_source(given):
    with pytest.raises(TypeError, match="a source is a Source, a Layer, a path or a mapping, not "):
        veltrix.Config(given)


def test_two_sources_of_one_name_are_refused():
    with pytest.raises(
        ValueError, match=r"^two sources are named 'env:APP'; give one of them another name=$"
    ):
        veltrix.Config(veltrix.Env("APP"), veltrix.Env("APP"))
    assert veltrix.load(veltrix.Env("APP"), veltrix.Env("APP", name="again")).to_dict() == {}


def test_no_source_is_an_empty_configuration():
    assert veltrix.load().to_dict() == {}


def test_an_optional_source_that_is_absent_leaves_its_name():
    config = veltrix.Config({"a": 1}, veltrix.File("local.json", optional=True))
    assert config.snapshot.layer_names == ("values", "local.json")
    assert config.snapshot.set("a", 2, layer="local.json")["a"] == 2


def test_all_problems_of_all_sources_come_in_one_error(monkeypatch):
    monkeypatch.setenv("APP_PORT", "eighty")
    monkeypatch.setenv("APP_DEBUG", "maybe")
    Path("bad.json").write_text('{"a": ')
    Path("app.ini").write_text("x")

    def load():
        veltrix.Config(
            {"port": 1, "debug": False, "server": {}},
            {"deep": nested(65)},
            "absent.json",
            "bad.json",
            "app.ini",
            veltrix.Env("APP"),
            veltrix.Secrets("nowhere"),
            veltrix.Arguments(["port=x", "a..b=1"]),
            {"server": 3},
        )

    said = problems_of(load)
    assert [text.split(" ")[0] for text in said] == [
        "values",
        "absent.json:",
        said[2].split(" ")[0],
        "app.ini:",
        "debug:",
        "port:",
        "nowhere:",
        "path",
        "port:",
        "server:",
    ]
    assert said[2].startswith("bad.json:")
    assert "int in layer 'values 3' over mapping in layer 'values'" in said[-1]


def nested(levels):
    data = 1
    for _ in range(levels):
        data = {"a": data}
    return data


def test_a_single_problem_reads_as_itself():
    with pytest.raises(ConfigError) as caught:
        veltrix.Config("absent.json")
    assert str(caught.value).startswith("absent.json: no such file")
    assert [type(problem).__name__ for problem in caught.value.problems] == ["SourceError"]


def test_many_problems_are_counted_and_the_text_stays_short():
    with pytest.raises(ConfigError) as caught:
        veltrix.Config(*(f"absent-{number}.json" for number in range(1_000)))
    assert len(caught.value.problems) == 1_000
    assert str(caught.value).startswith("1000 problems\n  absent-0.json: ")
    assert str(caught.value).endswith("  and 980 more")


def test_the_error_pickles_with_its_problems():
    with pytest.raises(ConfigError) as caught:
        veltrix.Config("absent.json", "app.ini")
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.problems == caught.value.problems
    assert str(again) == str(caught.value)


def test_a_conflict_in_lower_layers_is_reported_once_and_hides_no_other_problem(monkeypatch):
    monkeypatch.setenv("APP_PORT", "x")
    said = problems_of(lambda: veltrix.Config({"a": 1, "port": 1}, {"a": {}}, veltrix.Env("APP")))
    assert len(said) == 2
    assert said[0].startswith("port: expected an int")
    assert said[1].startswith("a: mapping in layer 'values 2' over int in layer 'values'")


def test_conflicts_can_be_resolved_by_replacing():
    config = veltrix.Config({"a": 1}, {"a": {"b": 2}}, veltrix.Arguments(["a.b=3"]), conflicts="replace")
    assert config.snapshot.to_dict() == {"a": {"b": 3}}
    with pytest.raises(ConfigError) as caught:
        veltrix.Config({"a": 1}, {"a": {"b": 2}})
    assert [type(problem) for problem in caught.value.problems] == [ConflictError]


def test_secret_paths_hold_for_every_source():
    config = veltrix.Config({"db": {"password": "hunter2"}}, {"b": 1}, secret=["db.password"])
    assert config.snapshot.explain("db.password").secret
    assert "hunter2" not in repr(config.snapshot)
    assert config.snapshot["db.password"] == "hunter2"
    assert veltrix.load({"a": 1}, secret="a").explain("a").secret
    with pytest.raises(PathError):
        veltrix.Config({}, secret="a..b")


def test_dimensions_are_tables_of_sources():
    Path("eu.json").write_text('{"currency": "EUR"}')
    config = veltrix.Config(
        {"currency": "USD", "reward": 1},
        dimensions={
            "region": {"eu": "eu.json", "us": {}},
            "segment": {"vip": veltrix.Arguments(["reward=10"], name="vip")},
        },
    )
    chosen = config.snapshot.scope(segment="vip", region="eu")
    assert chosen.to_dict() == {"currency": "EUR", "reward": 10}
    assert chosen.layer_names == ("values", "eu.json", "vip")
    assert config.snapshot.to_dict() == {"currency": "USD", "reward": 1}


def test_dimensions_can_be_given_as_such():
    dimension = veltrix.Dimension("region", {"eu": veltrix.Layer("eu", {"a": 2})}, strict=True)
    config = veltrix.Config({"a": 1}, dimensions=[dimension])
    assert config.snapshot.scope(region="eu")["a"] == 2


def test_a_problem_in_a_dimension_is_told_with_the_others():
    said = problems_of(lambda: veltrix.Config("a.json", dimensions={"region": {"eu": "eu.json"}}))
    assert [text.split(":")[0] for text in said] == ["a.json", "eu.json"]


class Answering(Source):
    def __init__(self, answer):
        self.name = "mine"
        self.loads = []
        self.answer = answer

    def load(self, lower):
        self.loads.append(lower)
        return self.answer


def test_a_source_of_ones_own_is_loaded_once():
    source = Answering(veltrix.Layer("mine", {"a": 1}))
    assert veltrix.load({}, source).to_dict() == {"a": 1}
    assert source.loads == [None]


def test_a_source_that_reads_lower_layers_is_shown_them():
    source = type("Reading", (Answering,), {"reads_lower": True})(veltrix.Layer("mine", {}))
    veltrix.Config({"a": 1}, source, {"b": 2})
    assert source.loads[0].to_dict() == {"a": 1}


def test_a_source_that_loads_no_layer_is_a_mistake():
    with pytest.raises(TypeError, match=r"a source loads a veltrix\.Layer, not dict"):
        veltrix.Config(Answering({"a": 1}))


class Failing(Source):
    def __init__(self, error, name="remote"):
        self.name = name
        self.error = error

    def load(self, lower):
        token = "hunter2"
        assert token
        raise self.error


class OddError(OSError):
    """One whose number cannot be asked for."""

    @property
    def errno(self):
        raise LookupError("hunter2")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), ": connection refused"),
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/run/x"), ": permission denied"),
        (OSError(errno.EIO, "hunter2"), ""),
        (OSError("no answer from https://user:hunter2@store"), ""),
        (TimeoutError(), ""),
        (urllib.error.HTTPError("https://user:hunter2@store", 500, "no", None, None), ""),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), ""),
        (OSError("no number", "hunter2"), ""),
        (OSError(10**20, "hunter2"), ""),
        (OSError(1.5, None), ""),
        (OddError(errno.EIO, "hunter2"), ""),
        (ConfigError(), ""),
    ],
)
def test_an_os_error_of_a_source_of_ones_own_is_a_problem_with_the_others(error, said):
    with pytest.raises(ConfigError) as caught:
        veltrix.Config("absent.json", Failing(error), "absent.toml")
    first, problem, last = caught.value.problems
    assert (first.file, last.file) == ("absent.json", "absent.toml")
    assert type(problem) is SourceError
    assert str(problem) == f"remote: cannot be loaded ({type(error).__name__}{said})"
    assert problem.__cause__ is error
    assert error.__traceback__ is None


def test_what_an_os_error_comes_from_keeps_no_frames_either():
    inner = ValueError("inner")

    class Chained(Failing):
        def load(self, lower):
            try:
                raise inner
            except ValueError as error:
                raise OSError("outer") from error

    with pytest.raises(ConfigError) as caught:
        veltrix.Config(Chained(None))
    cause = caught.value.problems[0].__cause__
    assert str(cause) == "outer"
    assert cause.__cause__ is inner
    assert cause.__traceback__ is inner.__traceback__ is None


def test_what_a_config_error_of_ones_own_source_comes_from_keeps_no_frames():
    class Refusing(Failing):
        def load(self, lower):
            try:
                super().load(lower)
            except ValueError as error:
                raise ConfigError([SourceError("sealed", self.name)]) from error

    inner = ValueError("inner")
    with pytest.raises(ConfigError) as caught:
        veltrix.Config(Refusing(inner))
    assert [str(problem) for problem in caught.value.problems] == ["remote: sealed"]
    assert inner.__traceback__ is None


@pytest.mark.parametrize(
    "error", [TypeError("x"), KeyError("x"), ValueError("x"), NotImplementedError(), RuntimeError("x")]
)
def test_a_mistake_in_a_source_of_ones_own_surfaces_with_what_was_found_before(error):
    after = Answering(veltrix.Layer("after", {}))
    with pytest.raises(type(error)) as caught:
        veltrix.Config("absent.json", {"a": 1}, Failing(error), after)
    assert caught.value is error
    [note] = error.__notes__
    assert note.startswith("found before this: absent.json: no such file")
    assert after.loads == []
    *_, mine = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    assert mine.f_code.co_name == "load"
    assert dict(mine.f_locals) == {}


def test_a_mistake_alone_has_no_note():
    with pytest.raises(TypeError) as caught:
        veltrix.Config({"a": 1}, Failing(TypeError("x")))
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize("error", [LookupError("x"), OSError("x"), SourceError("x"), None], ids=repr)
def test_frames_of_what_was_handled_before_a_load_keep_their_locals(error):
    """Somebody may load a configuration while an error of his own is being handled."""
    before = []
    with pytest.raises((LookupError, ConfigError)) as caught:
        load_while_handling(before, Failing(error) if error else veltrix.File("absent.toml"))
    assert caught.value.__context__ is before[0]
    *_, last = [frame for frame, _ in traceback.walk_tb(before[0].__traceback__)]
    assert last.f_code.co_name == "fail"
    assert dict(last.f_locals) == {"kept": "yes"}
    assert not caught.value.__suppress_context__


def load_while_handling(before, source):
    def fail():
        kept = "yes"
        raise ArithmeticError(kept)

    try:
        fail()
    except ArithmeticError as error:
        before.append(error)
        veltrix.Config(source)


def test_values_are_copied_when_the_source_is_made():
    data = {"a": [1], "b": {}}
    source = veltrix.Values(data)
    data["a"].append(2)
    data["b"]["c"] = 3
    assert veltrix.load(source).to_dict() == {"a": [1], "b": {}}
    assert veltrix.load(source, {"a": 2}).to_dict() == {"a": 2, "b": {}}


def test_values_of_a_wrong_type_are_refused_at_once():
    with pytest.raises(TypeError, match="layer data is a mapping, not list"):
        veltrix.Values([1])
    with pytest.raises(TypeError, match="a key is a str, not int"):
        veltrix.Config({1: 2})


def test_values_that_are_refused_are_told_with_the_others():
    source = veltrix.Values({"deep": nested(65)})
    for _ in range(2):
        with pytest.raises(LimitError):
            source.load(None)


def test_values_that_are_refused_keep_nothing_of_who_loads_them():
    """A source lives on, and what it raises has the frames of the load and what was being handled."""
    try:
        raise ArithmeticError
    except ArithmeticError:
        source = veltrix.Values({"deep": nested(65)})
        with pytest.raises(LimitError) as first:
            source.load(None)
        with pytest.raises(ConfigError) as second:
            veltrix.Config(source)
    assert isinstance(first.value.__context__, ArithmeticError)
    with pytest.raises(LimitError) as last:
        source.load(None)
    assert last.value.__context__ is None
    problems = [first.value, *second.value.problems, last.value]
    assert len({id(problem) for problem in problems}) == len(problems)
    assert problems[0].in_file("values") == problems[1]
    assert problems[0] == problems[2]


def test_too_many_layers_are_told_with_the_others():
    """Where a source reads over the layers, and where none does."""
    many = [veltrix.Values({}, name=f"{number}") for number in range(1_001)]
    for last in ([veltrix.Env("APP")], []):
        with pytest.raises(ConfigError) as caught:
            veltrix.Config("absent.json", *many, *last)
        assert [type(problem) for problem in caught.value.problems] == [SourceError, LimitError]


def test_the_object_shows_nothing_of_the_content():
    config = veltrix.Config({"a": "hunter2"})
    assert repr(config) == "<veltrix.Config, generation 1, 1 sources>"
    assert repr(config.sources) == "(<veltrix.Values 'values'>,)"
