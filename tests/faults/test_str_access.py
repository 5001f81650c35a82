"""Group S: what the extension reads of a `str` by itself is what CPython's own functions say of it."""

from __future__ import annotations

import ctypes
import random
import sys

import pytest

import veltrix

# Only a build with assertions shows it.
NATIVE = veltrix.implementations().get("native")
ACCESS, SAME = (getattr(NATIVE, name, None) for name in ("_str_access", "_same_text"))
pytestmark = pytest.mark.skipif(ACCESS is None, reason="not the extension with assertions")

BOUNDARIES = (0x00, 0x7F, 0x80, 0xFF, 0x100, 0xD7FF, 0xD800, 0xDFFF, 0xFFFF, 0x10000, 0x10FFFF)
LENGTHS = (1, 2, 3, 4, 7, 8, 16, 17, 33, 64, 65, 1_000)


class Subclass(str):
    __slots__ = ()


def function(name, result, *arguments):
    """A function that the interpreter exports; each call is checked for an exception."""
    found = ctypes.pythonapi[name]
    found.restype, found.argtypes = result, arguments
    return found


def strings():
    """Exact strings of every form: by widest character, by length, by where they come from."""
    yield from (
        "",
        "a",
        "\xe9",
        "\u20ac",
        "\U0001f600",
        sys.intern("an interned name"),
        "text" * 2,
        str(12.5),
    )
    for character in BOUNDARIES:
        for length in LENGTHS:
            yield chr(character) * length
            yield "a" * (length - 1) + chr(character)
            yield chr(character) + "\0" * (length - 1)
    source = random.Random(43_626)
    for top in (0x7F, 0xFF, 0xFFFF, 0x10FFFF):
        for _ in range(50):
            yield "".join(chr(source.randint(0, top)) for _ in range(source.randint(0, 40)))
    # What has been encoded keeps its UTF-8 beside its text.
    for text in ("plain", "\xe9t\xe9", "\u20ac", "\U0001f600"):
        encoded = text * 3
        assert function("PyUnicode_AsUTF8", ctypes.c_char_p, ctypes.py_object)(encoded)
        yield encoded
    # CPython makes these with other functions than the literals above.
    wide = function("PyUnicode_FromWideChar", ctypes.py_object, ctypes.c_wchar_p, ctypes.c_ssize_t)
    for character in ("a", "\xe9", "\u20ac", "\U0001f600"):
        yield function("PyUnicode_FromOrdinal", ctypes.py_object, ctypes.c_int)(ord(character))
        yield wide(character, -1)


def width(text):
    """The bytes that a character of the text takes, as CPython documents it."""
    widest = max(map(ord, text), default=0)
    return 1 if widest < 0x100 else 2 if widest < 0x10000 else 4


def check(text):
    """Holds every answer about an exact `str` against the interpreter's own functions."""
    is_ascii, kind, length, hashed, address = ACCESS(text)
    assert length == function("PyUnicode_GetLength", ctypes.c_ssize_t, ctypes.py_object)(text)
    assert kind == width(text)
    if sys.version_info >= (3, 14):  # earlier they are macros
        assert kind == function("PyUnicode_KIND", ctypes.c_int, ctypes.py_object)(text)
        assert address == function("PyUnicode_DATA", ctypes.c_void_p, ctypes.py_object)(text)
    read = function("PyUnicode_ReadChar", ctypes.c_uint32, ctypes.py_object, ctypes.c_ssize_t)
    raw = ctypes.string_at(address, length * kind)
    characters = [int.from_bytes(raw[at : at + kind], sys.byteorder) for at in range(0, len(raw), kind)]
    assert characters == [read(text, at) for at in range(length)]
    again = function(
        "PyUnicode_FromKindAndData", ctypes.py_object, ctypes.c_int, ctypes.c_void_p, ctypes.c_ssize_t
    )
    assert again(kind, address, length) == text
    assert hashed == hash(text) % 2**64
    return is_ascii


def test_every_answer_is_the_one_of_the_interpreter():
    count = 0
    for text in strings():
        assert check(text) == text.isascii(), ascii(text[:20])
        if text.isascii():  # its UTF-8 is the text itself
            utf8 = function("PyUnicode_AsUTF8AndSize", ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)
            assert utf8(text, None) == ACCESS(text)[4]
        count += 1
    assert count > 500


def test_a_hash_is_read_where_it_was_computed_before_and_computed_where_it_was_not():
    for text in ("never hashed ", "never hashed \xe9", "never hashed \u20ac"):
        fresh = text + str(random.random())
        first = ACCESS(fresh)[3]
        assert first == ACCESS(fresh)[3] == hash(fresh) % 2**64


@pytest.mark.parametrize("other", ["b", "\xe9", "\u20ac", "\U0001f600"])
@pytest.mark.parametrize("common", ["a", "\xe8", "\u20ad", "\U0001f601"])
def test_texts_are_the_same_where_each_of_their_characters_is(common, other):
    for length in (*range(1, 70), 127, 128, 129):
        text = common * length
        assert SAME(text, "".join(list(text)))
        assert not SAME(text, text + common)
        for at in range(length):
            changed = text[:at] + other + text[at + 1 :]
            assert not SAME(text, changed)
            assert not SAME(changed, text)


@pytest.mark.parametrize("text", ["", "plain", "\xe9t\xe9", "\u20ac", "\U0001f600"])
def test_an_instance_of_a_subclass_is_never_taken_for_compact_ascii(text):
    is_ascii, kind, length, _, _ = ACCESS(Subclass(text))
    assert (is_ascii, kind, length) == (False, width(text), len(text))


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="an exact str is compact from 3.12 on")
@pytest.mark.parametrize("text", ["plain", "\xe9t\xe9", "\u20ac", "\U0001f600"])
@pytest.mark.filterwarnings("ignore:.*:DeprecationWarning")
def test_a_string_of_the_old_form_is_read_too(kernel, text):
    # Its characters lie in a block of their own; until its text is asked for, it has no kind and no length.
    make = function("PyUnicode_FromUnicode", ctypes.py_object, ctypes.c_void_p, ctypes.c_ssize_t)
    fill = function("PyUnicode_AsUnicode", ctypes.c_void_p, ctypes.py_object)

    def old(text):
        made = make(None, len(text))
        size = len(text) * ctypes.sizeof(ctypes.c_wchar)
        ctypes.memmove(fill(made), ctypes.create_unicode_buffer(text), size)
        return made

    unread = old(text)
    assert ACCESS(unread)[0] is False
    snapshot = kernel.resolve([kernel.Layer("low", {text: text, "other": 1})])
    assert snapshot[old(text)] == snapshot[old(text)] == snapshot.get(old(text)) == text
    assert old(text) in snapshot
    assert snapshot[text] == text
    assert kernel.resolve([kernel.Layer("low", {old(text): old(text)})]).to_dict() == {text: text}
    assert len(unread) == len(text)
    assert check(unread) is False
    assert ACCESS(unread)[4] != id(unread)
    assert SAME(unread, text)  # which has been read by now
    assert SAME(text, unread)
    assert not SAME(unread, text[:-1] + "?")
