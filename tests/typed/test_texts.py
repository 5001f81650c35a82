"""The one table of texts: what the variables and secrets of a declared type may say."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pytest

from tests.kernel.stack import stack
from tests.typed.places import flat, problems
from veltrix import Origin
from veltrix.binding.texts import UnfitError, parse_json


class Colour(Enum):
    RED = "red"
    BLUE = 2


class Level(IntEnum):
    LOW = 1
    HIGH = 2


DAY = "2026-01-02"
READ = [
    *[(bool, word, True) for word in ("true", "1", " Yes ", "ON")],
    *[(bool, word, False) for word in ("False", "0", "no", "off")],
    (int, " -5 ", -5),
    (int, "+7", 7),
    (float, "1e3", 1000.0),
    (float, "5", 5.0),
    (float, "-inf", -math.inf),
    (str, " as it is ", " as it is "),
    (str, "0007", "0007"),
    (bytes, "é", "é".encode()),
    (None, "null", None),
    (int | None, "None", None),
    (int | None, "5", 5),
    (str | None, "null", "null"),
    (list[int], "1, 2", [1, 2]),
    (list[int], '[1, "2"]', [1, 2]),
    (list[str], "", []),
    (list[list[int]], "[[1], [2]]", [[1], [2]]),
    (tuple[int, str], "1,x", (1, "x")),
    (set[str], "a,b,a", {"a", "b"}),
    (dict[str, int], '{"a": 1, "b": "2"}', {"a": 1, "b": 2}),
    (timedelta, "5s", timedelta(seconds=5)),
    (timedelta, "1h30m", timedelta(minutes=90)),
    (timedelta, "-250ms", timedelta(milliseconds=-250)),
    (timedelta, "1d2h3.5s", timedelta(days=1, hours=2, seconds=3.5)),
    (timedelta, "1w4m2us", timedelta(weeks=1, minutes=4, microseconds=2)),
    (timedelta, "PT5M", timedelta(minutes=5)),
    (timedelta, "P1DT0.5S", timedelta(days=1, seconds=0.5)),
    (timedelta, "90", timedelta(seconds=90)),
    (datetime, f"{DAY}T03:04:05Z", datetime.fromisoformat(f"{DAY}T03:04:05+00:00")),
    (date, DAY, date(2026, 1, 2)),
    (time, "03:04", time(3, 4)),
    (Path, "etc/x", Path("etc/x")),
    (Path, "~", Path.home()),
    (UUID, "00000000000000000000000000000001", UUID(int=1)),
    (Literal["a", 5, True], "5", 5),
    (Literal["a", 5, True], "true", True),
    (Literal["5", 5], "5", "5"),
    (Colour, "red", Colour.RED),
    (Colour, "BLUE", Colour.BLUE),
    (Colour, "2", Colour.BLUE),
    (Level, "HIGH", Level.HIGH),
    (int | float | str, "5", 5),
    (int | float | str, "5.0", 5.0),
    (int | float | str, "x", "x"),
    (bool | int, "1", True),
    (Any, "5", "5"),
]


@pytest.mark.parametrize(("form", "text", "value"), READ, ids=repr)
def test_a_text_that_is_read(kernel, form, text, value):
    bound = flat(kernel, v=text).bind(form, "v")
    assert bound == value
    assert type(bound) is type(value)


REFUSED = [
    (bool, "maybe", "expected a bool (true, false, 1, 0, yes, no, on, off)"),
    (int, "1_0", "expected an int (decimal digits)"),
    (int, "1.0", "expected an int (decimal digits)"),
    (int, "٣", "expected an int (decimal digits)"),
    (int, "9" * 5000, "expected an int of at most 4300 digits"),
    (float, "1_0", "expected a float (a decimal number)"),
    (float, "1e999", "expected a float in range"),
    (None, "x", "expected null"),
    (int | None, "x", "expected int or null, not str"),
    (list[int], "1,x", "expected an int (decimal digits)"),
    (list[int], "[1", "expected a list (JSON, or separated by commas)"),
    (tuple[int, str], "1", "expected list of 2, not of 1"),
    (dict[str, int], "a=1", "expected a mapping (a JSON object)"),
    (dict[str, int], '{"a": 1, "a": 2}', "expected a mapping (a JSON object) without duplicate keys"),
    (timedelta, "soon", "expected an amount of time (5s, 1h30m, ISO 8601, or seconds)"),
    (timedelta, "", "expected an amount of time (5s, 1h30m, ISO 8601, or seconds)"),
    (timedelta, "P", "expected an amount of time (5s, 1h30m, ISO 8601, or seconds)"),
    (timedelta, f"{'9' * 20}d", "expected an amount of time (5s, 1h30m, ISO 8601, or seconds)"),
    (timedelta, "nan", "expected an amount of time (5s, 1h30m, ISO 8601, or seconds)"),
    (datetime, "now", "expected a datetime (ISO 8601)"),
    (date, "2026", "expected a date (ISO 8601)"),
    (time, "noon", "expected a time (ISO 8601)"),
    (Path, "~nobody-of-this-name/x", "expected a path whose user has a home"),
    (UUID, "1", "expected a UUID"),
    (Literal["a", 5], "6", "expected 'a' or 5"),
    (Colour, "green", "expected 'red' or 2"),
]


@pytest.mark.parametrize(("form", "text", "reason"), REFUSED, ids=lambda one: repr(one)[:40])
def test_a_text_that_is_refused(kernel, form, text, reason):
    assert {reason} == {said for _, said, _ in problems(flat(kernel, v=text), form, "v")}


@pytest.mark.parametrize(
    "origin",
    [
        Origin("l", "environment", variable="APP_V"),
        Origin("l", "argument"),
        Origin("l", "secrets", file="/run/v"),
        Origin("l", "file", ".env", 1, 1, "APP_V"),
        Origin("l", "file", "local.env", 1, 1),
    ],
    ids=str,
)
def test_every_flat_source_has_the_same_table(kernel, origin):
    layer = kernel.Layer("l", {"v": "5"}, origins={("v",): origin})
    assert kernel.resolve([layer]).bind(int, "v") == 5
    layer = kernel.Layer("l", {"v": ["5"]}, origins={("v",): origin})
    assert kernel.resolve([layer]).bind(list[int], "v") == [5]


def test_a_text_over_a_document_and_under_one(kernel):
    document = kernel.Layer("app", {"v": 1})
    variable = kernel.Layer("env", {"v": "5"}, origins={("v",): Origin("env", "environment", variable="V")})
    assert kernel.resolve([document, variable]).bind(int, "v") == 5
    over = kernel.resolve([variable, kernel.Layer("app", {"v": "5"})])
    assert problems(over, int, "v") == [("v", "expected int, not str", "validation")]


def test_keys_of_a_mapping_are_texts_in_every_document(kernel):
    snapshot = stack(kernel, {"v": {"1": "a", "2": "b"}})
    assert snapshot.bind(dict[int, str], "v") == {1: "a", 2: "b"}
    assert snapshot.bind(dict[Literal["1", "2"], str], "v") == {"1": "a", "2": "b"}
    assert problems(stack(kernel, {"v": {"x": "a"}}), dict[int, str], "v") == [
        ("v.x", "expected a key that is an int (decimal digits)", "validation")
    ]


def test_items_that_no_set_can_hold(kernel):
    assert problems(stack(kernel, {"v": [["a"]]}), set[list[str]], "v") == [
        ("v", "expected items that a set can hold", "validation")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[" * 100_000, "x of at most 64 levels"),
        ("[NaN]", "x without NaN and Infinity"),
        ("[1e999]", "x with numbers in range"),
        (f"[{'9' * 5000}]", "x with numbers of at most 4300 digits"),
        ('["\\ud800"]', "x without lone surrogates"),
    ],
    ids=["deep", "nan", "large", "long", "surrogate"],
)
def test_json_under_the_rules_of_documents(text, expected):
    with pytest.raises(UnfitError) as caught:
        parse_json(text, "x")
    assert caught.value.expected == expected


def test_bytes_that_utf_8_cannot_carry(kernel):
    from veltrix.binding.texts import bytes_of

    with pytest.raises(UnfitError, match="a text that UTF-8 can carry"):
        bytes_of("\ud800")
