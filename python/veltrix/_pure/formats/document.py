"""What all documents share: events in, data with operators out.

     format      key · scalar · open_mapping · open_list · close        (with the position of each)
        │
        ▼        depth ≤ 64, no duplicate key, operator words, `$$`, sizes, a mapping at the top
       data

A position is line and column: of a key for what stands in a mapping, of the start of an item of a list.
"""

from __future__ import annotations

import re

from veltrix._limits import KEY_LIMIT, MAX_DEPTH, VALUE_LIMIT
from veltrix._pure.path import join
from veltrix._pure.value import type_word
from veltrix.errors import LimitError, ParseError
from veltrix.operators import DELETE, append, prepend, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from veltrix._pure.formats.position import Position

_WORD = re.compile(r"\$(delete|replace|append|prepend)")
_ESCAPED_WORD = re.compile(r"\$(\$+(?:delete|replace|append|prepend))")
_MAKERS = {"replace": replace, "append": append, "prepend": prepend}
_TAKES = {
    "append": (list, '"$append" takes a list'),
    "prepend": (list, '"$prepend" takes a list'),
    "delete": (bool, '"$delete" takes true'),
}


class _OpenContainer:
    """A container that is open: a mapping, a list, or a mapping that turned out to be an operator."""

    __slots__ = ("data", "key", "kind", "position", "positions")

    def __init__(self, kind: str, position: Position) -> None:
        self.kind = kind
        self.data: Any = [] if kind == "list" else {}
        self.key = ""
        self.position = position
        self.positions: dict[str, Position] = {}


class DocumentBuilder:
    """Builds the data of one document from its events."""

    def __init__(self) -> None:
        self._frames: list[_OpenContainer] = []
        self._root: dict[str, Any] = {}
        self._level = 0
        self._open_lists = 0

    def key(self, text: str, position: Position) -> None:
        """The key of the next child of the mapping that is open."""
        if _longer(text, KEY_LIMIT):
            raise LimitError("a key of more than 1 MiB", None, *position)
        if kind := word(text):
            self._operator(kind, position)
            return
        text = unescaped(text)
        frame = self._frames[-1]
        if frame.kind != "mapping":
            raise _beside(frame.kind, position)
        if self._level > MAX_DEPTH:
            raise too_deep(join((*self._path(), text)), position)
        if text in frame.positions:
            raise self.duplicate(text, frame.positions[text], position)
        frame.positions[text] = position
        frame.key = text
        frame.position = position

    def duplicate(self, name: str, first: Position, position: Position) -> ParseError:
        """The error for a key of the innermost mapping that stands a second time."""
        return duplicate(join((*self._path(), name)), first, position)

    def scalar(self, value: Any, position: Position) -> None:
        """A leaf."""
        if isinstance(value, str) and _longer(value, VALUE_LIMIT):
            raise LimitError("a value of more than 8 MiB", None, *position)
        self._check_child(value, position)
        frame = self._frames[-1]
        if frame.kind == "delete" and value is not True:
            raise ParseError('"$delete" takes true', None, *frame.position)
        self._add(value)

    def open_mapping(self, position: Position) -> None:
        """A mapping begins; its keys and values follow until `close`."""
        self._open("mapping", {}, position)

    def open_list(self, position: Position) -> None:
        """A list begins; its items follow until `close`."""
        self._open("list", [], position)

    def close(self) -> None:
        """The innermost mapping or list ends."""
        frame = self._frames.pop()
        self._level -= frame.kind in ("mapping", "list")
        self._open_lists -= frame.kind == "list"
        if self._frames:
            self._add(frame.data)
        else:
            self._root = frame.data

    @property
    def in_list(self) -> bool:
        """Whether the innermost container is a list."""
        return self._frames[-1].kind == "list"

    @property
    def open_containers(self) -> int:
        """How many containers are open."""
        return len(self._frames)

    def finish(self) -> dict[str, Any]:
        """The data; of a document without any event, an empty mapping."""
        return self._root

    def _open(self, kind: str, empty: Any, position: Position) -> None:
        self._check_child(empty, position)
        self._frames.append(_OpenContainer(kind, position))
        self._level += 1
        self._open_lists += kind == "list"

    def _add(self, value: Any) -> None:
        frame = self._frames[-1]
        if frame.kind == "mapping":
            frame.data[frame.key] = value
        elif frame.kind == "list":
            frame.data.append(value)
        elif frame.kind == "delete":
            frame.data = DELETE
        else:
            frame.data = _MAKERS[frame.kind](value)

    def _check_child(self, value: Any, position: Position) -> None:
        """Whether a child of this type may begin here."""
        if not self._frames:
            if type(value) is not dict:
                found = "list" if type(value) is list else type_word(value)
                raise ParseError(f"expected a mapping at the top level, found {found}", None, *position)
            return
        frame = self._frames[-1]
        wanted, reason = _TAKES.get(frame.kind, (None, ""))
        if wanted is not None and type(value) is not wanted:
            raise ParseError(reason, None, *frame.position)
        if frame.kind == "list" and self._level > MAX_DEPTH:
            raise too_deep(join((*self._path(), len(frame.data))), position)

    def _operator(self, kind: str, position: Position) -> None:
        """Turns the innermost mapping into an operator."""
        frame = self._frames[-1]
        if self._open_lists:
            raise ParseError("an operator cannot stand inside a list", None, *position)
        if len(self._frames) == 1:
            raise ParseError("an operator cannot stand at the top level", None, *position)
        if frame.kind != "mapping" or frame.positions:
            raise _beside(kind, position)
        if self._frames[-2].kind == "replace":
            raise ParseError('"$replace" takes a value, not an operator', None, *position)
        frame.kind = kind
        frame.position = position
        self._level -= 1

    def _path(self) -> tuple[str | int, ...]:
        """The path of the innermost container."""
        path: list[str | int] = []
        for frame in self._frames[:-1]:
            if frame.kind == "mapping":
                path.append(frame.key)
            elif frame.kind == "list":
                path.append(len(frame.data))
        return tuple(path)


def word(key: str) -> str | None:
    """The operator that a key names, if it is `$append` or its like."""
    found = _WORD.fullmatch(key)
    return None if found is None else found[1]


def unescaped(key: str) -> str:
    """The key that `$$append` or its like stands for; any other key stands for itself."""
    found = _ESCAPED_WORD.fullmatch(key)
    return key if found is None else found[1]


def too_deep(path: str, position: Position) -> LimitError:
    """The error for a path of too many segments."""
    return LimitError(f"deeper than {MAX_DEPTH} levels", None, *position, path)


def duplicate(path: str, first: Position, position: Position) -> ParseError:
    """The error for a key that stands a second time."""
    line, column = first
    return ParseError(f"duplicate key (first at line {line}, column {column})", None, *position, path)


def _longer(text: str, limit: int) -> bool:
    """Whether a text has more than so many bytes in UTF-8."""
    return len(text) * 4 > limit and len(text.encode("utf-8", "surrogatepass")) > limit


def _beside(kind: str, position: Position) -> ParseError:
    return ParseError(f'the operator "${kind}" stands beside other keys', None, *position)
