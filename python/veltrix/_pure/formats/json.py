"""JSON, RFC 8259.

What is usual is read by the standard library. Whatever is not (an error, an operator, a number out of
range, too many levels) is read again here, character by character, to say exactly what and where.
"""

from __future__ import annotations

import re
from itertools import accumulate, repeat
from math import isinf

from veltrix._limits import DIGIT_LIMIT, MAX_DEPTH
from veltrix._pure.formats import SURROGATE
from veltrix._pure.formats.cursor import Cursor
from veltrix._pure.formats.usual import is_usual

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from veltrix._pure.formats.document import DocumentBuilder
    from veltrix._pure.formats.position import Position


_SPACE = re.compile(r"[ \t\n\r]*+")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*+')
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*+)")
_FRACTION = re.compile(r"\.([0-9]*+)")
_EXPONENT = re.compile(r"[eE][+-]?([0-9]*+)")
_FOUR_DIGITS = re.compile(r"[0-9a-fA-F]{4}")
_DOUBTFUL_ESCAPE = re.compile(r"\\u(?:[dD][89a-fA-F]|(?![0-9a-fA-F]{4}))")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": True, "false": False, "null": None}
_WORD = re.compile("true|false|null")
_NUMBER_START = re.compile("[-0-9]")
_OTHER_DIGIT = re.compile(r"(?<=[-+.eE0-9])(?![0-9])\d")
_NO_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"|[^][{}"]++', re.DOTALL)
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


def shortcut(text: str) -> dict[str, Any] | None:
    """The data of a document in which nothing is unusual."""
    import json

    if _DOUBTFUL_ESCAPE.search(text) or _is_deep(text) or _has_digits_of_another_script(text):
        return None
    try:
        data = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return data if is_usual(data) else None


def _is_deep(text: str) -> bool:
    """Whether a document has more levels than the limit; the scanner of CPython 3.13 trusts the C stack."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    steps = map(_STEPS.get, _NO_BRACKET.sub("", text), repeat(0))
    return max(accumulate(steps), default=0) > MAX_DEPTH


def _has_digits_of_another_script(text: str) -> bool:
    """Whether something may be a number with digits beyond ASCII, which the scanner of PyPy reads."""
    return not text.isascii() and _OTHER_DIGIT.search(text) is not None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise ValueError
    return mapping


def _refuse(constant: str) -> NoReturn:
    raise ValueError


def parse(text: str, document: DocumentBuilder) -> None:
    """Reads a JSON document."""
    _JsonReader(text, document).read()


class _JsonReader:
    def __init__(self, text: str, document: DocumentBuilder) -> None:
        self.cursor = Cursor(text)
        self.document = document
        self.position: Position = (1, 1)

    def read(self) -> None:
        cursor, document = self.cursor, self.document
        cursor.skip(_SPACE)
        while True:
            first = self.value()
            while True:
                cursor.skip(_SPACE)
                if not document.open_containers:
                    if not cursor.at_end:
                        raise cursor.error("expected the end of the document")
                    return
                in_list = document.in_list
                end = "]" if in_list else "}"
                if cursor.take(end):
                    document.close()
                    first = False
                    continue
                if not first:
                    if not cursor.take(","):
                        raise cursor.error(f"expected ',' or '{end}'")
                    cursor.skip(_SPACE)
                self.position = cursor.position()
                if not in_list:
                    self.key()
                break

    def key(self) -> None:
        cursor = self.cursor
        if cursor.peek() != '"':
            raise cursor.error("expected a key in double quotes")
        self.document.key(self.string(), self.position)
        cursor.skip(_SPACE)
        if not cursor.take(":"):
            raise cursor.error("expected ':' after the key")
        cursor.skip(_SPACE)

    def value(self) -> bool:
        """Reads a scalar or the opening of a container; whether it was the latter."""
        cursor, document = self.cursor, self.document
        if cursor.take("{"):
            document.open_mapping(self.position)
            return True
        if cursor.take("["):
            document.open_list(self.position)
            return True
        if cursor.peek() == '"':
            document.scalar(self.string(), self.position)
        elif word := cursor.skip(_WORD):
            document.scalar(_WORDS[word], self.position)
        elif _NUMBER_START.match(cursor.text, cursor.offset):
            document.scalar(self.number(), self.position)
        else:
            raise cursor.error("expected a value")
        return False

    def number(self) -> int | float:
        cursor = self.cursor
        start = cursor.offset
        if not cursor.skip(_INTEGER):
            raise cursor.error("expected a digit", start + 1)
        end_of_integer = cursor.offset
        for part in (_FRACTION, _EXPONENT):
            if (match := cursor.match(part)) and not match[1]:
                raise cursor.error("expected a digit")
        text = cursor.since(start)
        if cursor.offset == end_of_integer:
            if len(text.removeprefix("-")) > DIGIT_LIMIT:
                raise cursor.limit(f"number of more than {DIGIT_LIMIT} digits", start)
            return int(text)
        number = float(text)
        if isinf(number):
            raise cursor.error("number out of range", start)
        return number

    def string(self) -> str:
        """Reads a string from its opening quote to its closing one."""
        cursor = self.cursor
        cursor.offset += 1
        pieces: list[str] = []
        while True:
            pieces.append(cursor.skip(_PLAIN))
            if cursor.take('"'):
                return "".join(pieces)
            if cursor.at_end:
                raise cursor.error("unterminated string")
            if cursor.peek() != "\\":
                raise cursor.error("control character in a string")
            pieces.append(self.escape())

    def escape(self) -> str:
        cursor = self.cursor
        start = cursor.offset
        found = cursor.peek(2)[1:]
        cursor.offset += 2
        if found == "u":
            return self.unicode_escape(start)
        if not found:
            raise cursor.error("unterminated string")
        if found not in _ESCAPES:
            raise cursor.error("unknown escape", start)
        return _ESCAPES[found]

    def unicode_escape(self, start: int) -> str:
        cursor = self.cursor
        code = self.four_digits(start)
        second = cursor.offset
        if 0xD800 <= code < 0xDC00 and cursor.take("\\u"):
            low = self.four_digits(second)
            if 0xDC00 <= low < 0xE000:
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        if 0xD800 <= code < 0xE000:
            raise cursor.error(SURROGATE, start)
        return chr(code)

    def four_digits(self, escape: int) -> int:
        digits = self.cursor.skip(_FOUR_DIGITS)
        if not digits:
            raise self.cursor.error("expected four hexadecimal digits after \\u", escape)
        return int(digits, 16)
