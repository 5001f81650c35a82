"""The scalars of TOML: strings, numbers, dates and times, booleans."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from math import inf, isinf, nan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from veltrix._pure.formats.cursor import Cursor

BLANKS = re.compile(r"[ \t]*+")
BARE = re.compile(r"[A-Za-z0-9_-]*+")
LINE_BREAK = re.compile(r"\r?\n")

_CLOCK = r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,6})[0-9]*+)?"
_OFFSET = r"(?:([Zz])|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))?"
_TIME = re.compile(_CLOCK)
_MOMENT = re.compile(rf"([0-9]{{4}})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(?:[Tt ]{_CLOCK}{_OFFSET})?")
_MOMENT_START = re.compile(r"[0-9]{4}-")
_TIME_START = re.compile(r"[0-9]{2}:")
_PREFIX = re.compile(r"0[xob]")
_DIGITS = {
    "0x": (16, re.compile(r"[0-9A-Fa-f]++(?:_[0-9A-Fa-f]++)*+")),
    "0o": (8, re.compile(r"[0-7]++(?:_[0-7]++)*+")),
    "0b": (2, re.compile(r"[01]++(?:_[01]++)*+")),
}
_DECIMAL = r"[0-9]++(?:_[0-9]++)*+"
_INTEGER = re.compile(rf"[+-]?(?:0|{_DECIMAL})")
_FRACTION = re.compile(rf"(?:\.{_DECIMAL})?(?:[eE][+-]?{_DECIMAL})?")
_INTEGERS = range(-(2**63), 2**63)
_MOST_DIGITS = 64
"""More than any integer of 64 bits has, leading zeros apart."""

_WORD = re.compile(r"true|false|[+-]?(?:inf|nan)")
_WORDS = {
    "true": True, "false": False,
    "inf": inf, "+inf": inf, "-inf": -inf,
    "nan": nan, "+nan": nan, "-nan": -nan,
}  # fmt: skip

_LITERAL = re.compile(r"[^'\x00-\x08\x0a-\x1f\x7f]*+")
_BASIC = re.compile(r'[^"\\\x00-\x08\x0a-\x1f\x7f]*+')
_QUOTES = {"'": re.compile("'{0,2}+"), '"': re.compile('"{0,2}+')}
_LINE_CONTINUES = re.compile(r"\\[ \t]*+\r?\n(?:[ \t\n]|\r\n)*+")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_COUNTS = {4: "four", 8: "eight"}


def scalar(cursor: Cursor) -> Any:
    """Reads a value that is neither an array nor an inline table."""
    for quote in "\"'":
        if cursor.starts_with(quote * 3):
            return _multi_line_string(cursor, quote)
    if cursor.starts_with('"'):
        return basic_string(cursor)
    if cursor.starts_with("'"):
        return literal_string(cursor)
    if word := cursor.skip(_WORD):
        return _WORDS[word]
    if _MOMENT_START.match(cursor.text, cursor.offset):
        return _moment(cursor)
    if _TIME_START.match(cursor.text, cursor.offset):
        match = cursor.match(_TIME)
        if match is None:
            raise cursor.error("expected a time")
        return time(*_clock(match.groups()))
    return _number(cursor)


def literal_string(cursor: Cursor) -> str:
    """`'…'`, without escapes."""
    cursor.offset += 1
    text = cursor.skip(_LITERAL)
    if cursor.take("'"):
        return text
    raise _unfinished(cursor)


def basic_string(cursor: Cursor) -> str:
    """`"…"`, with escapes."""
    cursor.offset += 1
    pieces: list[str] = []
    while True:
        pieces.append(cursor.skip(_BASIC))
        if cursor.take('"'):
            return "".join(pieces)
        if cursor.peek() != "\\":
            raise _unfinished(cursor)
        pieces.append(_escape(cursor))


def _multi_line_string(cursor: Cursor, quote: str) -> str:
    """Text in three quotes; up to two more before those that close it belong to it."""
    cursor.offset += 3
    cursor.skip(LINE_BREAK)
    plain = _BASIC if quote == '"' else _LITERAL
    pieces: list[str] = []
    while True:
        pieces.append(cursor.skip(plain))
        if cursor.take(quote * 3):
            pieces.append(cursor.skip(_QUOTES[quote]))
            return "".join(pieces)
        if cursor.take(quote):
            pieces.append(quote)
        elif cursor.peek() == "\\":
            if not cursor.skip(_LINE_CONTINUES):
                pieces.append(_escape(cursor))
        elif cursor.skip(LINE_BREAK):
            pieces.append("\n")
        else:
            raise _unfinished(cursor)


def _escape(cursor: Cursor) -> str:
    start = cursor.offset
    found = cursor.peek(2)[1:]
    if not found:
        cursor.offset += 1
        raise _unfinished(cursor)
    cursor.offset += 2
    if found in "uU":
        return _hexadecimal(cursor, start, 4 if found == "u" else 8)
    if found not in _ESCAPES:
        raise cursor.error("unknown escape", start)
    return _ESCAPES[found]


def _hexadecimal(cursor: Cursor, start: int, length: int) -> str:
    digits = cursor.peek(length)
    if len(digits) < length or not _HEXADECIMAL.fullmatch(digits):
        kind = "u" if length == 4 else "U"
        raise cursor.error(f"expected {_COUNTS[length]} hexadecimal digits after \\{kind}", start)
    code = int(digits, 16)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise cursor.error("the escape names no Unicode character", start)
    cursor.offset += length
    return chr(code)


def _unfinished(cursor: Cursor) -> Exception:
    ended = cursor.at_end or LINE_BREAK.match(cursor.text, cursor.offset)
    return cursor.error("unterminated string" if ended else "control character in a string")


def _moment(cursor: Cursor) -> date | datetime:
    """A date, or a date and time with or without an offset."""
    start = cursor.offset
    match = cursor.match(_MOMENT)
    if match is None:
        raise cursor.error("expected a date")
    year, month, day, *clock, zulu, sign, hours, minutes = match.groups()
    try:
        read = date(int(year), int(month), int(day))
    except ValueError:
        raise cursor.error("expected a date", start) from None
    if clock[0] is None:
        return read
    zone: timezone | None = None
    if zulu:
        zone = UTC
    elif sign:
        east = timedelta(hours=int(hours), minutes=int(minutes))
        zone = timezone(-east if sign == "-" else east)
    return datetime.combine(read, time(*_clock(clock)), zone)


def _clock(groups: Any) -> tuple[int, int, int, int]:
    """Hour, minute, second, microsecond; what is finer is cut off."""
    hour, minute, second, fraction = groups
    return int(hour), int(minute), int(second), int((fraction or "").ljust(6, "0"))


def _number(cursor: Cursor) -> int | float:
    start = cursor.offset
    if prefix := cursor.skip(_PREFIX):
        radix, pattern = _DIGITS[prefix]
        digits = cursor.skip(pattern)
        if not digits:
            raise cursor.error("expected a digit")
        return _integer(cursor, digits, radix, start)
    text = cursor.skip(_INTEGER)
    if not text:
        raise cursor.error("expected a value")
    fraction = cursor.skip(_FRACTION)
    if not fraction:
        return _integer(cursor, text, 10, start)
    number = float(text + fraction)
    if isinf(number):
        raise cursor.error("number out of range", start)
    return number


def _integer(cursor: Cursor, text: str, radix: int, start: int) -> int:
    digits = text.replace("_", "").lstrip("+")
    sign = digits[: digits.startswith("-")]
    digits = digits.removeprefix("-").lstrip("0") or "0"
    if len(digits) <= _MOST_DIGITS:
        number = int(sign + digits, radix)
        if number in _INTEGERS:
            return number
    raise cursor.error("integer beyond 64 bits", start)
