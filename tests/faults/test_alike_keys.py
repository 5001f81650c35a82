"""Keys of one length whose hashes look alike to the native caches: only the text tells them apart."""

from __future__ import annotations

from functools import cache
from itertools import product
from string import ascii_letters, digits, punctuation

import pytest

# What may stand in a path without quotes; more of them than 64, so that three of them are enough.
CHARACTERS = [char for char in ascii_letters + digits + punctuation if char not in '."[]\\']


def tag(key: str) -> int:
    """What a cache compares of a hash; keys that differ in it are never compared."""
    value = hash(key) & 0xFFFF_FFFF_FFFF_FFFF
    return (value >> 32 ^ value) & 0xFFFF_FFFF


@cache
def alike(before: str, behind: str, free: int) -> tuple[str, str]:
    """Two keys with one tag that differ in so many characters between two texts."""
    known: dict[int, str] = {}
    for characters in product(CHARACTERS, repeat=free):
        key = f"{before}{''.join(characters)}{behind}"
        other = known.setdefault(tag(key), key)
        if other is not key:
            return other, key
    raise AssertionError("no two keys have one tag")


LENGTHS = (3, 4, 7, 8, 13, 16, 17, 32, 33, 50, 64, 65, 90)
LONG = 32  # keys beyond this length are compared in more than two blocks
FILLED = [
    *(("a", length, place) for length in LENGTHS for place in ("start", "end")),
    *(("a", length, place) for length in LENGTHS if length > LONG for place in ("third", "half")),
    *((char, length, "end") for char in "é🗺" for length in (7, 30)),
]


@pytest.mark.parametrize(("filling", "length", "place"), FILLED)
def test_keys_that_look_alike_are_told_apart(kernel, filling, length, place):
    free = min(4, length)
    rest = length - free
    before = {"start": 0, "third": rest // 3, "half": rest // 2, "end": rest}[place]
    first, second = alike(filling * before, filling * (rest - before), free)
    assert len(first) == len(second) == length
    one = kernel.resolve([kernel.Layer("a", {first: 1})])
    both = kernel.resolve([kernel.Layer("a", {first: 1, second: 2})])
    for _ in range(2):
        assert (one[first], both[first], both[second]) == (1, 1, 2)
        assert first in one
        assert second not in one
        assert one.get(second, "none") == "none"
