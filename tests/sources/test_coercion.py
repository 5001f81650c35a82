"""What a text becomes over a value of each type, and what is said when it cannot."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import PurePosixPath

import pytest

from veltrix.sources.coercion import UnfitError, coerce, parse_json
from veltrix.types import FrozenMapping

BOOL = "a bool (true, false, 1, 0, yes, no, on, off)"
INT = "an int (decimal digits)"
FLOAT = "a float (a decimal number)"
LIST = "a list (JSON, or separated by commas)"
MAPPING = "a mapping (a JSON object)"

FITS = [
    *((word, False, True) for word in ("true", "1", "yes", "on", "TRUE", "Yes", " on\n")),
    *((word, True, False) for word in ("false", "0", "no", "off", "FALSE", "No")),
    ("8080", 1, 8080),
    ("-3", 1, -3),
    ("+3", 1, 3),
    (" 007 ", 1, 7),
    ("9" * 4300, 1, int("9" * 4300)),
    ("3", 0.5, 3.0),
    ("1e3", 0.5, 1000.0),
    (".5", 0.5, 0.5),
    ("5.", 0.5, 5.0),
    ("-inf", 0.5, -math.inf),
    ("1e-999", 0.5, 0.0),
    (" as it is ", "x", " as it is "),
    ("12345", "x", "12345"),
    ("", "x", ""),
    ("12345", None, "12345"),
    ("é", b"", "é".encode()),
    ("a, b ,c", ("x",), ["a", "b", "c"]),
    ("a", ("x", 1), ["a"]),
    ("", ((1,),), []),
    ('[{"a": 2}]', ({"a": 1},), [{"a": 2}]),
    ("1,2", (3, 4), [1, 2]),
    ("1,0", (True,), [True, False]),
    ("1.5,2", (0.5,), [1.5, 2.0]),
    ("1,2", (), ["1", "2"]),
    ("a,,b", ("x",), ["a", "", "b"]),
    ("", ("x",), []),
    ('["a,b", 1, null, {"x": 1.5}]', ("x",), ["a,b", 1, None, {"x": 1.5}]),
    ("[]", (1,), []),
    ('{"a": {"b": [1]}}', {"a": 1}, {"a": {"b": [1]}}),
    (" {} ", {"a": 1}, {}),
    ('{"a": 1}', FrozenMapping({"a": 1}), {"a": 1}),
    (f"[{'9' * 100}]", (1,), [int("9" * 100)]),
    ("2026-11-22", date(2020, 1, 1), date(2026, 11, 22)),
    ("2026-11-22T10:00:00Z", datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 11, 22, 10, tzinfo=UTC)),
    (
        "2026-11-22 10:00+02:00",
        datetime(2020, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 22, 10, tzinfo=timezone(timedelta(hours=2))),
    ),
    ("10:30", time(1), time(10, 30)),
]


@pytest.mark.parametrize(("text", "lower", "value"), FITS)
def test_a_text_takes_the_type_of_the_lower_value(text, lower, value):
    found = coerce(text, lower)
    assert found == value
    assert type(found) is type(value)


def test_nan_is_a_float():
    assert math.isnan(coerce("nan", 0.5))


UNFIT = [
    *((text, True, BOOL) for text in ("", "2", "truth", "t", "y", "０")),
    *((text, 1, INT) for text in ("", "x", "1.5", "1e3", "0x10", "0o7", "1_000", "٣", "--1", "1 2")),
    ("9" * 4301, 1, "an int of at most 4300 digits"),
    *((text, 0.5, FLOAT) for text in ("", "x", "1_0.5", "0x1p3", "infinity", "1e", ".", "9" * 4301)),
    ("1e400", 0.5, "a float in range"),
    *((text, ("x",), LIST) for text in ("[", "[1,]", "['a']", '["a"', "[1] 2")),
    *((text, {"a": 1}, MAPPING) for text in ("", "x", "[]", "1", "{", '{"a"}', "{a: 1}")),
    ("[NaN]", (1,), f"{LIST} without NaN and Infinity"),
    ("[1e400]", (1,), f"{LIST} with numbers in range"),
    (f"[{'9' * 4301}]", (1,), f"{LIST} with numbers of at most 4300 digits"),
    ('{"a": 1, "a": 2}', {"a": 1}, f"{MAPPING} without duplicate keys"),
    ('["\\ud800"]', (1,), f"{LIST} without lone surrogates"),
    ("[" * 100_000, (1,), f"{LIST} of at most 64 levels"),
    ("1,x", (3, 4), f"a list whose items are each {INT}"),
    *(
        (text, (item, item), "a list (JSON, in brackets)")
        for text in ("x", "1,2", '{"a": 1}', '{"a": 1}, {"a": 2}')
        for item in (FrozenMapping({"a": 1}), (1,), PurePosixPath("/"))
    ),
    ("x", date(2020, 1, 1), "a date (ISO 8601)"),
    ("2026-13-01", datetime(2020, 1, 1), "a datetime (ISO 8601)"),
    ("25:00", time(1), "a time (ISO 8601)"),
    ("inf", date(2020, 1, 1), "a date (ISO 8601)"),
    ("/var", PurePosixPath("/"), "no text: a PurePosixPath object cannot be written as one"),
    ("print", print, f"no text: a {type(print).__name__} object cannot be written as one"),
]


@pytest.mark.parametrize(("text", "lower", "expected"), UNFIT)
def test_what_does_not_fit_says_what_was_expected(text, lower, expected):
    with pytest.raises(UnfitError) as caught:
        coerce(text, lower)
    assert caught.value.expected == expected
    assert caught.value.__context__ is None


def test_a_text_beyond_the_limit_is_refused():
    with pytest.raises(UnfitError, match="at most 8388608 characters"):
        coerce("x" * (8 * 1024 * 1024 + 1), "")


def test_json_of_any_type():
    assert [parse_json(text) for text in ("1", '"x"', "null", "true", "1.5")] == [1, "x", None, True, 1.5]
