"""What a YAML scalar means: the core schema of YAML 1.2."""

from __future__ import annotations

import math
import re

from veltrix._limits import DIGIT_LIMIT

MERGE_KEY = "<<"
"""The key that merges other mappings into its own."""

_CORE = "tag:yaml.org,2002:"
_TAGS = {f"{_CORE}{name}": name for name in ("str", "int", "float", "bool", "null", "map", "seq")}
_TAGS["!"] = "!"

_BOOLEANS = dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_INFINITIES = frozenset((".inf", ".Inf", ".INF"))
_NANS = frozenset((".nan", ".NaN", ".NAN"))
_STARTS = frozenset("~nNtTfF0123456789+-.")

_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")

TYPE_CHECKING = False
if TYPE_CHECKING:
    Scalar = str | int | float | bool | None


class Misfit(Exception):  # noqa: N818 - a reason on its way to an error, never shown itself
    """Why a scalar has no value: `foreign`, `tag`, `range` or `digits`."""


_NONE = object()


def tag_word(name: str | None) -> str:
    """The short word for a tag's full name: "" for none, "foreign" for one that the core schema lacks."""
    return "" if name is None else _TAGS.get(name, "foreign")


def resolve(text: str, plain: bool, tag: str) -> Scalar:
    """The value of a scalar; `tag` is a word of `tag_word`."""
    if not tag:
        return _implicit(text) if plain and (not text or text[0] in _STARTS) else text
    if tag in ("!", "str"):
        return text
    if tag == "foreign":
        raise Misfit("foreign")
    read = _READERS.get(tag)
    value = _NONE if read is None else read(text)
    if value is _NONE:
        raise Misfit("tag")
    return value  # type: ignore[return-value]


def _implicit(text: str) -> Scalar:
    for read in (_null, _boolean, _integer, _float):
        value = read(text)
        if value is not _NONE:
            return value  # type: ignore[return-value]
    return text


def _null(text: str) -> object:
    return None if text in _NULLS else _NONE


def _boolean(text: str) -> object:
    return _BOOLEANS.get(text, _NONE)


def _integer(text: str) -> object:
    if _DECIMAL.fullmatch(text):
        unsigned = text.lstrip("-+").lstrip("0")
        if len(unsigned) > DIGIT_LIMIT:
            raise Misfit("digits")
        value = int(unsigned or "0")
        return -value if text.startswith("-") else value
    for pattern, base in ((_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.fullmatch(text):
            value = int(text[2:], base)
            if value.bit_length() > _MOST_BITS or value >= 10**DIGIT_LIMIT:
                raise Misfit("digits")
            return value
    return _NONE


_MOST_BITS = math.ceil(DIGIT_LIMIT * math.log2(10))


def _float(text: str) -> object:
    if _FLOAT.fullmatch(text):
        value = float(text)
        if math.isinf(value):
            raise Misfit("range")
        return value
    if text in _NANS:
        return math.nan
    if text.lstrip("-+") in _INFINITIES and len(text) <= 5:
        return -math.inf if text.startswith("-") else math.inf
    return _NONE


_READERS = {"null": _null, "bool": _boolean, "int": _integer, "float": _float}
