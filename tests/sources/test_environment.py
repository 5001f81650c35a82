"""Variables to paths, and which of them are refused or left out."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import veltrix
from tests.sources.conftest import load_over, problems_of
from veltrix._text import printable
from veltrix.errors import ConfigError, ConflictError, LimitError
from veltrix.sources import matching
from veltrix.sources.matching import fold


def test_segments_are_joined_by_two_underscores_and_one_never_splits(env):
    assert env({"APP_SERVER__MAX_SIZE": "7"}).to_dict() == {"server": {"max_size": "7"}}


@pytest.mark.parametrize("key", ["max_size", "max-size", "MAX_SIZE", "Max.Size", "max size"])
def test_a_name_finds_the_key_that_folds_to_it(env, key):
    found = env({"APP_SERVER__MAX_SIZE": "7"}, {"server": {key: 1}})
    assert found.to_dict() == {"server": {key: 7}}


def test_a_key_with_two_underscores_can_be_meant(env):
    assert env({"APP_A__B__C": "x"}, {"a__b": {"c": ""}}).to_dict() == {"a__b": {"c": "x"}}


def test_letters_beyond_ascii_fold_too(env):
    assert env({"APP_GRÖSSE": "7"}, {"größe": 1}).to_dict() == {"größe": 7}


def test_the_part_that_matches_is_kept_and_the_rest_is_new(env):
    found = env({"APP_DATABASE__POOL_SIZE": "7"}, {"DataBase": {"host": "x"}})
    assert found.to_dict() == {"DataBase": {"host": "x", "pool_size": "7"}}


@pytest.mark.parametrize("name", ["APP_DB__HOST", "APP_DB__NEW"])
def test_more_than_one_match_is_an_error_that_lists_them(env, name):
    said = problems_of(lambda: env({name: "x"}, {"db": {"host": 1}, "Db": {"host": 2}}))
    rest = ".host" if name.endswith("HOST") else ""
    assert said == [f"variable {name}: means more than one path: Db{rest}, db{rest}"]


def test_a_deeper_match_decides_between_mappings(env):
    found = env({"APP_DB__HOST": "x"}, {"db": {"host": "a"}, "Db": {"port": 2}})
    assert found["db.host"] == "x"


def test_only_the_prefix_in_its_own_case_counts(env):
    assert env({"app_db": "1", "APPX_DB": "2", "APPDB": "3"}).to_dict() == {}


def test_two_variables_for_one_path_are_an_error(env):
    said = problems_of(lambda: env({"APP_DB": "1", "APP_db": "2"}))
    assert said == ["variable APP_db: sets db, which variable APP_DB sets too"]


def test_a_whole_and_a_part_of_it_are_an_error(env):
    said = problems_of(lambda: env({"APP_DB": "{}", "APP_DB__HOST": "x", "APP_DB__A__B": "y"}))
    assert said == [
        "variable APP_DB__A__B: sets db.a.b, but variable APP_DB sets db as a whole",
        "variable APP_DB__HOST: sets db.host, but variable APP_DB sets db as a whole",
    ]


def test_a_part_of_what_is_no_mapping_lower_down_is_a_conflict_that_names_the_variable(env):
    with pytest.raises(ConflictError, match="mapping in variable APP_PORT__X over int in layer 'lower'"):
        env({"APP_PORT__X": "1"}, {"port": 1})


@pytest.mark.parametrize("name", ["APP_", "APP__X", "APP_X__", "APP_X____Y", "APP___X"])
def test_a_name_with_an_empty_segment_is_left_out_with_a_warning(env, name):
    with pytest.warns(veltrix.ConfigWarning, match=f"^variable {name} is ignored: it has an empty segment$"):
        assert env({name: "1", "APP_OTHER": "2"}).to_dict() == {"other": "2"}


def test_a_key_that_begins_with_an_underscore_can_be_meant(env):
    assert env({"APP__X": "7", "APP_A___Y": "8"}, {"_x": 1, "a": {"_y": 2}}).to_dict() == {
        "_x": 7,
        "a": {"_y": 8},
    }


@pytest.mark.parametrize(
    ("name", "lower", "path"),
    [
        ("F___ON", {"f#": {"on": 0}}, ("f#", "on")),
        ("F___ON", {"f": {"+on": 0}}, ("f", "+on")),
        ("F___ON", {"f!": {"on": 0}, "f": {"off": 0}}, ("f!", "on")),
        ("F___ON", {"f___on": 0, "f_": {"off": 0}}, ("f___on",)),
        ("F____ON", {"f++": {"on": 0}}, ("f++", "on")),
        ("F____ON", {"f+": {"-on": 0}}, ("f+", "-on")),
        ("F____ON", {"f": {"": {"on": 0}}}, ("f", "", "on")),
        ("F_____ON", {"f": {"#": {"on": 0}}}, ("f", "#", "on")),
        ("F___", {"f.": {"": 0}}, ("f.", "")),
        ("F___", {"f": {"*": 0}}, ("f", "*")),
        ("F_", {"f?": 0}, ("f?",)),
        ("___ON", {"#": {"on": 0}}, ("#", "on")),
        ("G__F___ON", {"g": {"f#": {"on": 0}}, "h": 0}, ("g", "f#", "on")),
        ("L___1__ON", {"l#": [0, {"on": 0}]}, ("l#", 1, "on")),
        ("SSE___ON", {"ße#": {"on": 0}}, ("ße#", "on")),
    ],
)
def test_each_cut_of_a_run_of_underscores_is_tried(env, name, lower, path):
    assert env({f"APP_{name}": "7"}, lower)[path] == 7


@pytest.mark.parametrize(
    ("lower", "paths"),
    [
        ({"f#": {"on": 0}, "f": {"_on": 0}}, "f#.on, f._on"),
        ({"f#": {"on": 0}, "f___on": 0}, "f#.on, f___on"),
        ({"f#": {"off": 0}, "f": {"off": 0}}, "f, f#"),
    ],
)
def test_several_cuts_that_match_are_an_error_that_lists_them(env, lower, paths):
    said = problems_of(lambda: env({"APP_F___ON": "7"}, lower))
    assert said == [f"variable APP_F___ON: means more than one path: {paths}"]


def test_new_keys_go_into_the_section_that_the_cut_finds(env):
    assert env({"APP_F___ON": "7"}, {"f#": {"off": 0}})["f#"].to_dict() == {"off": 0, "on": "7"}
    assert env({"APP_F___ON": "7"}, {"f": {"off": 0}})["f"].to_dict() == {"off": 0, "_on": "7"}
    assert env({"APP_F___ON": "7"}, {"l": [0]}).to_dict() == {"l": [0], "f": {"_on": "7"}}


def test_an_item_beyond_a_list_whose_name_folds_to_an_underscore_is_refused(env):
    said = problems_of(lambda: env({"APP_L___1": "7"}, {"l#": [0]}))
    assert said == ["variable APP_L___1: l# is a list, whose items are 0 to 0"]


def test_a_long_name_costs_no_more_than_the_lower_keys_allow(monkeypatch):
    """Of 127 cuts in 128 KiB, only texts as long as a lower key are compared with keys."""
    folded = []

    def counted(text):
        folded.append(len(text))
        return fold(text)

    monkeypatch.setattr(matching, "fold", counted)
    lower = veltrix.resolve([veltrix.Layer("lower", {"a" * 30: {"b" * 30: 0}})])
    matching.Matcher(lower).match("___".join(["A" * 30, "B" * 30, *["C" * 4_000] * 30]))
    assert sum(folded) < 1_000


def test_an_empty_variable_counts_as_unset(env):
    assert env({"APP_A": "", "APP_B": "", "APP_B__C": "1"}, {"a": "kept"}).to_dict() == {
        "a": "kept",
        "b": {"c": "1"},
    }


def test_an_empty_variable_counts_if_that_is_said(env):
    assert env({"APP_A": "", "APP_L": ""}, {"a": "x", "l": [1]}, allow_empty=True).to_dict() == {
        "a": "",
        "l": [],
    }
    assert problems_of(lambda: env({"APP_N": ""}, {"n": 1}, allow_empty=True)) == [
        "n: expected an int (decimal digits) as in layer 'lower' (variable APP_N)"
    ]


def test_an_item_of_a_list_is_overridden(env):
    lower = {"l": [1, 2, 3], "hosts": [{"name": "a", "port": 1}, {"name": "b"}]}
    found = env(
        {"APP_L__0": "7", "APP_L__2": "9", "APP_HOSTS__0__PORT": "8", "APP_HOSTS__1__NEW": "x"}, lower
    )
    assert found.to_dict() == {
        "l": [7, 2, 9],
        "hosts": [{"name": "a", "port": 8}, {"name": "b", "new": "x"}],
    }
    assert str(found.explain("l").origin) == "variable APP_L__0, APP_L__2"
    assert [definition.role for definition in found.explain("l").definitions] == ["wins", "overridden"]


@pytest.mark.parametrize("index", ["3", "999999999", "9" * 400, "00", "-1", "X", "٣"])
def test_an_index_without_an_item_is_refused_with_the_bound(env, index):
    said = problems_of(lambda: env({f"APP_L__{index}": "7"}, {"l": [1, 2, 3]}))
    assert len(said) == 1
    assert said[0].startswith("variable APP_L__")
    assert said[0].endswith(": l is a list, whose items are 0 to 2")


def test_an_item_of_an_empty_list_is_refused(env):
    said = problems_of(lambda: env({"APP_L__0": "7"}, {"l": []}))
    assert said == ["variable APP_L__0: l is an empty list, which has no items to override"]


def test_a_list_and_one_of_its_items_are_an_error(env):
    said = problems_of(lambda: env({"APP_L": "1,2", "APP_L__0": "7"}, {"l": [1]}))
    assert said == ["variable APP_L__0: sets l[0], but variable APP_L sets l as a whole"]


def test_a_part_of_an_item_that_is_no_mapping_is_refused(env):
    said = problems_of(lambda: env({"APP_L__0__X": "7"}, {"l": [1]}))
    assert said == ["variable APP_L__0__X: sets a key of l[0], which is not a mapping"]


def test_an_index_where_no_list_is_lower_down_is_a_key(env):
    assert env({"APP_L__0": "7"}).to_dict() == {"l": {"0": "7"}}


def test_too_many_levels_are_refused_and_the_message_stays_short(env):
    [said] = problems_of(lambda: env({"APP_" + "__".join("A" * 10_000): "x"}))
    assert said.endswith("deeper than 64 levels")
    assert len(said) < 1_000


DEEP = "__".join("A" * 65)
PLACE = ":1:1" if veltrix.implementation == "native" else ""  # the reference knows the file alone


@pytest.mark.parametrize(
    ("source", "begin"),
    [
        (lambda: veltrix.Env("APP"), printable(f"variable APP_{DEEP}")),
        (lambda: veltrix.DotEnv(prefix="APP"), f".env{PLACE}: variable {printable(f'APP_{DEEP}')}"),
        (lambda: veltrix.Secrets("run"), printable(f"run/{DEEP}")),
    ],
    ids=["environment", "dotenv", "secrets"],
)
def test_a_name_of_65_levels_is_beyond_a_limit_wherever_it_stands(monkeypatch, tmp_path, source, begin):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"APP_{DEEP}", "x")
    Path(".env").write_text(f"APP_{DEEP}=x\n")
    Path("run").mkdir(mode=0o700)
    Path("run", DEEP).write_text("x")
    with pytest.raises(ConfigError) as caught:
        source().load(None)
    [problem] = caught.value.problems
    assert type(problem) is LimitError
    assert str(problem) == f"{begin}: deeper than 64 levels"


def test_64_levels_are_not_too_many(env):
    assert env({"APP_" + "__".join("A" * 64): "x"})[("a",) * 64] == "x"


def test_bytes_that_are_no_text_are_refused_by_name(tmp_path):
    script = "import veltrix; veltrix.Config(veltrix.Env('APP'))"
    environ = {**os.environb, b"APP_BAD": b"hunter2\xff\xfe", b"APP_N\xff": b"1", b"APP_GOOD": b"1"}
    ran = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, check=False)
    assert b"variable APP_BAD: not UTF-8" in ran.stderr
    assert b"variable APP_N\\udcff: not UTF-8" in ran.stderr
    assert b"hunter2" not in ran.stderr


def test_a_later_change_of_the_environment_is_seen_by_the_next_load_only(env, monkeypatch):
    source = veltrix.Env("APP")
    before = env({"APP_X": "1"})
    monkeypatch.setenv("APP_X", "2")
    assert before["x"] == "1"
    assert load_over(source)["x"] == "2"


def test_the_environment_is_read_through_os_environ(monkeypatch):
    monkeypatch.setattr(os, "environ", {"APP_X": "from python"})
    assert load_over(veltrix.Env("APP")).to_dict() == {"x": "from python"}


def test_a_variable_that_goes_away_during_the_read_is_unset(monkeypatch):
    class Vanishing(dict):
        def get(self, name, default=None):
            return default

    monkeypatch.setattr(os, "environ", Vanishing({"APP_X": "1"}))
    assert load_over(veltrix.Env("APP")).to_dict() == {}


def test_every_leaf_knows_its_variable(env):
    found = env({"APP_A__B": "1", "APP_M": '{"x": {"y": [1]}}'}, {"m": {}})
    origin = found.explain("a.b").origin
    assert origin == veltrix.Origin("env:APP", "environment", variable="APP_A__B")
    assert found.explain("m.x.y").origin.variable == "APP_M"
    assert str(found.explain("m.x").origin) == "variable APP_M"


def test_a_hundred_thousand_variables_are_taken(monkeypatch):
    lower = {f"group{number % 100}": {} for number in range(100)}
    for number in range(100_000):
        lower[f"group{number % 100}"][f"key-{number}"] = number
    environ = {f"APP_GROUP{number % 100}__KEY_{number}": str(number + 1) for number in range(100_000)}
    monkeypatch.setattr(os, "environ", environ)
    found = load_over(veltrix.Env("APP"), lower)
    assert found["group99", "key-99999"] == 100_000


def test_a_long_value_is_taken(env):
    text = "x" * (128 * 1024 - 16)
    assert env({"APP_X": text})["x"] == text


def test_values_that_look_like_directives_are_strs(env):
    texts = ["@jinja {{ 1 }}", "@format {x}", "!eval 1", "${APP_X}", "$delete", "_target_", "%(x)s"]
    found = env({f"APP_X{number}": text for number, text in enumerate(texts)})
    assert list(found.values()) == texts


def test_operators_are_no_feature_of_the_environment(env):
    found = env({"APP_M": '{"$delete": true}'}, {"m": {"a": 1}})
    assert found.to_dict() == {"m": {"a": 1, "$delete": True}}


def test_all_problems_are_told_at_once(env):
    variables = {"APP_A": "x", "APP_B": "y", "APP_L__9": "1", "APP_C": "ok"}
    said = problems_of(lambda: env(variables, {"a": 1, "b": True, "c": "", "l": [1]}))
    assert [text.split(":")[0] for text in said] == ["variable APP_L__9", "a", "b"]


@pytest.mark.parametrize("prefix", ["", "APP_", "A=B", "_", "A\0"])
def test_a_prefix_that_cannot_be_meant_is_refused(prefix):
    with pytest.raises(ValueError, match="prefix"):
        veltrix.Env(prefix)


def test_the_prefix_is_a_str():
    with pytest.raises(TypeError, match="a prefix is a str, not int"):
        veltrix.Env(3)


def test_the_layer_is_named_after_the_prefix_or_as_said():
    assert veltrix.Env("APP").load(None).name == "env:APP"
    assert veltrix.Env("APP", name="deployment").load(None).name == "deployment"


def test_secret_paths_are_redacted(env):
    found = env({"APP_DB__PASSWORD": "hunter2", "APP_X": "1"}, secret=["db.password"])
    assert found.explain("db.password").secret
    assert not found.explain("x").secret
    assert "hunter2" not in repr(found)
    assert env({}, secret=True).explain("x").secret


def test_a_source_is_read_only():
    with pytest.raises(AttributeError, match="Env is read-only"):
        veltrix.Env("APP").prefix = "OTHER"


def test_loads_are_whole_while_another_thread_writes_the_environment(monkeypatch):
    monkeypatch.setenv("APP_STEADY", "1")
    stop = threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            os.environ[f"APP_PASSING_{number % 50}"] = "x" * (number % 1000 + 1)
            os.environ.pop(f"APP_PASSING_{(number + 25) % 50}", None)

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for _ in range(200):
            assert load_over(veltrix.Env("APP"))["steady"] == "1"
    finally:
        stop.set()
        writing.join()
        for number in range(50):
            os.environ.pop(f"APP_PASSING_{number}", None)
