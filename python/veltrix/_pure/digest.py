"""The canonical bytes of a value, and their hash.

item   =  length (8 bytes, big-endian)  tag  payload         the length covers tag and payload
tags   =  n null · t true · f false · i int · d float · s str · b bytes · T datetime · D date · H time
          l list · m mapping, keys in the order of their UTF-8 bytes · o opaque, by identity
"""

from __future__ import annotations

from collections.abc import Mapping

from veltrix._pure.value import type_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_NAN = bytes.fromhex("7ff8000000000000")
_DIGITS = 600


def digest(tree: Mapping[str, Any]) -> str:
    """The hash of a mapping: equal for equal content, whatever the order of its keys."""
    from hashlib import blake2b

    return blake2b(canonical(tree), digest_size=16).hexdigest()


def canonical(value: Any) -> bytes:
    """One item: values are the same if and only if their canonical bytes are."""
    return _framed(_content(value))


def _framed(content: bytes) -> bytes:
    return len(content).to_bytes(8, "big") + content


def _content(value: Any) -> bytes:
    if isinstance(value, Mapping):
        pairs = sorted((str(key).encode("utf-8"), item) for key, item in value.items())
        return b"m" + b"".join(_framed(b"s" + key) + canonical(item) for key, item in pairs)
    write = _WRITERS.get(type_word(value))
    return b"o%d" % id(value) if write is None else write(value)


def _float_bytes(value: float) -> bytes:
    from struct import pack

    return pack(">d", value) if value == value else _NAN


def _time_bytes(value: Any) -> bytes:
    text: str = value.isoformat()
    return text.encode("ascii") + (b"1" if value.fold else b"0")


def _decimal(number: int) -> str:
    """The digits of an integer of any size; `str` refuses long ones."""
    if number.bit_length() < _DIGITS:
        return str(number)
    sign, number, blocks = "-" * (number < 0), abs(number), []
    while number:
        number, block = divmod(number, 10**_DIGITS)
        blocks.append(str(block).zfill(_DIGITS))
    return sign + "".join(reversed(blocks)).lstrip("0")


_WRITERS: dict[str, Callable[[Any], bytes]] = {
    "null": lambda _: b"n",
    "bool": lambda value: b"t" if value else b"f",
    "int": lambda value: b"i" + _decimal(value).encode("ascii"),
    "float": lambda value: b"d" + _float_bytes(value),
    "str": lambda value: b"s" + value.encode("utf-8"),
    "bytes": lambda value: b"b" + value,
    "datetime": lambda value: b"T" + _time_bytes(value),
    "date": lambda value: b"D" + value.isoformat().encode("ascii"),
    "time": lambda value: b"H" + _time_bytes(value),
    "list": lambda value: b"l" + b"".join(map(canonical, value)),
}
