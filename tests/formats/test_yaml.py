"""YAML on both implementations: what is a document, what is none, and that both say the same."""

from __future__ import annotations

import subprocess
import sys
from random import Random

import pytest

from tests.formats.reading import data_of, outcome
from tests.formats.yaml_generation import changed, document
from veltrix.errors import ConfigError, LimitError, ParseError

pytest.importorskip("yaml")

ROUNDS = 1500


def parse(kernel, text):
    return data_of(kernel.Layer.parse("layer", text, "yaml"))


REFUSED = {
    "tab-indents": "a:\n\tb: 1\n",
    "tab-indents-text": "a:\n\tb\n",
    "tab-before-an-entry": "a:\n  -\t- b\n",
    "tab-begins-a-block": "a: |\n\tb\n",
    "entry-on-the-line-of-a-key": "a: - b\n",
    "key-on-the-line-of-a-value": "a: b: c\n",
    "two-values": 'a: "b" c\n',
    "text-behind-a-list": "a: [b] c\n",
    "unclosed-list": "a: [b\n",
    "unclosed-mapping": "a: {b\n",
    "unclosed-quotes": "a: 'b\n",
    "stray-bracket": "a: ]\n",
    "wrong-bracket": "a: [b}\n",
    "empty-entry": "a: [b,,c]\n",
    "comma-first": "a: [,b]\n",
    "comment-without-a-blank": 'a: "b"#c\n',
    "comment-behind-a-bracket": "a: [b]#c\n",
    "comment-inside-of-text": "a: b\n  # c\n  d\n",
    "unknown-escape": 'a: "\\q"\n',
    "short-escape": 'a: "\\x4"\n',
    "escape-beyond-unicode": 'a: "\\U00110000"\n',
    "reserved-at-sign": "a: @b\n",
    "reserved-grave": "a: `b\n",
    "percent": "a: %b\n",
    "unknown-anchor": "a: *b\n",
    "anchor-of-an-alias": "a: &b 1\nc: &d *b\n",
    "two-anchors": "a: &b &c d\n",
    "two-tags": "a: !!str !!str d\n",
    "undeclared-handle": "a: !e!x 1\n",
    "less-indentation": "a:\n    b: 1\n  c: 2\n",
    "more-indentation": "a: 1\n  b: 2\n",
    "block-with-leading-blanks": "a: |\n    \n  b\n",
    "block-header": "a: |x\n  b\n",
    "block-indentation-zero": "a: |0\n  b\n",
    "document-start-in-quotes": "a: 'b\n---\nc'\n",
    "text-behind-the-end": "a: 1\n... b\n",
    "directive-without-document": "%YAML 1.2\n",
    "two-version-directives": "%YAML 1.2\n%YAML 1.2\n---\na: 1\n",
    "dash-in-brackets": "a: [-]\n",
    "value-without-a-blank": "a: [b:[c]]\n",
    "key-of-several-lines": "a\nb: c\n",
    "key-of-more-than-1024-characters": f"{'k' * 1025}: 1\n",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_is_no_yaml_is_refused_with_its_place(kernel, text):
    with pytest.raises(ParseError) as caught:
        parse(kernel, text)
    assert 1 <= caught.value.line <= text.count("\n") + 1
    assert caught.value.column >= 1
    assert len(caught.value.reason) < 200


ACCEPTED = {
    "under-indented-list": ("a: [b,\nc]\n", {"a": ("b", "c")}),
    "under-indented-quotes": ('a: "b\nc"\n', {"a": "b c"}),
    "tabs-around-text": ("a:\tb\t\nc: 1\t# d\n", {"a": "b", "c": 1}),
    "blank-lines-of-tabs": ("a: 1\n\t\nb: 2\n", {"a": 1, "b": 2}),
    "key-of-1024-characters": (f"{'k' * 1024}: 1\n", {"k" * 1024: 1}),
    "long-key-behind-a-question-mark": (f"? {'k' * 5000}\n: 1\n", {"k" * 5000: 1}),
    "key-of-several-lines-in-brackets": ("a: {b\n  : c}\n", {"a": {"b": "c"}}),
}


@pytest.mark.parametrize("text", ["k: [1,,2]\n", "k: [a,\n, b]\n", "k: [,1]\n", "\u00e4: {a: 1,, b: 2}\n"])
def test_a_comma_where_a_value_is_to_begin_is_named(kernel, text):
    with pytest.raises(ParseError) as caught:
        parse(kernel, text)
    assert caught.value.reason.endswith("','")
    assert "EOF" not in caught.value.reason


@pytest.mark.parametrize(("text", "expected"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_is_written_in_practice_is_read(kernel, text, expected):
    assert parse(kernel, text) == expected


@pytest.mark.parametrize("depth", [65, 128, 129, 1_000, 100_000])
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "{b: [", "!!seq [", "&a [", "{<<: "])
def test_depth_is_limited_before_the_end_is_seen(kernel, opening, depth):
    closing = {"[": "]", "{": "}", "-": "1"}
    end = "".join(closing.get(character, "") for character in reversed(opening)) * depth
    error = LimitError if depth > 130 or opening != "{<<: " else ConfigError
    with pytest.raises(error):
        parse(kernel, f"a:\n {opening * depth}{end}\n")


def test_an_alias_bomb_is_refused(kernel):
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)]
    with pytest.raises(LimitError, match="more than 10000 alias expansions"):
        parse(kernel, "\n".join(lines))


def test_a_hundred_thousand_anchors_are_fine(kernel):
    lines = [f"k{n}: &a{n} {n}" for n in range(100_000 if kernel.__name__.endswith("_native") else 5_000)]
    lines.append(f"l: [{', '.join(f'*a{n}' for n in range(5_000))}]")
    data = parse(kernel, "\n".join(lines))
    assert list(data["l"]) == list(range(5_000))


def test_what_aliases_share_cannot_be_changed_through_each_other(kernel):
    data = kernel.resolve([kernel.Layer.parse("layer", "a: &a {b: [1]}\nc: *a\n", "yaml")])
    assert data.set("a.b", [2])["c.b"] == (1,)


def test_the_reference_says_what_it_needs(tmp_path):
    (tmp_path / "yaml.py").write_text("raise ModuleNotFoundError('no', name='yaml')", encoding="utf-8")
    script = (
        "from veltrix import implementations, errors\n"
        "try: implementations()['pure'].Layer.parse('a', 'a: 1', 'yaml', file='a.yaml')\n"
        "except errors.SourceError as error: print(error)\n"
    )
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{script}"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout == "a.yaml: YAML needs PyYAML: pip install veltrix[yaml]\n"


def verdict(kernel, text):
    """The value, or the class of the error: the two parsers have words of their own for syntax."""
    kind, detail = outcome(kernel, text, "yaml")
    return kind, detail if kind == "value" else None


@pytest.mark.parametrize("seed", range(4))
def test_both_give_the_same_verdict_and_value(both, seed):
    random = Random(f"yaml {seed}")
    verdicts = set()
    for _ in range(ROUNDS):
        text = document(random)
        pure, native = (verdict(kernel, text) for kernel in both)
        assert pure == native, text
        verdicts.add(pure[0])
    assert verdicts == {"value", "ParseError"}


def test_the_difference_that_is_documented_is_still_there(both):
    pure, native = (verdict(kernel, "? &a\n\tkey\n: value\n")[0] for kernel in both)
    assert (pure, native) == ("ParseError", "value")


DOCUMENT = """%YAML 1.2
---
a: 1 # c
b:
  - x
  - {c: true, d: [1.5, ~], "e":f}
'g h': "i\\n\\u00e9"
j: |
  one

  two
k: &x {l: 1}
m: {<<: *x, n: 2}
o: {$append: [1]}
p: >-
  folded
  text

q: {$delete: true}
? r
: !!str 1
...
"""


def test_both_agree_on_a_document_with_a_few_characters_changed(both):
    random = Random("yaml document")
    for _ in range(ROUNDS):
        text = changed(random, DOCUMENT)
        pure, native = (verdict(kernel, text) for kernel in both)
        assert pure == native, text


def test_both_agree_on_a_document_cut_off_anywhere(both):
    for length in range(len(DOCUMENT) + 1):
        pure, native = (verdict(kernel, DOCUMENT[:length]) for kernel in both)
        assert pure == native, DOCUMENT[:length]


@pytest.mark.parametrize("character", ["\x01", "\x7f", "\x80", "\ufeff", "\ufffe"])
def test_no_unprintable_character_hides_between_ordinary_ones(kernel, character):
    for before in (1, 61, 62, 63, 64, 65, 127, 128, 200):
        text = "#" * before + character + "é" * 70
        with pytest.raises(ParseError, match=f"unprintable character U\\+{ord(character):04X}") as caught:
            parse(kernel, text)
        assert (caught.value.line, caught.value.column) == (1, before + 1)
