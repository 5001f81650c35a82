"""A layer: one immutable tree of definitions, each with its origin.

    {"db": {"port": 1, "tags": append(["x"])}}

    Node {db}  ──►  Node {port, tags}  ──►  port: Node 1
                                       ──►  tags: Node ("x",), operator "append"

A node's value is a dict of nodes for a mapping and a frozen value for all else, so `type(value) is dict`
tells them apart. Nodes are never changed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from itertools import takewhile

from veltrix._formats import FORMATS, unknown_format
from veltrix._pure.origin import checked_origins, file_name, layer_origin, text_argument
from veltrix._pure.path import Segments, check_depth, parse_path, type_name
from veltrix._pure.value import SCALARS, entries, freeze, freeze_list, type_word
from veltrix.errors import LimitError, ParseError, SourceError
from veltrix.operators import DELETE, Append, Delete, Prepend, Replace
from veltrix.types import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, Self

    from veltrix._pure.origin import Origins

    Children = dict[str, "Node"]


class Node:
    """One definition: a value, the operator that holds it if any, and where it stands."""

    __slots__ = ("extends", "is_barrier", "is_mapping", "operator", "origin", "value")

    def __init__(self, value: Any, origin: Origin, operator: str | None = None) -> None:
        self.value = value
        self.origin = origin
        self.operator = operator
        self.is_mapping = type(value) is dict
        """Whether it defines a mapping, directly or through `replace`."""
        self.extends = operator in ("append", "prepend")
        """Whether it puts items onto a list."""
        self.is_barrier = value is None or operator == "replace"
        """Whether what lies lower is never looked at."""

    @property
    def counts_lower(self) -> bool:
        """Whether it counts where another definition lies on it: all but null and DELETE."""
        return self.value is not None or self.operator == "replace"

    @property
    def type(self) -> str:
        """The word for the type of what it holds."""
        return "delete" if self.operator == "delete" else type_word(self.value)

    @property
    def conflict_word(self) -> str:
        """What an error calls it."""
        return self.operator if self.operator is not None and self.extends else self.type

    def data(self) -> Any:
        """The Python data that this node was made from."""
        value = self.value
        if type(value) is dict:
            value = {str(name): child.data() for name, child in value.items()}
        match self.operator:
            case "delete":
                return DELETE
            case "replace":
                return Replace(value)
            case "append":
                return Append(value)
            case "prepend":
                return Prepend(value)
        return value


class Builder:
    """Makes nodes from Python data."""

    def __init__(self, default: Origin, origins: Origins) -> None:
        self.default = default
        self.origins = origins

    def build(self, data: Any, path: Segments) -> Node:
        """The node for data that stands at a path."""
        check_depth(path)
        origin = self.origins.get(path, self.default)
        kind = type(data)
        if kind in SCALARS or kind is list:
            return Node(freeze(data, path), origin)
        if kind is dict:
            return self._mapping(data, path, origin)
        match data:
            case Delete():
                return Node(None, origin, "delete")
            case Replace():
                return Node(self.build(data.value, path).value, origin, "replace")
            case Append():
                return Node(freeze_list(data.value, path), origin, "append")
            case Prepend():
                return Node(freeze_list(data.value, path), origin, "prepend")
            case Mapping():
                return self._mapping(data, path, origin)
        return Node(freeze(data, path), origin)

    def _mapping(self, data: Mapping[str, Any], path: Segments, origin: Origin) -> Node:
        return Node({key: self.build(value, (*path, key)) for key, value in entries(data, path)}, origin)


class Layer:
    """Loaded, immutable data with a name and, for each definition, its origin.

    Specified in docs/semantics.md#layers.

    Args:
        name: What errors and explanations call it.
        data: A mapping; values and keys are copied.
        source: The kind of its source, for origins.
        origins: Origins of single paths, a mapping from tuples of `str` to `Origin`.
        secret: True, or the paths that are secret: what stands there is shown nowhere, of whatever layer.

    Raises:
        TypeError: An argument, a key, or what stands in a list is of a wrong type.
        ParseError: A text in the data holds a lone surrogate; in another argument that is a `ValueError`.
        LimitError: The data is too deep.
        PathError: A path of `secret` is malformed.

    Example:
        >>> defaults = veltrix.Layer("defaults", {"server": {"port": 8080}})
        >>> veltrix.resolve([defaults])["server.port"]
        8080
    """

    __slots__ = {
        "__weakref__": "",
        "_mark_lengths": "",
        "_origin": "",
        "_root": "",
        "_secret": "",
        "name": "The name, a `str`.",
    }
    __module__ = "veltrix"

    name: str
    _root: Node
    _origin: Origin
    _secret: bool | frozenset[Segments]
    _mark_lengths: tuple[int, ...]
    """How long the paths in `_secret` are: a path is asked for its beginnings of these lengths alone."""

    def __new__(
        cls,
        name: str,
        data: Mapping[str, Any],
        *,
        source: str = "mapping",
        origins: Origins | None = None,
        secret: bool | Iterable[str | tuple[str | int, ...]] = False,
    ) -> Self:
        origin = Origin(text_argument("a layer's name", name), text_argument("a layer's source", source))
        _check_data(data)
        return cls._made(data, origin, checked_origins(origin.layer, origins), secret)

    @classmethod
    def parse(
        cls,
        name: str,
        text: bytes | str,
        format: str,
        *,
        file: str | None = None,
        secret: bool | Iterable[str | tuple[str | int, ...]] = False,
    ) -> Self:
        """The layer of a document.

        Specified in docs/semantics.md#documents.

        Args:
            name: What errors and explanations call it.
            text: The document, as `bytes` in UTF-8 or as a `str`.
            format: "toml", "json", "yaml" or "env".
            file: The name of the file, for origins and errors.
            secret: As for `Layer`.

        Raises:
            ParseError: The document is malformed, or what it holds is not allowed.
            LimitError: It is beyond a limit: bytes, levels, digits, expansions.
            SourceError: It is YAML, which the reference reads with the extra `yaml` alone.
            TypeError: An argument is of a wrong type.
            ValueError: The format is another one.

        Example:
            >>> site = veltrix.Layer.parse("site", '{"server": {"port": 80}}', "json")
            >>> veltrix.resolve([site])["server.port"]
            80
        """
        try:
            return cls._parsed(name, text, format, file, secret)
        except BaseException as error:  # noqa: BLE001  (an interrupt, or what a handler of a signal raises)
            problem = error
            problem.__cause__ = problem.__traceback__ = None
            problem.__suppress_context__ = False  # setting the cause, to None too, hides what was handled
        # Raised here it has no parser's frame nor what one caught; only this frame has the document. What the
        # caller is handling becomes its context by the raise itself, but not on PyPy.
        del text
        problem.__context__ = None if problem is sys.exception() else sys.exception()
        raise problem

    @classmethod
    def _parsed(
        cls,
        name: str,
        text: bytes | str,
        format: str,
        file: str | None,
        secret: bool | Iterable[str | tuple[str | int, ...]],
    ) -> Self:
        from veltrix._pure import formats

        origin = Origin(text_argument("a layer's name", name), "file", file_name(file))
        if isinstance(text, str):
            content = str.encode(text, "utf-8", "surrogatepass")
        elif isinstance(text, bytes):
            content = bytes.__getitem__(text, slice(None))
        elif isinstance(text, bytearray):
            content = bytes(bytearray.__getitem__(text, slice(None)))
        elif isinstance(text, memoryview):
            content = text.tobytes()
        else:
            raise TypeError(f"a document is bytes or str, not {type_name(text)}")
        if not is_one_of(format, FORMATS):
            raise unknown_format(format)
        try:
            return cls._made(formats.parse(str.__str__(format), content), origin, {}, secret)
        except (ParseError, LimitError) as error:
            raise error.in_file(origin.file) from None
        except SourceError as error:
            raise SourceError(error.reason, file=origin.file) from None

    @classmethod
    def _made(
        cls,
        data: Mapping[str, Any],
        origin: Origin,
        origins: Origins,
        secret: bool | Iterable[str | tuple[str | int, ...]],
    ) -> Self:
        """A layer that is whole: nobody, a traceback neither, sees one that is being made."""
        root, paths = Builder(origin, origins).build(data, ()), _secret_paths(secret)
        layer = object.__new__(cls)
        layer._make(origin.layer, root, origin, paths)
        return layer

    def _make(self, name: str, root: Node, origin: Origin, secret: bool | frozenset[Segments]) -> None:
        put = object.__setattr__
        put(self, "name", name)
        put(self, "_root", root)
        put(self, "_origin", origin)
        put(self, "_secret", secret)
        put(self, "_mark_lengths", () if isinstance(secret, bool) else tuple({*map(len, secret)}))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Layer is read-only")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a Layer is read-only")

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("type 'Layer' is not an acceptable base type")

    def __repr__(self) -> str:
        return f"<veltrix.Layer {self.name!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        from veltrix._pickle import FORMAT, restore_layer

        origins: dict[Segments, Origin] = {}
        _collect_origins(self._root, (), self._origin, origins)
        secret = self._secret if isinstance(self._secret, bool) else tuple(sorted(self._secret))
        return (restore_layer, (FORMAT, self._origin, self._root.data(), origins, secret))

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        from veltrix._pickle import keeping_folds

        restore, (form, origin, data, origins, secret) = self.__reduce__()
        return (restore, (form, origin, keeping_folds(data, protocol), origins, secret))

    def __copy__(self) -> Layer:
        return self

    def __deepcopy__(self, memo: object) -> Layer:
        return self


def restore_layer(
    origin: Origin,
    data: Mapping[str, Any],
    origins: Origins,
    secret: bool | tuple[tuple[str | int, ...], ...],
) -> Layer:
    """The layer that was pickled."""
    own = layer_origin(origin)
    _check_data(data)
    return Layer._made(data, own, checked_origins(own.layer, origins), secret)


def marks_secret(layer: Layer, path: Segments) -> bool:
    """Whether a layer says that what stands at a path is secret, in the whole stack."""
    if isinstance(layer._secret, bool):
        return layer._secret and _defines_leaf_on(layer._root, path)
    return any(path[:length] in layer._secret for length in layer._mark_lengths if length <= len(path))


def _defines_leaf_on(root: Node, path: Segments) -> bool:
    node = root
    for segment in path:
        if not node.is_mapping:
            return True
        if segment not in node.value:
            return False
        node = node.value[segment]
    return not node.is_mapping


def _check_data(data: object) -> None:
    if not isinstance(data, Mapping):
        raise TypeError(f"layer data is a mapping, not {type_name(data)}")


def is_one_of(word: object, words: tuple[str, ...]) -> bool:
    """Whether an argument is one of some words, whatever it says itself."""
    return isinstance(word, str) and str.__str__(word) in words


def _secret_paths(secret: bool | Iterable[str | tuple[str | int, ...]]) -> bool | frozenset[Segments]:
    if isinstance(secret, str):
        raise TypeError(f"secret is a bool or paths, not {type_name(secret)}")
    if type(secret) is bool:
        return secret
    paths = _iterator(secret) if isinstance(secret, Iterable) else None
    if not hasattr(type(paths), "__next__"):
        raise TypeError(f"secret is a bool or paths, not {type_name(secret)}")
    end: Any = object()
    marked = set()
    while (path := next(paths, end)) is not end:
        marked.add(names(parse_path(path)))
    return frozenset(marked)


def _iterator(secret: Iterable[str | tuple[str | int, ...]]) -> Any:
    """What an argument gives for its iterator, which may be anything."""
    make = getattr(type(secret), "__iter__", None)
    return None if make is None else make(secret)


def names(path: Segments) -> Segments:
    """The part of a path before its first index: what leads to a list as a whole."""
    return tuple(takewhile(lambda segment: isinstance(segment, str), path))


def _collect_origins(node: Node, path: Segments, default: Origin, origins: dict[Segments, Origin]) -> None:
    if node.origin != default:
        origins[path] = node.origin
    if node.is_mapping:
        for name, child in node.value.items():
            _collect_origins(child, (*path, name), default, origins)
