r"""Paths: text to segments and back.

    path     =  segment  { "." segment | "[" index "]" }
    segment  =  plain characters  |  '"' any characters, with \" and \\ '"'
    index    =  ASCII digits, at most 18, no leading zero

Plain characters are all but `.` `[` `]` `"` and white space.
"""

from __future__ import annotations

from veltrix._limits import MAX_DEPTH
from veltrix.errors import LimitError, PathError
from veltrix.types import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

Segments = tuple[str | int, ...]

_MAX_INDEX_DIGITS = 18
_DIGITS = "0123456789"
_SPECIAL = '.[]"'
_NOTHING = object()


def parse_path(path: str | tuple[str | int, ...]) -> Segments:
    """The segments of a path: a text is parsed, a tuple only checked, a `Name` is one segment.

    Specified in docs/semantics.md#paths.

    Args:
        path: A text, or a tuple of `str` and `int`.

    Raises:
        PathError: The path is malformed.
        TypeError: It is neither a `str` nor a tuple of `str` and `int`.

    Example:
        >>> kernel.parse_path('logging."my.module"[0]')
        ('logging', 'my.module', 0)
    """
    if type(path) is str:
        return _parse_text(path)
    if isinstance(path, Name):
        return _check_tuple((path,))
    if isinstance(path, str):
        return _parse_text(str.__str__(path))
    if isinstance(path, tuple):
        return _check_tuple(path)
    raise TypeError(f"a path is a str or a tuple of str and int, not {type_name(path)}")


def format_path(path: tuple[str | int, ...]) -> str:
    """The canonical text of a path: quoted only where it must be.

    Specified in docs/semantics.md#paths.

    Args:
        path: The segments, a tuple of `str` and `int`.

    Raises:
        PathError: The path is empty, or begins with an index, or has an index below 0 or beyond 18 digits.
        TypeError: It is no tuple of `str` and `int`.

    Example:
        >>> kernel.format_path(("logging", "my.module", 0))
        'logging."my.module"[0]'
    """
    if not isinstance(path, tuple):
        raise TypeError(f"a path to format is a tuple, not {type_name(path)}")
    return join(_check_tuple(path))


def join(segments: Segments) -> str:
    """The canonical text of segments that are known to be good; "" for none."""
    text = ""
    for segment in segments:
        if isinstance(segment, int):
            text += f"[{segment}]"
        else:
            text += f".{quote(segment)}" if text else quote(segment)
    return text


def quote(segment: str) -> str:
    """A segment as it stands in a path."""
    if not needs_quotes(segment):
        return segment
    escaped = segment.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def needs_quotes(segment: str) -> bool:
    """Whether a path must quote this name: it is empty, or holds white space or a special character."""
    return not segment.isidentifier() and (
        segment == ""
        or _has_white_space(segment)
        or "." in segment
        or "[" in segment
        or "]" in segment
        or '"' in segment
    )


def _has_white_space(text: str) -> bool:
    """Asked of each character, and only where one cannot be printed, as all white space but the blank cannot.

    The `str.split` of PyPy does not know all white space.
    """
    return " " in text or (not text.isprintable() and any(map(str.isspace, text)))


def pre_order(tree: dict[str, Any], prefix: str, shared: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every path below, by its canonical text; inner mappings before what stands in them.

    What another tree has at the same path, the very object, is left out with all that stands in it.
    """
    for name, value in tree.items():
        other = shared.get(name, _NOTHING)
        if value is other:
            continue
        path = prefix + (quote(name) if type(name) is Name else name)
        yield path, value
        if type(value) is dict:
            yield from pre_order(value, path + ".", other if type(other) is dict else {})


def where(segments: Segments) -> str:
    """A path for a message; for no segments, words."""
    return join(segments) or "the top level"


def check_depth(segments: Segments) -> None:
    """Refuses a path of too many segments."""
    if len(segments) > MAX_DEPTH:
        raise LimitError.too_deep(join(segments))


def surrogate(text: str) -> int | None:
    """Where a text holds a lone surrogate, which UTF-8 cannot carry."""
    if text.isascii():
        return None
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        return error.start
    return None


def type_name(value: object) -> str:
    """The name of a value's class, as the interpreter knows it: a metaclass may say another one."""
    name: str = type.__dict__["__name__"].__get__(type(value))
    return name


def _check_tuple(path: tuple[str | int, ...]) -> Segments:
    segments = tuple(_plain_segment(segment) for segment in tuple.__iter__(path))
    if not segments:
        raise PathError(segments, None, "empty path")
    if isinstance(segments[0], int):
        raise PathError(segments, None, "index without a name")
    for segment in segments:
        if isinstance(segment, str):
            if surrogate(segment) is not None:
                raise PathError(segments, None, "lone surrogate")
        elif segment < 0:
            raise PathError(segments, None, "negative index")
        elif segment >= 10**_MAX_INDEX_DIGITS:
            raise PathError(segments, None, "index too large")
    return segments


def _plain_segment(segment: object) -> str | int:
    if isinstance(segment, str):
        return str.__str__(segment)
    if isinstance(segment, int) and not isinstance(segment, bool):
        return int.__add__(segment, 0)  # plain; PyPy's `int.__index__` asks a subclass
    raise TypeError(f"a path segment is a str or an int, not {type_name(segment)}")


def _parse_text(text: str) -> Segments:
    bad = surrogate(text)
    if bad is not None:
        raise PathError(text, bad + 1, "lone surrogate")
    if not text:
        raise PathError(text, 1, "empty path")
    names = text.split(".")
    if "" not in names and not needs_quotes(text.replace(".", "")):
        return tuple(names)
    segments: list[str | int] = []
    at = 0
    while True:
        segment, at = _parse_segment(text, at)
        segments.append(segment)
        while at < len(text) and text[at] == "[":
            index, at = _parse_index(text, at)
            segments.append(index)
        if at == len(text):
            return tuple(segments)
        if text[at] != ".":
            if text[at - 1] == '"':
                raise PathError(text, at + 1, "expected '.' or '[' after a quoted segment")
            raise PathError(text, at + 1, f"unexpected {text[at]!r}")
        at += 1


def _parse_segment(text: str, start: int) -> tuple[str, int]:
    if text.startswith('"', start):
        return _parse_quoted(text, start)
    if text.startswith("[", start):
        raise PathError(text, start + 1, "index without a name")
    end = start
    while end < len(text) and text[end] not in _SPECIAL and not text[end].isspace():
        end += 1
    if end == start and (end == len(text) or text[end] == "."):
        raise PathError(text, start + 1, "empty segment")
    if end < len(text) and text[end] not in ".[":
        raise PathError(text, end + 1, f"unexpected {text[end]!r}")
    return text[start:end], end


def _parse_quoted(text: str, start: int) -> tuple[str, int]:
    characters: list[str] = []
    at = start + 1
    while at < len(text):
        char = text[at]
        if char == '"':
            return "".join(characters), at + 1
        if char == "\\":
            if at + 1 < len(text) and text[at + 1] not in '"\\':
                raise PathError(text, at + 1, "unknown escape")
            at += 1
            char = text[at : at + 1]
        characters.append(char)
        at += 1
    raise PathError(text, start + 1, "unclosed quote")


def _parse_index(text: str, start: int) -> tuple[int, int]:
    first = end = start + 1
    while end < len(text) and text[end] in _DIGITS:
        end += 1
    digits = text[first:end]
    if end == len(text):
        raise PathError(text, start + 1, "unclosed index")
    if not digits:
        raise PathError(text, first + 1, "negative index" if text[first] == "-" else "expected an index")
    if len(digits) > 1 and digits[0] == "0":
        raise PathError(text, first + 1, "expected an index")
    if len(digits) > _MAX_INDEX_DIGITS:
        raise PathError(text, first + 1, "index too large")
    if text[end] != "]":
        raise PathError(text, end + 1, f"unexpected {text[end]!r}")
    return int(digits), end + 1
