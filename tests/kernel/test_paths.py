"""Paths: the grammar, the canonical text, and every malformed path by its reason and column."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernel.stack import stack
from veltrix.errors import MissingKeyError, PathError
from veltrix.types import Name

# Text, its segments, and its canonical text where that is another.
GOOD = [
    ("a", ("a",), None),
    ("a.b.c", ("a", "b", "c"), None),
    ("0", ("0",), None),
    ("a.0", ("a", "0"), None),
    ("-", ("-",), None),
    ("a-b_c/d:e@f$g", ("a-b_c/d:e@f$g",), None),
    ("ключ.鍵.😀", ("ключ", "鍵", "😀"), None),
    ("a\\b", ("a\\b",), None),
    ('"a.b"', ("a.b",), None),
    ('""', ("",), None),
    ('"".""', ("", ""), None),
    ('logging."my.module".level', ("logging", "my.module", "level"), None),
    (r'"a\"b\\c"', ('a"b\\c',), None),
    ('"a b"', ("a b",), None),
    ('"a\tb"', ("a\tb",), None),
    ('"a[0]"', ("a[0]",), None),
    ('"]"', ("]",), None),
    ('"\u2003"', ("\u2003",), None),
    ("l[0]", ("l", 0), None),
    ("l[10][2].x", ("l", 10, 2, "x"), None),
    ('"l.m"[0]', ("l.m", 0), None),
    ("l[999999999999999999]", ("l", 10**18 - 1), None),
    ('"a"', ("a",), "a"),
    ('"a"."b"[1]', ("a", "b", 1), "a.b[1]"),
    (r'"\\"', ("\\",), "\\"),
    ("e\u0301", ("e\u0301",), None),
    ("\u200b", ("\u200b",), None),
]


@pytest.mark.parametrize(("text", "segments", "canonical"), GOOD, ids=ascii)
def test_a_path_is_parsed_and_written(kernel, text, segments, canonical):
    assert kernel.parse_path(text) == segments
    assert kernel.parse_path(segments) == segments
    assert kernel.format_path(segments) == (canonical or text)


BAD = [
    ("", 1, "empty path"),
    (".", 1, "empty segment"),
    (".a", 1, "empty segment"),
    ("a.", 3, "empty segment"),
    ("a..b", 3, "empty segment"),
    ('"a".', 5, "empty segment"),
    ("a[0].", 6, "empty segment"),
    ("a b", 2, "unexpected ' '"),
    (" a", 1, "unexpected ' '"),
    ("a\n", 2, r"unexpected '\n'"),
    ("a.\u00a0", 3, r"unexpected '\xa0'"),
    ("a.\u2028b", 3, r"unexpected '\u2028'"),
    ("a]", 2, "unexpected ']'"),
    ("]", 1, "unexpected ']'"),
    ('a"b"', 2, "unexpected '\"'"),
    ("a[0]b", 5, "unexpected 'b'"),
    ("a[0]]", 5, "unexpected ']'"),
    ('a[0]"b"', 5, "unexpected '\"'"),
    ("a[0x]", 4, "unexpected 'x'"),
    ("a[0 ]", 4, "unexpected ' '"),
    ('"a', 1, "unclosed quote"),
    ('a."', 3, "unclosed quote"),
    ('a."b\\', 3, "unclosed quote"),
    ('a."b\\"', 3, "unclosed quote"),
    (r'"a\n"', 3, "unknown escape"),
    (r'"\."', 2, "unknown escape"),
    ('"a"b', 4, "expected '.' or '[' after a quoted segment"),
    ('"a""b"', 4, "expected '.' or '[' after a quoted segment"),
    ('"a" ', 4, "expected '.' or '[' after a quoted segment"),
    ("a[]", 3, "expected an index"),
    ("a[x]", 3, "expected an index"),
    ("a[ 0]", 3, "expected an index"),
    ("a[+1]", 3, "expected an index"),
    ("a[\u0661]", 3, "expected an index"),
    ("a[01]", 3, "expected an index"),
    ("a[00]", 3, "expected an index"),
    ("a[-1]", 3, "negative index"),
    ("a[-x]", 3, "negative index"),
    ("a[1000000000000000000]", 3, "index too large"),
    ("[0]", 1, "index without a name"),
    ("a.[0]", 3, "index without a name"),
    ("a[", 2, "unclosed index"),
    ("a[1", 2, "unclosed index"),
    ("a[0][1", 5, "unclosed index"),
    ("a.\ud800", 3, "lone surrogate"),
    ("\ud800..", 1, "lone surrogate"),
    ("..\ud800", 3, "lone surrogate"),
    ('😀."é', 3, "unclosed quote"),
]


@pytest.mark.parametrize(("text", "column", "reason"), BAD, ids=ascii)
def test_a_malformed_path_is_an_error_at_its_column(kernel, text, column, reason):
    snapshot = stack(kernel, {"a": {"b": [1]}})
    for use in (kernel.parse_path, snapshot.__getitem__, snapshot["a"].get, snapshot.__contains__):
        with pytest.raises(PathError) as caught:
            use(text)
        assert (caught.value.text, caught.value.column, caught.value.reason) == (text, column, reason)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ((), "empty path"),
        ((0,), "index without a name"),
        ((0, "a"), "index without a name"),
        (("a", -1), "negative index"),
        (("a", 10**18), "index too large"),
        (("a", 10**40), "index too large"),
        (("a", -(10**40)), "negative index"),
        (("a", "\ud800"), "lone surrogate"),
        (("\udfff",), "lone surrogate"),
    ],
    ids=ascii,
)
def test_a_malformed_tuple_has_no_column(kernel, path, reason):
    snapshot = stack(kernel, {"a": {"b": [1]}})
    for use in (kernel.parse_path, kernel.format_path, snapshot.__getitem__, snapshot.get):
        with pytest.raises(PathError) as caught:
            use(path)
        assert (caught.value.text, caught.value.column, caught.value.reason) == (path, None, reason)


@pytest.mark.parametrize(
    "path", [None, 1, True, b"a", ["a"], 1.5, {}, object()], ids=lambda path: type(path).__name__
)
def test_a_path_is_a_str_or_a_tuple(kernel, path):
    snapshot = stack(kernel, {"a": {"b": 1}})
    uses = [kernel.parse_path, snapshot.__getitem__, snapshot.get, snapshot.__contains__, snapshot.explain]
    uses += [snapshot.key, snapshot["a"].__getitem__, snapshot["a"].get, snapshot.delete]
    uses += [lambda p: snapshot.set(p, 1)]
    for use in uses:
        with pytest.raises(TypeError) as caught:
            use(path)
        assert str(caught.value) == f"a path is a str or a tuple of str and int, not {type(path).__name__}"


@pytest.mark.parametrize("segment", [None, True, False, 1.0, b"a", ("a",)], ids=repr)
def test_a_segment_is_a_str_or_an_int(kernel, segment):
    snapshot = stack(kernel, {"a": {"b": 1}})
    for use in (
        kernel.parse_path,
        kernel.format_path,
        snapshot.__getitem__,
        snapshot.get,
        snapshot.__contains__,
    ):
        with pytest.raises(TypeError) as caught:
            use(("a", segment))
        assert str(caught.value) == f"a path segment is a str or an int, not {type(segment).__name__}"


def test_all_forms_of_a_path_give_the_same_value(kernel):
    snapshot = stack(kernel, {"logging": {"my.module": {"level": [10, {"x": 1}]}}})
    level = snapshot['logging."my.module".level']
    assert level == (10, {"x": 1})
    assert snapshot["logging", "my.module", "level"] == level
    assert snapshot["logging"]['"my.module".level'] == level
    assert snapshot["logging"]['"my.module"']["level"] == level
    assert snapshot['"logging"."my.module"."level"'] == level
    assert snapshot['logging."my.module".level[1].x'] == 1
    assert snapshot["logging", "my.module", "level", 1, "x"] == 1
    assert snapshot['logging."my.module"'] == snapshot["logging", "my.module"]


def test_a_key_of_a_document_is_a_name_and_no_path(kernel):
    snapshot = stack(kernel, {"a.b": 1, "a": {"b": 2}, "l[0]": 3, "": 4, 'q"': 5})
    assert snapshot['"a.b"'] == snapshot["a.b",] == 1
    assert snapshot["a.b"] == snapshot["a", "b"] == 2
    assert snapshot['"l[0]"'] == 3
    assert snapshot['""'] == snapshot["",] == 4
    assert snapshot[r'"q\""'] == 5
    assert list(snapshot.flatten()) == ['"a.b"', "a.b", '"l[0]"', '""', r'"q\""']


def test_names_match_exactly(kernel):
    snapshot = stack(kernel, {"Key": 1, "e\u0301": 2, "\ufb01eld": 3})
    assert snapshot["Key"] == 1
    assert "key" not in snapshot
    assert "\xe9" not in snapshot
    assert "field" not in snapshot
    assert snapshot["e\u0301"] == 2


@pytest.mark.parametrize("name", ["__class__", "__proto__", "items", "get", "class", "$ref", "None"])
def test_no_name_is_special(kernel, name):
    snapshot = stack(kernel, {name: {name: 1}})
    assert snapshot[f"{name}.{name}"] == 1
    assert list(snapshot) == [name]


def test_an_index_reaches_into_lists_only(kernel):
    snapshot = stack(kernel, {"l": [[1, 2], {"m": {"n": [3]}}], "m": {"0": "name"}, "s": "text", "b": b"x"})
    assert snapshot["l[0][1]"] == 2
    assert snapshot["l[1].m.n[0]"] == 3
    assert snapshot["l", 1, "m"] == {"n": (3,)}
    assert snapshot["m.0"] == "name"
    missing = ["l[2]", "l[0][2]", "m[0]", "s[0]", "b[0]", "l.0", "l.x", "l[1].m[0]", "l[999999999999999999]"]
    for path in missing:
        assert path not in snapshot
        assert snapshot.get(path, "default") == "default"


def test_a_str_subclass_is_a_path(kernel):
    class Path(str):
        __slots__ = ()

        def __str__(self):
            return "other"

        def __eq__(self, other):
            return False

        def __hash__(self):
            return 7

    snapshot = stack(kernel, {"a": {"b": 1}})
    assert snapshot[Path("a.b")] == 1
    assert snapshot[Path("a"), Path("b")] == 1
    assert Path("a.b") in snapshot
    assert snapshot["a"].get(Path("b")) == 1
    assert all(type(segment) is str for segment in kernel.parse_path((Path("a"),)))


def test_an_int_subclass_is_an_index(kernel):
    class Index(int):
        __slots__ = ()

    segments = kernel.parse_path(("l", Index(1)))
    assert segments == ("l", 1)
    assert type(segments[1]) is int
    assert stack(kernel, {"l": [1, 2]})["l", Index(1)] == 2


def test_a_name_is_one_segment_wherever_a_path_is_taken(kernel):
    snapshot = stack(kernel, {"a.b": {"c d": 1}})
    assert kernel.parse_path(Name("a.b")) == ("a.b",)
    assert snapshot[Name("a.b")][Name("c d")] == 1
    assert snapshot.get(Name("a")) is None
    assert Name("a.b") in snapshot
    assert snapshot[Name("a.b"), Name("c d")] == 1
    assert snapshot.explain(Name("a.b")).path == '"a.b"'
    assert snapshot.set(Name("x.y"), 1).to_dict() == {"a.b": {"c d": 1}, "x.y": 1}
    assert snapshot.delete(Name("a.b")).to_dict() == {}
    with pytest.raises(PathError, match="lone surrogate"):
        snapshot[Name("\ud800")]


def test_a_long_path_costs_one_look(kernel):
    snapshot = stack(kernel, {"a": 1})
    for path in ("a" * 2**20, ".".join(["a"] * 100_000), "a" + "[0]" * 100_000, f'"{"." * 2**20}"'):
        assert path not in snapshot
        with pytest.raises(MissingKeyError) as caught:
            snapshot[path]
        assert len(str(caught.value)) < 2_000


segments = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.text(' ."[]\\0a', max_size=6)
paths = st.tuples(segments, st.lists(segments | st.integers(0, 10**18 - 1), max_size=5)).map(
    lambda parts: (parts[0], *parts[1])
)


def test_all_white_space_is_quoted(kernel):
    for character in filter(str.isspace, map(chr, range(sys.maxunicode + 1))):
        for name in (character, f"a{character}", f"{character}a", f"a{character}a", f"é{character}é"):
            assert kernel.parse_path(f'"{name}"') == (name,)
            assert kernel.format_path((name,)) == f'"{name}"'


@given(paths)
def test_every_path_survives_its_text(kernel, path):
    text = kernel.format_path(path)
    assert kernel.parse_path(text) == path
    assert kernel.format_path(kernel.parse_path(text)) == text


@given(st.text(st.sampled_from('ab.[]"\\0 1-'), max_size=8))
def test_any_text_is_a_path_or_a_path_error(kernel, text):
    try:
        segments = kernel.parse_path(text)
    except PathError as caught:
        error = caught
    else:
        assert kernel.parse_path(kernel.format_path(segments)) == segments
        return
    assert error.text == text
    assert 1 <= error.column <= len(text) + 1
