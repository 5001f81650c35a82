"""The one table of texts: how a value of a declared type is written where there are only texts.

    declared      text
    bool          true false 1 0 yes no on off, in any case
    int           decimal digits with an optional sign
    float         decimal, with an optional exponent; inf and nan
    str           the text itself
    bytes         the UTF-8 bytes of the text
    None          null or none, in any case, or nothing
    list, set …   JSON if it begins with `[`, else separated by commas; each item as its type says
    mapping       a JSON object
    timedelta     5s, 1h30m, 250ms, 2d; ISO 8601 (PT5M); a number of seconds
    datetime      ISO 8601, as are date and time
    Path          the text; `~` at its beginning is the home of the user
    UUID          the 32 digits, with or without hyphens
    Literal       one of its values, written as its type is
    Enum          the value of a member, written as its type is, or its name
    Union         the first of its types, in order, that can read the text

Environment, `.env`, secrets and arguments are read so. White space round the text counts for str and bytes
only. No error here repeats the text: it may be a secret.
"""

from __future__ import annotations

import math

from veltrix._limits import DIGIT_LIMIT, MAX_DEPTH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime, time, timedelta
    from pathlib import Path
    from typing import Any
    from uuid import UUID

_TRUE = frozenset(("true", "1", "yes", "on"))
_FALSE = frozenset(("false", "0", "no", "off"))
_NULL = frozenset(("", "null", "none"))
_SIGNS = ("+", "-")
_OF_FLOATS = frozenset("0123456789.eE+-")
_UNITS = r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?(?:(\d+)us)?"
_ISO = r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
_PARTS = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds")


class UnfitError(Exception):
    """A text that is not of the expected form; says which that is, never the text."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


def bool_of(text: str) -> bool:
    """One of the words for true and false."""
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise UnfitError("a bool (true, false, 1, 0, yes, no, on, off)")


def int_of(text: str) -> int:
    """Decimal digits."""
    digits = text.strip()
    if len(digits) > DIGIT_LIMIT:
        raise UnfitError(f"an int of at most {DIGIT_LIMIT} digits")
    if not _unsigned(digits).isdecimal() or not digits.isascii():
        raise UnfitError("an int (decimal digits)")
    return int(digits)


def float_of(text: str) -> float:
    """A decimal number."""
    digits = text.strip()
    value = _decimal(digits) if len(digits) <= DIGIT_LIMIT else None
    if value is None:
        raise UnfitError("a float (a decimal number)")
    if math.isinf(value) and not digits.endswith("inf"):
        raise UnfitError("a float in range")
    return value


def bytes_of(text: str) -> bytes:
    """The bytes of the text in UTF-8."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        pass
    raise UnfitError("bytes (a text that UTF-8 can carry)")


def none_of(text: str) -> None:
    """A word for null."""
    if text.strip().lower() not in _NULL:
        raise UnfitError("null")


def timedelta_of(text: str) -> timedelta:
    """An amount of time: units, ISO 8601, or a number of seconds."""
    import re
    from datetime import timedelta

    words = text.strip()
    sign = -1 if words.startswith("-") else 1
    amount = _unsigned(words)
    found = re.fullmatch(_UNITS, amount, re.ASCII) or re.fullmatch(_ISO, amount, re.ASCII)
    parts = (
        []
        if found is None
        else [(name, part) for name, part in zip(_PARTS, found.groups(), strict=False) if part]
    )
    try:
        if parts:
            return sign * timedelta(**{name: float(part) for name, part in parts})
        seconds = _decimal(words)
        if seconds is not None:
            return timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        pass
    raise UnfitError("an amount of time (5s, 1h30m, ISO 8601, or seconds)")


def datetime_of(text: str) -> datetime:
    """A point in time."""
    from datetime import datetime

    moment: datetime = _iso(text, "a datetime (ISO 8601)", datetime.fromisoformat)
    return moment


def date_of(text: str) -> date:
    """A day."""
    from datetime import date

    day: date = _iso(text, "a date (ISO 8601)", date.fromisoformat)
    return day


def time_of(text: str) -> time:
    """A time of a day."""
    from datetime import time

    moment: time = _iso(text, "a time (ISO 8601)", time.fromisoformat)
    return moment


def path_of(text: str) -> Path:
    """A path of the file system, with the home of the user in the place of `~`."""
    from pathlib import Path

    try:
        path = Path(text)
        return path.expanduser() if text.startswith("~") else path
    except RuntimeError:
        pass
    raise UnfitError("a path whose user has a home")


def uuid_of(text: str) -> UUID:
    """A UUID."""
    from uuid import UUID

    try:
        return UUID(text.strip())
    except ValueError:
        pass
    raise UnfitError("a UUID")


def items_of(text: str) -> list[Any]:
    """The items of a list: of JSON, or texts."""
    words = text.strip()
    if words.startswith("["):
        items: list[Any] = parse_json(words, "a list (JSON, or separated by commas)")
        return items
    return [part.strip() for part in words.split(",")] if words else []


def mapping_of(text: str) -> dict[str, Any]:
    """A JSON object."""
    words = text.strip()
    value = parse_json(words, "a mapping (a JSON object)") if words.startswith("{") else None
    if not isinstance(value, dict):
        raise UnfitError("a mapping (a JSON object)")
    return value


def parse_json(text: str, expected: str = "JSON") -> Any:
    """The value of a JSON text, under the rules that hold for documents; raises `UnfitError`."""
    import json

    problem, value = "", None
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_json_int,
            parse_float=_json_float,
        )
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except UnfitError as unfit:
        problem = unfit.expected
    except UnicodeEncodeError:
        problem = "without lone surrogates"
    except RecursionError:
        problem = f"of at most {MAX_DEPTH} levels"
    except ValueError:
        problem = "well-formed"
    if problem:
        raise UnfitError(expected if problem == "well-formed" else f"{expected} {problem}")
    return value


def _decimal(digits: str) -> float | None:
    """The number; None for what Python alone takes for one, such as `1_0` and `Infinity`."""
    if _unsigned(digits) in ("inf", "nan") or _OF_FLOATS.issuperset(digits):
        try:
            return float(digits)
        except ValueError:
            pass
    return None


def _unsigned(digits: str) -> str:
    return digits[1:] if digits.startswith(_SIGNS) else digits


def _iso(text: str, expected: str, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(text.strip())
    except ValueError:
        pass
    raise UnfitError(expected)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise UnfitError("without duplicate keys")
    return value


def _constant(_: str) -> Any:
    raise UnfitError("without NaN and Infinity")


def _json_int(digits: str) -> int:
    if len(digits) > DIGIT_LIMIT:
        raise UnfitError(f"with numbers of at most {DIGIT_LIMIT} digits")
    return int(digits)


def _json_float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise UnfitError("with numbers in range")
    return value
