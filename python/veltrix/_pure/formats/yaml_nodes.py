"""The events of the parser as a flat list of nodes, in document order.

      a: [1, *x]       0 mapping   1 "a"   2 list   3 "1"   4 alias
      end                  5         2        5       4        5

Nothing here recurses, so that depth costs only memory, and little: reading stops where nothing can be valid.
"""

from __future__ import annotations

from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from veltrix._limits import MAX_DEPTH
from veltrix._pure.formats.yaml_parser import events
from veltrix._pure.formats.yaml_scalar import tag_word
from veltrix.errors import ParseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from veltrix._pure.formats.position import Position

_OPEN_LIMIT = 2 * MAX_DEPTH + 2
"""No valid document has as many containers open: one for each level of a path, two with an operator."""


class YamlNode:
    """One node: "plain" or "quoted" text, "list", "mapping" or "alias".

    `end` is the node after it and all that it holds, `target` the node that an alias stands for.
    """

    __slots__ = ("end", "kind", "position", "tag", "target", "text")

    def __init__(self, kind: str, position: Position, end: int, tag: str = "", target: int = 0) -> None:
        self.kind = kind
        self.position = position
        self.end = end
        self.tag = tag
        self.text = ""
        self.target = target


class Nodes:
    """A document as nodes, none for an empty one; `cut` is where reading stopped if it goes too deep."""

    __slots__ = ("cut", "list")

    def __init__(self) -> None:
        self.list: list[YamlNode] = []
        self.cut: Position | None = None


def read(text: str) -> Nodes:
    """Reads the nodes of a text that holds one document at most."""
    disguise = _disguise(text)
    reader = _YamlNodeReader({stand_in: original for original, stand_in in disguise.items()})
    for event in events(text.translate(disguise) if disguise else text):
        reader.event(event)
        if reader.nodes.cut is not None:
            break
    return reader.nodes


def _disguise(text: str) -> dict[int, int]:
    """Stand-ins for the characters that end a line in YAML 1.1 and are ordinary ones in YAML 1.2."""
    foreign = [code for code in (0x85, 0x2028, 0x2029) if chr(code) in text]
    if not foreign:
        return {}
    used = set(text)
    free = (code for code in range(0xF0000, 0xFFFFE) if chr(code) not in used)
    return dict(zip(foreign, free, strict=False))


class _YamlNodeReader:
    """Takes events and lays nodes."""

    def __init__(self, originals: dict[int, int]) -> None:
        self.nodes = Nodes()
        self.originals = originals
        self.open: list[int] = []
        self.anchors: dict[str, int] = {}
        self.documents = 0

    def event(self, event: Any) -> None:
        position = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, AliasEvent):
            self.alias(event.anchor, position)
        elif isinstance(event, NodeEvent):
            self.node(event, position)
        elif isinstance(event, CollectionEndEvent):
            self.close()
        elif isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise ParseError("more than one document", None, *position)

    def alias(self, anchor: str | None, position: Position) -> None:
        target = self.anchors.get(anchor or "")
        if target is None:
            raise ParseError("unknown anchor", None, *position)
        if target in self.open:
            raise ParseError("recursive alias", None, *position)
        self.nodes.list.append(YamlNode("alias", position, len(self.nodes.list) + 1, target=target))

    def node(self, event: Any, position: Position) -> None:
        index = len(self.nodes.list)
        if event.anchor is not None:
            self.anchors[event.anchor] = index
        node = YamlNode("quoted", position, index + 1, tag_word(event.tag))
        self.nodes.list.append(node)
        if isinstance(event, ScalarEvent):
            node.text = event.value.translate(self.originals) if self.originals else event.value
            if event.style is None:
                node.kind = "plain"
            return
        node.kind = "list" if isinstance(event, SequenceStartEvent) else "mapping"
        self.open.append(index)
        if len(self.open) > _OPEN_LIMIT:
            self.nodes.cut = position
            while self.open:
                self.close()

    def close(self) -> None:
        self.nodes.list[self.open.pop()].end = len(self.nodes.list)
