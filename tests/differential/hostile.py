"""Names, values and arguments that are meant to break something."""

from __future__ import annotations

import datetime
import decimal
import enum
import pathlib
from collections import OrderedDict, UserDict, namedtuple
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from veltrix.types import FrozenMapping, Name


class Text(str):
    """A `str` that says other things than it holds."""

    __slots__ = ()

    def __str__(self) -> str:
        return "another text"

    def __hash__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        return str.__eq__(self, other) if isinstance(other, str) else NotImplemented


class Number(int):
    """An `int` of a subclass."""


class Real(float):
    """A `float` of a subclass."""


class Raw(bytes):
    """A `bytes` of a subclass."""


class Table(dict):  # type: ignore[type-arg]
    """A `dict` of a subclass."""


class Row(list):  # type: ignore[type-arg]
    """A `list` of a subclass."""


class Pair(tuple):  # type: ignore[type-arg]
    """A `tuple` of a subclass."""

    __slots__ = ()


class Restless(Mapping):  # type: ignore[type-arg]
    """A mapping whose pairs are no tuples; the dict that one of them holds changes while it is read."""

    def __init__(self) -> None:
        self.inner: dict[str, Any] = {}

    def items(self) -> Any:
        self.inner.clear()
        self.inner.update(a=1, b=Turning(self.inner), c=[Turning(self.inner)], d=2)
        return [["a", self.inner], {"b": 0, "x1": 1}, "c3", (part for part in ("d", 4))]

    def __getitem__(self, key: str) -> Any:
        return {"a": 1, "b": "x1", "c": "3", "d": 4}[key]

    def __iter__(self) -> Iterator[str]:
        return iter("abcd")

    def __len__(self) -> int:
        return 4


class Turning(dict):  # type: ignore[type-arg]
    """An empty dict that puts the first key of another one last when it is read."""

    def __init__(self, other: dict[str, Any]) -> None:
        super().__init__()
        self.other = other

    def items(self) -> Any:
        first = next(iter(self.other))
        self.other[first] = self.other.pop(first)
        return ()


class Moment(datetime.datetime):
    """A `datetime` of a subclass."""


class Zone(datetime.tzinfo):
    """A time zone with rules of its own."""

    def utcoffset(self, moment: datetime.datetime | None) -> datetime.timedelta:
        return datetime.timedelta(hours=1)

    def tzname(self, moment: datetime.datetime | None) -> str:
        return "own"

    def dst(self, moment: datetime.datetime | None) -> None:
        return None


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Word(enum.StrEnum):
    YES = "yes"


Point = namedtuple("Point", "x y")


def function() -> None:
    """A callable, as a value."""


PLAIN = ("a", "b", "c", "d", "e", "db", "port", "host", "name", "x1")
ODD = (
    "", ".", "..", "a.b", "a.", ".b", '"', '"a"', "\\", 'a\\"b', "[", "]", "[0]", "a[0]", "a]b", " ",
    "a b", " a", "a ", "\t", "\n", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\xa0",
    "\u1680", "\u2003", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\u180e", "\u200b", "\u200d",
    "\ufeff", "\0", "a\0b", "\x7f", "é", "e\u0301", "ﬁeld", "field", "ß", "ẞ", "İ", "\U0001f600",
    "\U0010ffff", "\ud7ff", "\ue000", "\u202e", "日本", "$delete", "$replace", "$append", "$prepend",
    "$ref", "$$delete", "$", "__class__", "__proto__", "__init__", "items", "get", "keys", "None", "True",
    "0", "-1", "01", "1.0", "-", "~", "#", "'", "`", "/", "=", ":", ",", "{}", "k" * 300, "é" * 200,
    "😀" * 90,
)  # fmt: skip

_UTC = datetime.UTC
_OFFSET = datetime.timezone(datetime.timedelta(hours=-5, minutes=-30))
_FINE = datetime.timezone(datetime.timedelta(seconds=3_661, microseconds=7))
_NAMED = datetime.timezone(datetime.timedelta(hours=2), "EET")
_ZERO_NAMED = datetime.timezone(datetime.timedelta(0), "UTC")

PLAIN_VALUES = (0, 1, 2, 7, True, False, None, "", "text", "eu", 1.5, 0.0, b"raw", "ü", -3)
ODD_VALUES: tuple[Any, ...] = (
    1.0, -0.0, float("inf"), float("-inf"), float("nan"), -float("nan"), 5e-324, 1.7976931348623157e308,
    2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64, 10**50, -(10**50), 3**3000, "\0",
    "\u2028", "\ufeff", "a" * 1000, "😀", "e\u0301", "${HOME}", "@json", "<secret>", "\x1b[31m",
    "line\nbreak", b"", b"\xff\x00", b"r" * 500, datetime.datetime(2024, 2, 29, 12, 30),
    datetime.datetime(1, 1, 1), datetime.datetime.max, datetime.datetime(2024, 5, 5, 1, 2, 3, 4, _UTC),
    datetime.datetime(2024, 5, 5, tzinfo=_OFFSET), datetime.datetime(2024, 5, 5, tzinfo=_FINE),
    datetime.datetime(2024, 5, 5, tzinfo=_NAMED), datetime.datetime(2024, 5, 5, tzinfo=_ZERO_NAMED),
    datetime.datetime(2024, 10, 27, 2, 30, fold=1), datetime.datetime(2024, 5, 5, tzinfo=Zone()),
    Moment(2024, 5, 5), datetime.date(2024, 2, 29), datetime.date.min, datetime.time(12),
    datetime.time(23, 59, 59, 999_999, _UTC), datetime.time(1, fold=1), datetime.time(1, tzinfo=_NAMED),
    datetime.time(1, tzinfo=Zone()), datetime.timedelta(1), (), [], (1, 2), [1, 2.0, True], [None],
    ["x", ["y", []]], [{}], [{"a": 1, "b.c": [{"": None}]}], (1,), Row([1]), [float("nan"), -0.0],
    [b"x", datetime.date(2024, 1, 1)], [Colour.RED], [Text("t"), Number(3)], [Point(1, 2)],
    [FrozenMapping({"a": [1]})], [Table(a=Row([1]))], Colour.RED, Level.LOW, Word.YES, Point(1, 2),
    Pair((1, 2)), Number(5), Real(2.5), Text("sub"), Name("name"), Name("a.b"), Raw(b"sub"), object(),
    function, int, pathlib.PurePosixPath("/etc"), decimal.Decimal("1.10"), 1 + 2j, frozenset((1,)),
    {1, 2}, bytearray(b"x"), range(3), memoryview(b"x"), Ellipsis, NotImplemented,
)  # fmt: skip
# Groups of values of which a comparison may take one for another.
ALIKE: tuple[tuple[Any, ...], ...] = (
    (0, False, 0.0, -0.0, None, "", b"", []),
    (1, True, 1.0, "1", b"1", Level.LOW, Text("1"), Number(1)),
    (float("nan"), -float("nan"), float("inf"), 2**53, float(2**53), 2**53 + 1),
    ([1], [True], [1.0], [[1]], [float("nan")], [0.0], [-0.0], [{}], [{"a": 1, "b": 2}], [{"b": 2, "a": 1}]),
    ("2024-02-29", datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29)),
    (
        datetime.time(2),
        datetime.time(2, fold=1),
        datetime.time(2, tzinfo=_UTC),
        datetime.time(2, tzinfo=_NAMED),
    ),
)
ODD_MAPPINGS: tuple[Any, ...] = (
    {},
    OrderedDict(),
    MappingProxyType({}),
    FrozenMapping(),
    UserDict(),
    Table(),
    Restless(),
)
WRONG_PATHS: tuple[Any, ...] = (
    None, 0, True, 1.5, b"a", [], ["a"], {"a": 1}, object(), Colour.RED, frozenset("a"), slice(1), (),
    (1,), (True,), ("a", True), ("a", None), ("a", 1.5), ("a", -1), ("a", 10**17), ("a", 10**18),
    ("a", 10**30), ("a", -(10**30)), (("a",),), (b"a",), ("a", "\ud800"), ("\ud800", None),
    (Text("a"), Number(0)), Pair(("a", "b")), Point("a", "b"), (Name("a.b"),), (Level.LOW,), (Word.YES,),
    ("a", Level.LOW), ("a",) * 70, Name(""), Name("a"), Name("a.b"), Name("\ud800"), Text("a"),
    Text("a.b"), Text(""), Word.YES, "", ".", "..", "a.", ".a", "a..b", "a[", "a]", "a[]", "a[x]",
    "a[-1]", "a[-", "a[01]", "a[00]", "a[0", "a[0]b", "a[0].", "a[0]..b", "a[0][1]", "a[ 0]", "a[0 ]",
    "a[+1]", "a[١]", "a[1_0]", "a[999999999999999999]", "a[1000000000000000000]", "a[0" + "0" * 30 + "]",
    "[0]", "[", "]", "a.[0]", '"', '""', '"a', '"a"b', '"a"[0]', '"a".', '"a"."b"', '"a\\"b"', '"a\\\\b"',
    '"a\\nb"', '"a\\', '"\\"', 'a"b"', 'a."b', 'a b', " a", "a ", "a.\tb", "a\u2028b", "a\x85", "\x1c",
    "a\ud800", "\udfff.b", "a.b\udc00[", "😀[", "😀.😀 ", "é..", "a\\b", "a\\", "a\0b", "\0",
    ".".join("a" * 70), "a" + "[0]" * 70, "x" * 5000, '"' + "x y" * 500 + '"', "a[" + "1" * 5000 + "]",
)  # fmt: skip
WRONG_ORIGIN_PATHS: tuple[Any, ...] = (
    "a",
    "a.b",
    1,
    None,
    ("a", 0),
    ("a", None),
    (Text("a"), "b"),
    Pair(("a",)),
    (Name("a.b"),),
    ("\ud800",),
)
WRONG_NAMES: tuple[Any, ...] = (
    None,
    1,
    b"a",
    ("a",),
    ["a"],
    Text("low"),
    Word.YES,
    "\ud800",
    "",
    "no such layer",
    Name("a.b"),
)
WRONG_GENERATIONS: tuple[Any, ...] = (
    0, -1, True, False, 1.0, "1", b"1", Number(3), Level.LOW, 2**62 + 1, 2**63, 2**64, -(2**64), 10**400,
)  # fmt: skip
OPAQUE: tuple[Any, ...] = (object(), function, int, Colour.RED, Point(1, 2), range(3))
WRONG_DATA: tuple[Any, ...] = (None, 1, "a", b"a", [("a", 1)], (), {"a"}, object(), dict, iter(()))
WRONG_KEYS: tuple[Any, ...] = (1, True, None, 1.0, b"a", (), Colour.RED, Level.LOW, "\ud800", "a\udfff")
OTHERS: tuple[Any, ...] = (
    None,
    1,
    "a",
    b"",
    (),
    [],
    ["a"],
    object(),
    {},
    OrderedDict(),
    {"a": 1},
    {1: 2},
    {"": None},
)
