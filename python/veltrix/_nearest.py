"""The name that a missing one was perhaps meant to be, found with work that no names make large."""

from __future__ import annotations

from veltrix._text import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LONGEST = 100
"""Nothing is suggested for a name of more characters than this."""
_LONGEST_BEGUN = 400
"""So much of the rest of a path is looked at for a name that lacks its quotes."""
MOST = 100
"""So many names of one report get a suggestion: each takes the longer the more other names there are."""
_CHARACTERS = 400
"""So many characters of other names are compared, the likeliest names first."""


def missing(key: str | int, prefix: str, items: int | None, sibling: Callable[[], str | None]) -> str:
    """The text about a missing key, with what was perhaps meant; the arguments are those of `meant`."""
    where = f"in {quoted(prefix)}" if prefix else "at the top level"
    if isinstance(key, int):
        return f"no item {key} {where}"
    suggested = meant(key, prefix, items, sibling)
    hint = "" if suggested is None else f" (did you mean {quoted(suggested)}?)"
    return f"no key {quoted(key)} {where}{hint}"


def meant(key: str, prefix: str, items: int | None, sibling: Callable[[], str | None]) -> str | None:
    """What to write in the place of a missing key: a name, or a path where it lacks quotes or brackets.

    `items` is how many items the list at `prefix` has, None where there is no list; `sibling` gives the
    nearest name.
    """
    if items is not None:
        is_index = len(key) < 19 and key.isascii() and key.isdecimal() and key == str(int(key))
        return f"{prefix}[{key}]" if is_index and int(key) < items else None
    name = sibling()
    if name is not None and "." in name and "." not in key and not {*'"\\'} & {*name}:
        return f'{prefix}."{name}"'.removeprefix(".")
    return name


def nearest_sibling(path: str, prefix: str, key: str | int, siblings: Iterable[str]) -> str | None:
    """The name beside a missing key that it was perhaps meant to be."""
    if not isinstance(key, str):
        return None
    return begun(path[len(prefix) :].removeprefix("."), siblings) or nearest(key, siblings)


def begun(rest: str, names: Iterable[str]) -> str | None:
    """The longest name with a dot that the rest of a path begins with: it lacks its quotes there."""
    ends = f"{rest[:_LONGEST_BEGUN]}.".replace("[", ".")
    return max((name for name in names if "." in name and ends.startswith(f"{name}.")), key=len, default=None)


def nearest(key: str, names: Iterable[str]) -> str | None:
    """The name at the smallest edit distance, if that is small for names of this length."""
    if len(key) > LONGEST:
        return None
    best, allowed = None, max(len(key) > 1, len(key) // 3)
    close = [name for name in names if abs(len(name) - len(key)) <= allowed]
    if sum(map(len, close)) > _CHARACTERS:
        close.sort(key=_likelihood(key), reverse=True)
    left, folded, places = _CHARACTERS, key.casefold(), _places(key)
    for name in close:
        if name.casefold() == folded:
            return name
        distance, compared = _distance(len(key), places, name, allowed)
        if distance <= allowed:
            best, allowed = name, distance - 1
        left -= max(compared, 1)
        if left <= 0:
            break
    return best


def _likelihood(key: str) -> Callable[[str], int]:
    """How much a name looks like the key at first sight: few edits leave a beginning or an end alone."""
    plain = key.casefold() if key.isascii() else key
    half, quarter = max(1, len(key) // 2 - 1), max(1, len(key) // 4)
    head, start, end, tail = plain[:half], plain[:quarter], plain[-quarter:], plain[-half:]

    def likelihood(name: str) -> int:
        if name.isascii():
            name = name.casefold()
        ends = name.startswith(head) + name.startswith(start) + name.endswith(end) + name.endswith(tail)
        return ends + (name == plain)

    return likelihood


def _places(key: str) -> dict[str, int]:
    """Where each character of a text stands, as the bits of a number."""
    places: dict[str, int] = {}
    for at, char in enumerate(key):
        places[char] = places.get(char, 0) | 1 << at
    return places


def _distance(length: int, places: dict[str, int], name: str, allowed: int) -> tuple[int, int]:
    """The edit distance of a name, and how many characters were compared before it was plainly too large.

    An edit is an insertion, a deletion, a change or a swap of neighbours. A column of the table of distances
    is kept as bits of numbers (Hyyrö, 2003): `up` and `down` say where it grows and shrinks along the key.
    """
    if length == 0:
        return len(name), 0
    distance, last, every = length, 1 << (length - 1), (1 << length) - 1
    up, down, diagonal, before = every, 0, 0, 0
    for at, char in enumerate(name):
        if distance - (len(name) - at) > allowed:
            return distance, at
        here = places.get(char, 0)
        swapped = ((~diagonal & here) << 1) & before
        diagonal = (((here & up) + up) ^ up) | here | down | swapped
        grown, shrunk = down | ~(diagonal | up), diagonal & up
        if grown & last:
            distance += 1
        elif shrunk & last:
            distance -= 1
        grown, shrunk, before = grown << 1 | 1, shrunk << 1, here
        up, down = (shrunk | ~(diagonal | grown)) & every, grown & diagonal & every
    return distance, len(name)
