"""A pass over a configuration that is loaded: only what changed is parsed, and all of it is one candidate."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

import veltrix
from tests.loading.conftest import Live, write

SEVEN = [f"{name}.json" for name in "abcdefg"]


@pytest.fixture
def seven():
    for name in SEVEN:
        write(name, {name[0]: 1, "shared": name})
    return SEVEN


def test_a_pass_in_which_nothing_changed_parses_and_derives_nothing(seven, counted, derivations):
    live = Live(*map(counted.file, seven), veltrix.Env("APP"))
    counted.take()
    derivations.clear()
    for _ in range(3):
        assert live.reload() is None
    assert counted.take() == derivations == []


def test_one_changed_file_of_seven_is_parsed_alone_and_derived_once(seven, counted, derivations):
    live = Live(*map(counted.file, seven))
    assert counted.take() == seven
    derivations.clear()
    write("c.json", {"c": 2, "shared": "c.json"})
    candidate = live.reload()
    assert counted.take() == ["c.json"]
    assert derivations == ["derived"]
    assert live.snapshot["c"] == 2
    assert live.snapshot["shared"] == "g.json"
    assert candidate.snapshot.generation == 2
    assert candidate.difference.changed == {"c": (1, 2)}
    assert candidate.reason == "c.json"
    assert (candidate.moved_only, candidate.problems) == (False, ())


def test_files_that_change_together_are_one_candidate():
    """Neither of the states between could stand: each has a conflict."""
    write("a.json", {"x": 1})
    write("b.json", {"x": 2})
    live = Live("a.json", "b.json")
    write("a.json", {"x": {"y": 1}})
    write("b.json", {"x": {"y": 2}})
    candidate = live.reload()
    assert candidate.snapshot.to_dict() == {"x": {"y": 2}}
    assert candidate.snapshot.generation == 2
    assert candidate.reason == "a.json, b.json"


def test_lines_that_move_are_published_without_a_generation(tmp_path):
    write("a.toml", "port = 1\n")
    live = Live("a.toml")
    write("a.toml", "# why\nport = 1\n")
    candidate = live.reload()
    assert candidate.moved_only
    assert not candidate.difference
    assert live.snapshot.generation == 1
    if veltrix.implementation == "native":
        assert live.snapshot.explain("port").origin.line == 2


def test_a_touched_file_and_one_that_is_written_again_are_no_change(seven, counted):
    live = Live(*map(counted.file, seven))
    counted.take()
    Path("a.json").touch()
    write("b.json", Path("b.json").read_text())
    Path("c.json").chmod(0o600)
    assert live.reload() is None
    assert counted.take() == []


@pytest.mark.parametrize("present", [True, False])
def test_an_optional_file_keeps_its_place_when_it_comes_and_goes(present, clock):
    write("low.json", {"a": 1, "b": 1})
    write("high.json", {"b": 3})
    if present:
        write("mid.json", {"a": 2, "b": 2})
    live = Live("low.json", veltrix.File("mid.json", optional=True), "high.json")
    for turn in (present, not present, present):
        if turn:
            write("mid.json", {"a": 2, "b": 2})
        else:
            Path("mid.json").unlink(missing_ok=True)
        live.reload()
        clock.now += 2
        live.reload()
        assert live.snapshot.to_dict() == {"a": 2 if turn else 1, "b": 3}
        assert live.snapshot.layer_names == ("low.json", "mid.json", "high.json")
        assert live.states()["mid.json"] == ("good" if turn else "absent")
    assert live.snapshot.generation == 3


def test_a_removed_optional_file_is_the_reason(clock):
    write("over.json", {"a": 2})
    live = Live({"a": 1}, veltrix.File("over.json", optional=True))
    Path("over.json").unlink()
    assert live.reload() is None
    clock.now += 2
    assert live.reload().reason == "over.json removed"


def test_variables_take_the_type_of_what_is_below_them_now(monkeypatch, counted):
    monkeypatch.setenv("APP_PORT", "90")
    write("a.json", {"port": "80"})
    live = Live("a.json", counted.of(veltrix.Env, "APP"), veltrix.Arguments(["name=x"]))
    assert live.snapshot["port"] == "90"
    counted.take()
    write("a.json", {"port": 80})
    assert live.reload().reason == "a.json"
    assert live.snapshot["port"] == 90
    assert counted.take() == ["env:APP"]
    monkeypatch.setenv("APP_PORT", "91")
    assert live.reload().reason == "env:APP"
    assert live.snapshot["port"] == 91


def test_variables_are_not_typed_anew_where_only_higher_layers_change(monkeypatch, counted, derivations):
    monkeypatch.setenv("APP_PORT", "90")
    write("a.json", {"port": 80})
    write("b.json", {"x": 1})
    live = Live("a.json", counted.of(veltrix.Env, "APP"), "b.json")
    counted.take()
    derivations.clear()
    write("b.json", {"x": 2})
    assert live.reload().snapshot["x"] == 2
    assert counted.take() == []
    assert derivations == ["derived"]


def test_what_is_below_a_source_is_derived_and_not_resolved_anew(monkeypatch, derivations):
    monkeypatch.setenv("APP_PORT", "90")
    write("a.json", {"port": 80})
    live = Live("a.json", veltrix.Env("APP"), veltrix.Arguments(["y=2"]))
    derivations.clear()
    for number in range(3):
        write("a.json", {"port": 80, "n": number})
        live.reload()
    assert derivations == ["derived"] * 9
    assert live.snapshot.to_dict() == {"port": 90, "n": 2, "y": "2"}


def test_a_candidate_that_was_not_accepted_comes_again_and_is_not_parsed_again(seven, counted):
    live = Live(*map(counted.file, seven))
    write("a.json", {"a": 5})
    first = live.look()
    counted.take()
    second = live.look()
    assert first.snapshot == second.snapshot
    assert second.snapshot.generation == 2
    assert counted.take() == []
    assert live.reload(polling=True) is None  # nobody asked, and there is no news
    write("b.json", {"b": 5})
    assert live.reload(polling=True).reason == "a.json, b.json"


def test_a_scope_file_is_loaded_anew(clock):
    write("eu.json", {"currency": "EUR"})
    write("jp.json", {"currency": "JPY"})
    table = {"eu": "eu.json", "jp": "jp.json", "us": veltrix.File("us.json", optional=True)}
    live = Live({"currency": "USD", "rate": "1"}, dimensions={"region": table, "none": {}})
    before = live.snapshot
    write("eu.json", {"currency": "EURO", "rate": "2"})
    candidate = live.reload()
    assert candidate.reason == "eu.json"
    assert (candidate.moved_only, bool(candidate.difference)) == (False, False)
    assert live.snapshot.generation == 2
    assert live.snapshot.scope(region="eu").to_dict() == {"currency": "EURO", "rate": "2"}
    assert live.snapshot.scope(region="jp")["currency"] == "JPY"
    assert before.scope(region="eu")["currency"] == "EUR"
    write("us.json", {"rate": "3"})
    live.reload()
    assert live.snapshot.scope(region="us")["rate"] == "3"


def test_a_choice_of_a_dimension_is_typed_by_the_stack():
    write("a.json", {"rate": "1"})
    table = {"vip": veltrix.Arguments(["rate=2"], name="vip")}
    live = Live("a.json", dimensions={"segment": table})
    assert live.snapshot.scope(segment="vip")["rate"] == "2"
    write("a.json", {"rate": 1})
    live.reload()
    assert live.snapshot.scope(segment="vip")["rate"] == 2


def test_the_whole_stack_is_published_over_another_snapshot():
    """As after a rollback: what is published is not what was accepted last."""
    write("a.json", {"a": 1, "b": 1})
    live = Live("a.json", "b.json" if write("b.json", {"c": 1}) else "")
    old = live.snapshot
    write("a.json", {"a": 2})
    live.reload()
    live.reload(polling=True)
    live.snapshot = old.with_layers(generation=3)
    candidate = live.reload(polling=True)
    assert candidate.snapshot.to_dict() == {"a": 2, "c": 1}
    assert candidate.snapshot.generation == 4
    assert candidate.reason == "the sources"
    assert live.reload() is None


def test_a_conflict_of_new_files_refuses_the_candidate(counted):
    write("a.json", {"x": 1})
    write("b.json", {"x": 2})
    live = Live(counted.file("a.json"), counted.file("b.json"))
    counted.take()
    write("b.json", {"x": {}})
    for _ in range(2):
        [said] = live.refused()
        assert said.startswith(("x: mapping in b.json:1", "x: mapping in b.json over"))
    assert counted.take() == ["b.json"]
    assert live.look(polling=True) is None
    write("a.json", {"x": {"y": 1}})
    assert live.reload(polling=True).snapshot.to_dict() == {"x": {"y": 1}}


def test_secret_paths_hold_in_what_is_loaded_anew():
    write("a.json", {"db": {"password": "one"}})
    live = Live("a.json", secret=["db.password"])
    write("a.json", {"db": {"password": "two"}})
    candidate = live.reload()
    assert candidate.snapshot.explain("db.password").secret
    assert "two" not in repr(candidate) + repr(candidate.difference) + repr(live.loader.statuses())


class Several(veltrix.Source):
    """One layer for each number."""

    name = "several"

    def __init__(self, *numbers):
        self.numbers = numbers

    def fetch(self, previous, deadline):
        return veltrix.Fetched(self.numbers, self.numbers)

    def parse(self, fetched, lower):
        return [veltrix.Layer(f"several#{number}", {"n": number}) for number in fetched.payload]


def test_a_source_of_several_layers_may_have_more_and_fewer():
    source = Several(1, 2)
    live = Live({"n": 0}, source, {"top": True})
    assert live.snapshot.layer_names == ("values", "several#1", "several#2", "values 2")
    for numbers, generation in (((1, 2, 3), 2), ((3, 2), 3), ((), 4), ((4,), 5), ((4, 5), 6)):
        source.numbers = numbers
        candidate = live.reload()
        assert candidate.snapshot["n"] == ([0, *numbers])[-1]
        assert candidate.snapshot.layer_names == ("values", *(f"several#{n}" for n in numbers), "values 2")
        assert candidate.snapshot.generation == generation
    assert live.reload() is None


def test_layers_of_other_names_that_say_the_same_are_no_generation():
    source = Several(1, 2)
    live = Live({"n": 0}, source, {"n": 5})
    source.numbers = (3, 4)
    candidate = live.reload()
    assert candidate.moved_only
    assert candidate.snapshot.layer_names == ("values", "several#3", "several#4", "values 2")
    assert live.snapshot.generation == 1


def test_a_choice_of_a_dimension_is_one_layer():
    with pytest.raises(TypeError, match=r"^choice 'eu' of dimension 'region' is 2 layers, not one$"):
        veltrix.load({}, dimensions={"region": {"eu": Several(1, 2)}})


def test_nothing_is_held_of_what_was_published_before():
    write("a.json", {"a": 1})
    live = Live("a.json", veltrix.Env("APP"))
    for number in (2, 3):
        before = weakref.ref(live.snapshot)
        write("a.json", {"a": number})
        live.reload()
        gc.collect()
        assert before() is None
