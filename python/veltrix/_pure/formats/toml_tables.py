"""The tables of a TOML document: which one a key means, and whether it may still be added to."""

from __future__ import annotations

from typing import NamedTuple

from veltrix._limits import MAX_DEPTH
from veltrix._pure.formats.document import duplicate, too_deep, unescaped, word
from veltrix._pure.formats.position import Position
from veltrix._pure.path import join
from veltrix.errors import ParseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from veltrix._pure.formats.document import DocumentBuilder

    # "array" and "inline" are complete where they stand; the items of "tables", `[[…]]`, are each a "table".
    Kind = Literal["scalar", "array", "inline", "table", "tables"]

_HEADER = 0
"""The sections of a document are counted from 1; a header declares a table for all of them."""


class Name(NamedTuple):
    """One part of a key, and where it stands."""

    text: str
    position: Position


class TomlNode:
    """What a key holds, or an item of an array."""

    __slots__ = ("children", "declared", "depth", "index", "kind", "name", "parent", "value")

    def __init__(self, kind: Kind, name: Name, parent: TomlNode | None, value: Any = None) -> None:
        self.kind = kind
        self.name = name
        self.parent = parent
        self.value = value
        self.children: list[TomlNode] = []
        self.index: dict[str, TomlNode] = {}
        self.declared: int | None = None
        """In which section a table was declared, or written to by dotted keys."""
        self.depth: int = 0 if parent is None else parent.depth + (parent.is_list or word(name.text) is None)
        """How many segments its path has; operators are none."""

    @property
    def is_list(self) -> bool:
        """Whether its children are items without names."""
        return self.kind in ("array", "tables")


class Tables:
    """All items of a document."""

    def __init__(self) -> None:
        self.root = TomlNode("table", Name("", (1, 1)), None)
        self.root.declared = _HEADER
        self._section = 1

    def add(self, parent: TomlNode, name: Name, kind: Kind, value: Any = None) -> TomlNode:
        """Adds a value to a table under a name, or to an array."""
        if not parent.is_list and (known := parent.index.get(name.text)):
            raise _duplicate(known, name)
        return _push(parent, name, kind, value)

    def dotted(self, table: TomlNode, key: list[Name]) -> TomlNode:
        """The table that dotted keys lead to, seen from another one."""
        for name in key:
            known = table.index.get(name.text)
            if known is None:
                known = _push(table, name, "table")
            elif known.kind != "table" or known.declared not in (None, self._section):
                raise _complete(known, name)
            known.declared = self._section
            table = known
        return table

    def header(self, key: list[Name], is_array: bool) -> TomlNode:
        """The table that a header declares."""
        self._section += 1
        *outer, last = key
        table = self.root
        for name in outer:
            passed = table.index.get(name.text) or _push(table, name, "table")
            if passed.kind not in ("table", "tables"):
                raise _complete(passed, name)
            table = passed.children[-1] if passed.kind == "tables" else passed
        known = table.index.get(last.text)
        if is_array:
            if known is not None and known.kind != "tables":
                raise _duplicate(known, last)
            declared = _push(known or _push(table, last, "tables"), last, "table")
        else:
            if known is not None and (known.kind != "table" or known.declared is not None):
                raise _duplicate(known, last)
            declared = known or _push(table, last, "table")
        declared.declared = _HEADER
        return declared

    def build(self, document: DocumentBuilder) -> None:
        """Hands the whole document over."""
        # What is left to do, the next step last: a node to hand over, or nothing, which closes a container.
        left: list[TomlNode | None] = [self.root]
        while left:
            node = left.pop()
            if node is None:
                document.close()
                continue
            position = node.name.position
            if node.parent is not None and not node.parent.is_list:
                document.key(node.name.text, position)
            if node.kind == "scalar":
                document.scalar(node.value, position)
                continue
            if node.is_list:
                document.open_list(position)
            else:
                document.open_mapping(position)
            left.append(None)
            left.extend(reversed(node.children))


def _push(parent: TomlNode, name: Name, kind: Kind, value: Any = None) -> TomlNode:
    """Adds an item, unless its path is too long: what no layer can hold is not gathered either."""
    node = TomlNode(kind, name, parent, value)
    parent.children.append(node)
    if not parent.is_list:
        parent.index[name.text] = node
    if node.depth > MAX_DEPTH:
        raise too_deep(_path(node), name.position)
    return node


def _duplicate(known: TomlNode, name: Name) -> ParseError:
    return duplicate(_path(known), known.name.position, name.position)


def _complete(known: TomlNode, name: Name) -> ParseError:
    line, column = known.name.position
    reason = f"cannot add to a value that is complete (at line {line}, column {column})"
    return ParseError(reason, None, *name.position, _path(known))


def _path(node: TomlNode) -> str:
    path: list[str | int] = []
    while node.parent is not None:
        parent = node.parent
        if parent.is_list:
            path.append(parent.children.index(node))
        elif word(node.name.text) is None:
            path.append(unescaped(node.name.text))
        node = parent
    return join(tuple(reversed(path)))
