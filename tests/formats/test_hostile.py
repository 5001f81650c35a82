"""Documents made to cost memory, time or the stack. Work is counted, never timed."""

from __future__ import annotations

import json
import sys
import threading

import pytest

from tests.formats.reading import outcome
from veltrix import implementations
from veltrix.errors import LimitError, ParseError

# PyPy lets code recurse over 768 KiB of any stack, and ends with signal 11 on a smaller one.
SMALL_STACK = (1024 if sys.implementation.name == "pypy" else 256) * 1024


def nested_json(depth):
    return '{"a":' * depth + "1" + "}" * depth


DEEP = {
    "json-lists": '{"a":' + "[" * 200_000,
    "json-mappings": nested_json(100_000),
    "json-64": nested_json(64),
    "toml-arrays": "a=" + "[" * 200_000,
    "toml-tables": "a=" + "{a=" * 100_000,
    "toml-keys": "a." * 200_000 + "a=1",
    "toml-operators": '"$append".' * 20_000 + "a=1",
    "toml-64": ".".join("a" * 64) + "=1",
    "yaml-lists": "a: " + "[" * 200_000,
    "yaml-mappings": "{a: " * 100_000,
    "yaml-blocks": "".join(f"{' ' * level}a:\n" for level in range(500)),
    "yaml-entries": "a:\n" + "- " * 100_000 + "1",
    "yaml-64": nested_json(64),
}


@pytest.mark.parametrize("name", DEEP)
def test_depth_never_reaches_a_small_stack(kernel, name):
    document = DEEP[name]
    results = []

    def read():
        results.append(parsed(kernel, document, name.partition("-")[0]))

    before = threading.stack_size(SMALL_STACK)
    try:
        thread = threading.Thread(target=read)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    expected = dict.fromkeys(("json-64", "toml-64", "yaml-64"), "value") | {"toml-operators": "ParseError"}
    assert results == [expected.get(name, "LimitError")]


@pytest.mark.parametrize(
    ("document", "asked"),
    [
        (nested_json(64), True),
        (nested_json(65), False),
        ('{"a": ' + "[" * 100_000, False),
        ('{"a": "' + "[{" * 100_000 + '"}', True),
        (r'{"a": "\"' + "[{" * 100_000 + '"}', True),
        ('{"a": [' + "[{}]," * 1_000 + "1]}", True),
        ('{"a": "' + "[{" * 1_000, False),
    ],
)
def test_the_reference_asks_the_scanner_only_where_a_document_is_shallow(monkeypatch, document, asked):
    """CPython 3.13's ends the process where a small stack is too small."""
    texts = []
    loads = json.loads
    monkeypatch.setattr(json, "loads", lambda text, **options: texts.append(text) or loads(text, **options))
    parsed(implementations()["pure"], document, "json")
    assert bool(texts) == asked


@pytest.mark.parametrize("name", DEEP)
def test_a_low_recursion_limit_changes_nothing(kernel, name):
    document = DEEP[name]
    expected = parsed(kernel, document, name.partition("-")[0])
    depth = 0
    frame = sys._getframe()
    while frame is not None:
        depth, frame = depth + 1, frame.f_back
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(depth + 300)
    try:
        found = parsed(kernel, document, name.partition("-")[0])
    finally:
        sys.setrecursionlimit(before)
    assert found == expected


def parsed(kernel, document, format):
    try:
        kernel.Layer.parse("layer", document, format)
    except (ParseError, LimitError) as error:
        return type(error).__name__
    return "value"


def keys(size, template):
    """So many bytes of pieces with a number in each."""
    length = len(template.format(1234))
    return [template.format(number) for number in range(size // length)]


# Each makes a document of about `size` bytes that is as bad as it can be for its length.
GENERATORS = {
    "json-one-wide-mapping": lambda size: "{" + ",".join(keys(size, '"k{}":0')) + "}",
    "json-many-mappings": lambda size: '{"a":[' + '{"a":{"b":1}},' * (size // 14) + "0]}",
    "json-escapes": lambda size: '{"a":"' + "\\n" * (size // 2) + '"}',
    "json-escapes-refused": lambda size: '{"a":"' + "\\n" * (size // 2) + '","a":1}',
    "json-one-line-of-accents": lambda size: "{" + ",".join(keys(size, '"é{}":0')) + "}",
    "json-white-space": lambda size: '{"a":1,' + "\n" * size + '"a":1}',
    "json-duplicate-at-the-end": lambda size: "{" + ",".join(keys(size, '"k{}":0')) + ',"k0":0}',
    "json-digits": lambda size: '{"a":' + "1" * size + "}",
    "toml-keys": lambda size: "".join(keys(size, "k{} = 0\n")),
    "toml-dotted-keys": lambda size: "".join(keys(size, "a.b.c.k{} = 0\n")),
    "toml-tables": lambda size: "".join(keys(size, "[a.t{}]\n")),
    "toml-arrays-of-tables": lambda size: "[[a]]\n" * (size // 6),
    "toml-duplicate-in-the-last-table": lambda size: "[[a]]\n" * (size // 6) + "x=1\nx=1",
    "toml-inline-table": lambda size: "a={" + ",".join(keys(size, "k{}=0")) + "}",
    "toml-array": lambda size: "a=[" + "1.5," * (size // 4) + "]",
    "toml-escapes": lambda size: 'a="' + "\\n" * (size // 2) + '"',
    "toml-quotes": lambda size: 'a="""' + '""\\n' * (size // 4) + '"""',
    "toml-open-quotes": lambda size: "a='''" + "''\n" * (size // 3),
    "toml-lines-joined": lambda size: 'a="""' + "\\\n" * (size // 2) + '"""',
    "toml-comments": lambda size: "#\n" * (size // 2),
    "toml-underscores": lambda size: "a = 1" + "_0" * (size // 2),
    "yaml-keys": lambda size: "".join(keys(size, "k{}: 0\n")),
    "yaml-flow-on-one-line": lambda size: "a: [" + "1.5," * (size // 4) + "]",
    "yaml-mapping-on-one-line": lambda size: "{" + ",".join(keys(size, "k{}: 0")) + "}",
    "yaml-many-mappings": lambda size: "a:\n" + "- {a: {b: 1}}\n" * (size // 14),
    "yaml-anchors": lambda size: "a:\n" + "".join(keys(size, "- &n{} 0\n")),
    "yaml-duplicate-at-the-end": lambda size: "".join(keys(size, "k{}: 0\n")) + "k0: 0\n",
    "yaml-block-text": lambda size: "a: |\n" + "  x\n" * (size // 4),
    "yaml-blank-lines": lambda size: "a: |\n  x\n" + "\n" * size + "b: 1\n",
    "yaml-escapes": lambda size: 'a: "' + "\\n" * (size // 2) + '"',
    "yaml-open-quotes": lambda size: "a: 'x" + "''" * (size // 2),
    "yaml-plain-lines": lambda size: "a:\n" + "  x\n" * (size // 4),
    "yaml-comments": lambda size: "#\n" * (size // 2),
    "env-names": lambda size: "".join(keys(size, "K{}=0\n")),
    "env-lines-in-quotes": lambda size: "A='" + "\n" * size + "'",
    "env-open-quote": lambda size: 'A="' + "\\\\" * (size // 2),
    "env-signs": lambda size: "A=" + "x#" * (size // 2),
    "env-blanks": lambda size: "A=x" + " " * size + "y",
}


@pytest.mark.parametrize("name", GENERATORS)
def test_a_large_document_is_read(kernel, name):
    size = 30_000 if kernel.__name__.endswith("_pure") else 2_000_000
    expected = parsed(kernel, GENERATORS[name](8_000), name.partition("-")[0])
    assert parsed(kernel, GENERATORS[name](size), name.partition("-")[0]) == expected


@pytest.mark.parametrize("name", GENERATORS)
def test_twice_the_document_is_twice_the_work(name):
    pure = implementations()["pure"]
    documents = [GENERATORS[name](size) for size in (4_000, 8_000)]
    once, twice = (calls_of(parsed, pure, document, name.partition("-")[0]) for document in documents)
    assert twice < 2.5 * once + 100


def calls_of(function, *arguments):
    """How many functions were called, those of C included."""
    count = 0

    def profile(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        function(*arguments)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    ("format", "document"),
    [
        ("json", '{"%s": {"a": 1, "a": 2}}' % ("k" * 1_000_000)),
        ("toml", "['%s']\na = 1\na = 2" % ("k" * 1_000_000)),
        ("json", '{"x": "%s' % ("v" * 1_000_000)),
        ("toml", "a = %s" % ("v" * 1_000_000)),
        ("env", "%s" % ("N" * 1_000_000)),
        ("yaml", "%s:\n  a: 1\n  a: 2" % ("? '" + "k" * 1_000_000 + "'\n")),
        ("yaml", "a: [%s" % ("v" * 1_000_000)),
    ],
)
def test_a_message_stays_short(kernel, format, document):
    with pytest.raises((ParseError, LimitError)) as caught:
        kernel.Layer.parse("layer", document, format)
    assert len(str(caught.value)) < 1_000


@pytest.mark.parametrize("format", ["json", "toml", "yaml", "env"])
def test_a_message_moves_no_cursor(kernel, format):
    key = "\\u001b[2J\\u202e\\u000a"
    document = {
        "json": '{"%s":1,"%s":1}',
        "yaml": '{"%s":1,"%s":1}',
        "toml": '"%s"=1\n"%s"=1',
        "env": "\x1b[2J%s%s",
    }[format] % (
        key,
        key,
    )
    with pytest.raises(ParseError) as caught:
        kernel.Layer.parse("layer", document, format, file="a\x1b[2J\nb")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("format", "document"),
    [("json", '{"a":"x\ud800"}'), ("toml", "a='x\ud800'"), ("env", "A=x\udfff"), ("json", "\ud83d\ude00 x")],
)
def test_text_with_half_a_character_is_refused(kernel, format, document):
    verdict, fields = outcome(kernel, document, format)
    assert verdict == "ParseError"
    assert fields["reason"] == "a lone surrogate, which UTF-8 cannot carry, in the text"
    bad = next(index for index, character in enumerate(document, 1) if "\ud800" <= character <= "\udfff")
    assert (fields["line"], fields["column"]) == (1, bad)
