"""Nodes into a document: keys, aliases and merge keys.

An alias stands for its node as if that were written there. The keys that `<<` brings stand at its position;
a key of the mapping itself wins over them and stays where it is; of two sources the first one wins.
"""

from __future__ import annotations

from veltrix._limits import DIGIT_LIMIT, MAX_DEPTH
from veltrix._pure.formats.yaml_scalar import MERGE_KEY, Misfit, resolve
from veltrix._pure.value import type_word
from veltrix.errors import LimitError, ParseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from veltrix._pure.formats.document import DocumentBuilder
    from veltrix._pure.formats.yaml_nodes import Nodes, YamlNode

    Pairs = list[tuple[int, int]]
    Position = tuple[int, int]

ALIAS_LIMIT = 10_000
"""How often a document may use an alias, those inside of what aliases stand for included."""

EXPANSION_LIMIT = 16 << 20
"""What aliases and merge keys may bring in all, in bytes: of each value its text and `_NODE_SIZE`."""

_NODE_SIZE = 16


def compose(nodes: Nodes, document: DocumentBuilder) -> None:
    """Builds the document that the nodes are."""
    # `---` and nothing else holds no value, unlike `~`, whose text says null.
    root = nodes.list[0] if nodes.list else None
    if root is not None and not (root.kind == "plain" and not root.text and not root.tag):
        _Composer(nodes.list, document).run()
    if nodes.cut is not None:
        raise LimitError(f"deeper than {MAX_DEPTH} levels", None, *nodes.cut)


class _OpenNode:
    """A container that is being built, or what a merge key brings into the mapping below it."""

    __slots__ = ("copied", "end", "kind", "mapping", "next", "pairs")

    def __init__(self, kind: str, mapping: int, end: int, copied: bool, pairs: Pairs | None = None) -> None:
        self.kind = kind
        self.mapping = mapping
        self.next = mapping + 1
        self.end = end
        self.copied = copied
        self.pairs = pairs


class _Claim:
    """Who brings a key into a mapping: the owner, and where the last source with that key has it."""

    __slots__ = ("owner", "position", "seen")

    def __init__(self, source: int, position: Position) -> None:
        self.owner = self.seen = source
        self.position = position


class _Composer:
    def __init__(self, nodes: list[YamlNode], document: DocumentBuilder) -> None:
        self.nodes = nodes
        self.document = document
        self.frames: list[_OpenNode] = []
        self.aliases = 0
        self.expanded = 0

    def run(self) -> None:
        frames = self.frames
        self.value(0, copied=False)
        while frames:
            frame = frames[-1]
            if frame.pairs is not None:
                if frame.pairs:
                    key, value = frame.pairs.pop()
                    self.document.key(self.key(key), self.nodes[key].position)
                    self.value(value, copied=True)
                else:
                    frames.pop()
            elif frame.next >= frame.end:
                self.document.close()
                frames.pop()
            elif frame.kind == "list":
                item = frame.next
                frame.next = self.nodes[item].end
                self.value(item, frame.copied)
            else:
                key = frame.next
                value = self.nodes[key].end
                frame.next = self.behind(value, frame.end)
                self.pair(frame, key, value)

    def pair(self, frame: _OpenNode, key: int, value: int) -> None:
        """One key of a mapping with its value."""
        node = self.nodes[key]
        if _is_merge(node):
            pairs = self.merge(frame.mapping, value)
            pairs.reverse()
            self.frames.append(_OpenNode("merged", 0, 0, copied=True, pairs=pairs))
            return
        text = self.key(key)
        if frame.copied:
            self.charge(text, node)
        self.document.key(text, node.position)
        self.value(value, frame.copied)

    def value(self, index: int, copied: bool) -> None:
        """A value at the position of a node; `copied` inside of what an alias stands for."""
        here = self.nodes[index]
        target = self.follow(index)
        copied = copied or target != index
        node = self.nodes[target]
        if node.kind not in ("list", "mapping"):
            if copied:
                self.charge(node.text, here)
            self.document.scalar(_resolve(node), here.position)
            return
        _check_tag(node)
        if copied:
            self.charge("", here)
        self.frames.append(_OpenNode(node.kind, target, node.end, copied))
        if node.kind == "list":
            self.document.open_list(here.position)
        else:
            self.document.open_mapping(here.position)

    def key(self, index: int) -> str:
        """The text of a key."""
        position = self.nodes[index].position
        node = self.nodes[self.follow(index)]
        if node.kind in ("list", "mapping"):
            raise ParseError(f"a key is a str, not {node.kind}", None, *position)
        value = _resolve(node)
        if type(value) is not str:
            raise ParseError(f"a key is a str, not {type_word(value)}; quote it", None, *position)
        return value

    def follow(self, index: int) -> int:
        """The node that an alias stands for, or the node itself."""
        node = self.nodes[index]
        if node.kind != "alias":
            return index
        self.aliases += 1
        if self.aliases > ALIAS_LIMIT:
            raise LimitError(f"more than {ALIAS_LIMIT} alias expansions", None, *node.position)
        return node.target

    def charge(self, text: str, node: YamlNode) -> None:
        """Counts one value that an alias or a merge key brings."""
        size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        self.expanded += size + _NODE_SIZE
        if self.expanded > EXPANSION_LIMIT:
            raise LimitError("aliases and merge keys bring more than 16 MiB", None, *node.position)

    def merge(self, mapping: int, value: int) -> Pairs:
        """The keys and values that `<<` brings into a mapping, in their order."""
        claims: dict[str, _Claim] = {}
        pairs: Pairs = []
        self.claim(mapping, 0, claims)
        sources = 0
        # What is left to do, the next step last: a source to look at, or the keys that a source has claimed.
        tasks: list[tuple[str, int, int, int]] = [("source", value, 0, 0)]
        while tasks:
            task, index, end, number = tasks.pop()
            if task == "keys":
                if index >= end:
                    continue
                value = self.nodes[index].end
                tasks.append(("keys", self.behind(value, end), end, number))
                if _is_merge(self.nodes[index]):
                    tasks.append(("source", value, 0, 0))
                elif claims[self.key(index)].owner == number:
                    pairs.append((index, value))
                continue
            here = self.nodes[index]
            target = self.follow(index)
            node = self.nodes[target]
            self.charge("", here)
            if node.kind == "mapping":
                _check_tag(node)
                sources += 1
                self.claim(target, sources, claims)
                tasks.append(("keys", target + 1, node.end, sources))
            elif node.kind == "list" and task == "source":
                _check_tag(node)
                items = []
                item = target + 1
                while item < node.end:
                    items.append(("item", item, 0, 0))
                    item = self.nodes[item].end
                tasks.extend(reversed(items))
            else:
                raise ParseError("a merge key takes a mapping or a list of mappings", None, *here.position)
        return pairs

    def claim(self, mapping: int, source: int, claims: dict[str, _Claim]) -> None:
        """Claims for a source the keys that it has itself and that nobody claimed before.

        Source 0 is the mapping that merges, whose keys the document checks when they are built.
        """
        end = self.nodes[mapping].end
        merge_key: Position | None = None
        index = mapping + 1
        while index < end:
            node = self.nodes[index]
            if _is_merge(node):
                if merge_key is not None:
                    raise self.document.duplicate(MERGE_KEY, merge_key, node.position)
                merge_key = node.position
            else:
                text = self.key(index)
                if source:
                    self.charge(text, node)
                claim = claims.get(text)
                if claim is None:
                    claims[text] = _Claim(source, node.position)
                elif source and claim.seen == source:
                    raise self.document.duplicate(text, claim.position, node.position)
                else:
                    claim.seen, claim.position = source, node.position
            index = self.behind(node.end, end)

    def behind(self, value: int, end: int) -> int:
        """The node after the value of a pair; `end` where a document that was cut off has no value."""
        return self.nodes[value].end if value < end else end


def _is_merge(node: YamlNode) -> bool:
    return node.kind == "plain" and node.text == MERGE_KEY and not node.tag


def _check_tag(node: YamlNode) -> None:
    """Checks the tag of a container."""
    own = "seq" if node.kind == "list" else "map"
    if node.tag and node.tag not in ("!", own):
        if node.tag == "foreign":
            _refuse("foreign", node)
        raise ParseError(f"!!{node.tag} does not fit a {node.kind}", None, *node.position)


def _resolve(node: YamlNode) -> str | int | float | bool | None:
    try:
        return resolve(node.text, node.kind == "plain", node.tag)
    except Misfit as misfit:
        return _refuse(misfit.args[0], node)


def _refuse(misfit: str, node: YamlNode) -> NoReturn:
    if misfit == "digits":
        raise LimitError(f"number of more than {DIGIT_LIMIT} digits", None, *node.position)
    reason = {"foreign": "tag not allowed", "range": "number out of range"}.get(misfit)
    raise ParseError(reason or f"!!{node.tag} does not fit this value", None, *node.position) from None
