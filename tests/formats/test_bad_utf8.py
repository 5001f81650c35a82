"""Bytes that are no UTF-8, in keys, values and comments: refused where the first of them stands."""

from __future__ import annotations

import pytest

from tests.formats.reading import outcome

SURROGATE = "a lone surrogate, which UTF-8 cannot carry, in the text"
BAD = {
    "latin-1": b"\xe9",
    "overlong-in-2": b"\xc0\x80",
    "overlong-in-3": b"\xe0\x80\xaf",
    "overlong-in-4": b"\xf0\x80\x80\xaf",
    "surrogate-pair": b"\xed\xa0\xbd\xed\xb8\x80",
    "high-surrogate": b"\xed\xa0\x80",
    "low-surrogate": b"\xed\xbf\xbf",
    "beyond-unicode": b"\xf4\x90\x80\x80",
    "five-bytes": b"\xf8\x88\x80\x80\x80",
    "continuation": b"\x80",
    "cut-after-2-of-3": b"\xe2\x82",
    "cut-after-3-of-4": b"\xf0\x9f\x98",
    "no-such-byte": b"\xfe",
}
PLACES = {
    "toml-key": b"%s = 1\n",
    "toml-quoted-key": b'"k%s" = 1\n',
    "toml-value": b"\xc3\xa9 = 1\nb = '\xf0\x9f\x98\x80%s'\n",
    "toml-lines": b'a = """\r\n\n %s"""',
    "toml-comment": b"# c %s\na = 1\n",
    "toml-end": b"a = 1\n%s",
    "json-key": b'{"%s": 1}',
    "json-value": b'{\n\n  "\xf0\x9f\x98\x80\xc3\xa9": "%s"}',
    "json-outside": b'{"a": 1}%s',
    "env-name": b"%s=1\n",
    "env-value": b"A=1\n\nB='\xc3\xa9\n%s'",
    "env-comment": b"# %s\nA=1",
    "yaml-key": b"%s: 1\n",
    "yaml-value": b'a: "%s"\n',
    "yaml-block": b"a: |\n  \xc3\xa9\n  %s\n",
    "yaml-comment": b"\xef\xbb\xbf# %s\na: 1\n",
}


@pytest.mark.parametrize("name", PLACES)
def test_bytes_that_are_no_text_are_refused_at_their_place(kernel, name):
    before = PLACES[name].partition(b"%s")[0].decode("utf-8-sig")
    place = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    for kind, bad in BAD.items():
        found = outcome(kernel, PLACES[name].replace(b"%s", bad), name.partition("-")[0])
        assert found[0] == "ParseError", kind
        assert (found[1]["line"], found[1]["column"]) == place, kind
        reason = SURROGATE if "surrogate" in kind else "not UTF-8"
        assert found[1]["reason"] == reason, kind
