"""Sources of one's own that give what nobody expects: an error that names them, and no harm to others."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from pathlib import Path

import pytest

import veltrix
from tests.loading.conftest import Live, write

KEPT = "state/last.json"


@pytest.fixture(autouse=True)
def state():
    Path("state").mkdir(mode=0o700)


class Own(veltrix.Source):
    """Gives its `data`; a test changes the rest."""

    name = "own"
    at = None

    def __init__(self, data):
        self.data = data
        self.paths = ()

    def fetch(self, previous, deadline):
        if previous is not None and previous.payload is self.data:
            return previous
        return veltrix.Fetched(None, self.data, self.at)

    def parse(self, fetched, lower):
        return veltrix.Layer(self.name, fetched.payload)

    def watch_paths(self):
        return self.paths


class Down(Own):
    def fetch(self, previous, deadline):
        raise ConnectionRefusedError


@dataclasses.dataclass
class Unhashable(veltrix.Source):
    """What a dataclass makes of a source that says nothing else."""

    name: str = "own"

    def load(self, lower):
        return veltrix.Layer(self.name, {"a": 1})


def test_a_source_that_is_unhashable_is_kept_in_the_last_good_file():
    assert Unhashable.__hash__ is None
    config = veltrix.Config(Unhashable(), last_good=KEPT)
    assert config.status().last_error is None
    assert '"source": "own"' in Path(KEPT).read_text()


def test_a_long_int_is_kept_in_the_last_good_file():
    long = 10**5000
    data = {"long": long, "negative": -long, "in": [long, 2**2000 - 1, 2**2000], "short": 7}
    config = veltrix.Config(Own(data), last_good=KEPT)
    assert config.status().last_error is None
    assert all(type(json.loads(line)) is dict for line in Path(KEPT).read_text().splitlines())
    again = veltrix.Config(Down({}), last_good=KEPT)
    assert again.to_dict() == data


def test_what_cannot_be_written_to_the_last_good_file_is_reported_and_undoes_nothing(caplog):
    source = Own({"a": 1})
    source.at = dt.datetime(2026, 1, 2)
    config = veltrix.Config(source, last_good=KEPT)
    assert config["a"] == 1
    assert config.status().last_error.startswith("the last-good file: TypeError")
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    config.close()


def test_a_last_good_file_that_is_nested_without_end_is_reported():
    deep = "[" * 200_000 + "\n"
    end = json.dumps({"blake2b": hashlib.blake2b(deep.encode()).hexdigest()})
    write(KEPT, f"{deep}{end}\n")
    Path(KEPT).chmod(0o600)
    with pytest.raises(veltrix.errors.ConfigError) as caught:
        veltrix.Config("absent.json", last_good=KEPT)
    assert str(caught.value.problems[-1]) == f"last good: {KEPT}: not as it was written"


def test_paths_to_watch_may_be_objects_of_pathlib():
    write("a.json", {"a": 1})
    source = Own({"b": 1})
    source.paths = [Path("a.json").absolute()]
    config = veltrix.Config("a.json", source, last_good=KEPT)
    assert config._publisher.passes.loader.watch_paths() == [str(Path("a.json").absolute())] * 2
    assert json.loads(Path(KEPT).read_text().splitlines()[2])["paths"] == [str(Path("a.json").absolute())]
    write("a.json", "[")
    source.data = {"b": 2}
    with pytest.raises(veltrix.errors.ConfigError):
        config.reload()
    assert {one.name: one.state for one in config.status().sources} == {"a.json": "failed", "own": "held"}


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        ("/etc", "a sequence of paths, not one str"),
        (Path("/etc"), "a sequence of paths, not one "),
        (b"/etc", "a sequence of paths, not one bytes"),
        ([b"/etc"], "paths as str, not bytes"),
        ([None], "a sequence of paths"),
        (None, "a sequence of paths"),
        (5, "a sequence of paths"),
    ],
)
def test_paths_to_watch_of_another_form_are_an_error_at_the_start(paths, said):
    source = Own({"a": 1})
    source.paths = paths
    with pytest.raises(TypeError, match=f"^watch_paths of source 'own' gives {said}"):
        veltrix.Config(source)


def test_paths_to_watch_that_turn_bad_are_reported_and_stop_no_reload():
    write("a.json", {"b": 1})
    source = Own({"a": 1})
    config = veltrix.Config("a.json", source, last_good=KEPT)
    config._publisher.passes.loader._keeper._next = 0
    source.paths, source.data = "/etc", {"a": 2}
    config.reload()
    assert config["a"] == 2
    assert config.status().last_error == "the last-good file: TypeError"


@pytest.mark.parametrize(("name", "found"), [(None, "nothing"), (5, "int"), (b"own", "bytes")])
@pytest.mark.parametrize("load", [veltrix.load, veltrix.Config])
def test_a_name_that_is_no_str_is_an_error(load, name, found):
    source = Own({"a": 1})
    source.name = name
    with pytest.raises(TypeError, match=f"^the name of a source is a str, and Own has {found}$"):
        load(source)
    with pytest.raises(TypeError, match=f"^the name of a source is a str, and Own has {found}$"):
        load({"a": 1}, dimensions={"region": {"eu": source}})


def test_a_source_without_a_name_is_an_error():
    class Nameless(veltrix.Source):
        def load(self, lower):
            return None

    with pytest.raises(TypeError, match=r"^the name of a source is a str, and Nameless has nothing$"):
        veltrix.load(Nameless())


class Mistaken(Own):
    """Has a mistake at one of its steps."""

    step = None

    def at_step(self, step):
        if self.step == step:
            raise KeyError("tokn")

    def fetch(self, previous, deadline):
        self.at_step("fetch")
        return super().fetch(previous, deadline)

    def parse(self, fetched, lower):
        self.at_step("parse")
        return super().parse(fetched, lower)


class MistakenOverLower(Mistaken):
    reads_lower = True


class MistakenAsWhole(Mistaken):
    def load(self, lower):
        self.at_step("load")
        return veltrix.Layer(self.name, self.data)


@pytest.mark.parametrize(
    ("kind", "step"),
    [
        (Mistaken, "fetch"),
        (Mistaken, "parse"),
        (MistakenOverLower, "fetch"),
        (MistakenAsWhole, "load"),
    ],
)
def test_a_mistake_in_one_source_holds_back_no_other_in_a_pass_that_nobody_asked_for(clock, kind, step):
    said = "own: a mistake in the source (KeyError), which reload() raises"
    source = kind({"a": 1})
    live = Live(write("a.json", {"b": 1}), source)
    source.step, source.data = step, {"a": 2}
    assert live.refused(polling=True) == [said]
    clock.now += 60
    write("a.json", {"b": 2})
    candidate = live.reload(polling=True)
    assert candidate.snapshot.to_dict() == {"a": 1, "b": 2}
    assert [str(problem) for problem in candidate.problems] == [said]
    (problem,) = candidate.problems
    assert (type(problem.__cause__), problem.__cause__.__traceback__) == (KeyError, None)
    assert live.states() == {"a.json": "good", "own": "failed"}
    with pytest.raises(KeyError, match="tokn"):
        live.reload()
    source.step = None
    clock.now += 60
    assert live.reload(polling=True).snapshot.to_dict() == {"a": 2, "b": 2}
    assert live.states() == {"a.json": "good", "own": "good"}


def test_a_mistake_over_what_is_lower_now_refuses_the_pass():
    """The source would have to be read again over what changed, and cannot be."""
    source = MistakenOverLower({"a": 1})
    live = Live(write("a.json", {"b": 1}), source)
    source.step = "parse"
    write("a.json", {"b": 2})
    assert live.refused(polling=True) == ["own: a mistake in the source (KeyError), which reload() raises"]
    assert live.states() == {"a.json": "good", "own": "failed"}
    source.step = None
    assert live.reload().snapshot.to_dict() == {"a": 1, "b": 2}


def test_a_mistake_that_is_met_again_and_again_does_not_grow(clock):
    """One error may be raised each time; what was found before it was added to it as a note."""
    absent, source = write("absent.json", {}), Own({"a": 1})
    live = Live(absent, source)
    Path(absent).unlink()
    error = KeyError("tokn")

    def fetch(previous, deadline):
        raise error

    source.fetch = fetch
    assert len(live.refused(polling=True)) == 2
    for _ in range(3):
        clock.now += 60
        assert live.look(polling=True) is None
    assert getattr(error, "__notes__", []) == []


@pytest.mark.parametrize("several", [False, True])
def test_a_document_without_a_name_has_that_of_its_source(several):
    class Documents(Own):
        def parse(self, fetched, lower):
            try:
                return veltrix.Layer.parse(self.name, fetched.payload, "toml")
            except veltrix.errors.ParseError as error:
                raise veltrix.errors.ConfigError([error, error] if several else [error]) from None

    with pytest.raises(veltrix.errors.ConfigError) as caught:
        veltrix.load(Documents(b"a = "))
    for problem in caught.value.problems:
        assert (type(problem), problem.file) == (veltrix.errors.ParseError, "own")
        assert str(problem).startswith("own:")
    assert len(caught.value.problems) == 1 + several


def test_an_argument_that_is_too_deep_is_said_to_be_one():
    with pytest.raises(veltrix.errors.ConfigError, match="arguments: deeper than 64 levels at x"):
        veltrix.load(veltrix.Arguments([f"x:={'[' * 70}{']' * 70}"]))


def test_two_layers_of_one_name_are_refused():
    class Several(Own):
        def parse(self, fetched, lower):
            return [veltrix.Layer(name, {}) for name in fetched.payload]

    assert veltrix.load(Several(["x", "y"])).layer_names == ("x", "y")
    with pytest.raises(ValueError, match="source 'own' gives two layers that are named 'x'"):
        veltrix.load(Several(["y", "x", "x"]))
