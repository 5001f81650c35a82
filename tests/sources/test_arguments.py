"""Assignments as a command line writes them."""

from __future__ import annotations

import gc

import pytest

import veltrix
from tests.sources.conftest import load_over, problems_of
from veltrix.errors import ConfigError, LimitError


def given(*assignments, lower=None, **options):
    return load_over(veltrix.Arguments(assignments, **options), lower)


def test_a_text_takes_the_type_of_what_it_overrides_and_is_a_str_elsewhere():
    found = given(
        "server.port=80", "server.new=80", "debug=on", lower={"server": {"port": 1}, "debug": False}
    )
    assert found.to_dict() == {"server": {"port": 80, "new": "80"}, "debug": True}


def test_json_gives_any_type_whatever_the_lower_layers_hold():
    found = given("port:=null", "a:=[1, 2]", 'b:={"c": 1.5}', 's:="x"', lower={"port": 1})
    assert found.to_dict() == {"port": None, "a": [1, 2], "b": {"c": 1.5}, "s": "x"}


@pytest.mark.parametrize(
    ("assignment", "path", "value"),
    [
        ("a.b=c=d", ("a", "b"), "c=d"),
        ('log."my.module"=x', ("log", "my.module"), "x"),
        ('"a=b".c=x', ("a=b", "c"), "x"),
        ('"a\\"=b"=x', ('a"=b',), "x"),
        ('"a:"=x', ("a:",), "x"),
        ("a=", ("a",), ""),
        ("a=:=1", ("a",), ":=1"),
        ("Ä=ö", ("Ä",), "ö"),
    ],
)
def test_the_path_ends_at_the_first_equals_sign_outside_quotes(assignment, path, value):
    assert given(assignment)[path] == value


def test_an_item_of_a_list_is_overridden():
    lower = {"servers": [{"host": "a", "port": 1}, {"host": "b"}]}
    found = given("servers[0].port=2", "servers[1]:={}", lower=lower)
    assert found.to_dict() == {"servers": [{"host": "a", "port": 2}, {}]}


def test_the_last_assignment_to_a_path_counts():
    assert given("a=1", "b=2", "a=3").to_dict() == {"b": "2", "a": "3"} == given("b=2", '"a"=3').to_dict()


def test_matching_is_exact():
    assert given("PORT=80", lower={"port": 1}).to_dict() == {"port": 1, "PORT": "80"}


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("novalue", "assignment 1: expected path=value or path:=json"),
        ("", "assignment 1: expected path=value or path:=json"),
        ("=x", "path '', column 1: empty path"),
        ("a..b=x", "path 'a..b', column 3: empty segment"),
        ("port=x", "port: expected an int (decimal digits) as in layer 'lower' (layer 'arguments')"),
        ("port:=x", "port: expected JSON after := (layer 'arguments')"),
        ("l[3]=x", "assignment to l[3]: sets item 3 of l, which has 1"),
        ("port[0]=x", "assignment to port[0]: sets an item of port, which is not a list in lower layers"),
        (
            "nowhere[0]=x",
            "assignment to nowhere[0]: sets an item of nowhere, which is not a list in lower layers",
        ),
        ("l[0][0]=x", "assignment to l[0][0]: sets an item of l[0], which is not a list"),
        ("l[0].a=x", "assignment to l[0].a: sets a key of l[0], which is not a mapping"),
    ],
)
def test_what_cannot_be_used_is_told(assignment, said):
    assert problems_of(lambda: given(assignment, lower={"port": 1, "l": [1]})) == [said]


def long_assignment(form, segments):
    """Sets a path of one segment more, or of as many levels in JSON."""
    if form == "json":
        return "a:=" + '{"a":' * segments + "1" + "}" * segments
    if form == "items":
        return "l" + "[0]" * segments + "=1"
    return ("a." if form == "names" else '"a".') * segments + "b=1"


@pytest.mark.parametrize("form", ["names", "quoted", "items", "json"])
def test_64_levels_are_allowed_and_65_are_refused_by_their_path(form):
    lower = {"l": listed(63)} if form == "items" else None
    given(long_assignment(form, 63), lower=lower)
    with pytest.raises(ConfigError) as caught:
        given(long_assignment(form, 64), lower=lower)
    [problem] = caught.value.problems
    assert type(problem) is LimitError
    assert problem.reason == "deeper than 64 levels"
    assert len(problem.path.replace("[", ".").split(".")) == 65


def listed(levels):
    items = 0
    for _ in range(levels):
        items = [items]
    return items


@pytest.mark.parametrize("form", ["names", "quoted", "json"])
def test_a_path_without_end_takes_memory_for_its_length_only(form):
    """Ten times the segments, ten times the blocks: not a hundred times."""
    segments = 90 if form == "json" else 1_000
    few, many = (peak(form, segments * times) for times in (1, 10))
    assert many < 20 * few


def peak(form, segments):
    """The most bytes that refusing such an assignment holds at a time, the assignment left out."""
    tracemalloc = pytest.importorskip("tracemalloc", reason="this interpreter does not trace its memory")
    source = veltrix.Arguments([long_assignment(form, segments)])
    with pytest.raises(ConfigError):
        source.load(None)
    gc.collect()
    tracemalloc.start()
    try:
        with pytest.raises(ConfigError):
            source.load(None)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_all_problems_are_told_at_once():
    assert len(problems_of(lambda: given("x", "a..b=1", "c:=]", "d=1", "d.e=1"))) == 4


def test_the_origin_is_an_argument():
    assert given("a.b=1").explain("a.b").origin == veltrix.Origin("arguments", "argument")
    assert given("a=1", name="--set").explain("a").origin.layer == "--set"


def test_secrets_are_redacted():
    assert given("a=hunter2", secret="a").explain("a").value == "<secret>"


def test_an_assignment_is_a_str():
    with pytest.raises(TypeError, match="an assignment is a str, not int"):
        veltrix.Arguments([1])


def test_the_source_does_not_show_what_it_sets():
    assert repr(veltrix.Arguments(["a=hunter2"])) == "<veltrix.Arguments 'arguments'>"
