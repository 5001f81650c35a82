"""Reading: what a snapshot and a view have in common.

Both read from the snapshot's `values`, where paths stand by their canonical text, and a view puts its own
path before what it is asked for. What is not there yet is found in the tree, and kept there.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType

from veltrix._pure.digest import digest
from veltrix._pure.explain import explain
from veltrix._pure.key import make_key
from veltrix._pure.path import Segments, join, parse_path, pre_order
from veltrix._pure.value import thaw
from veltrix._text import beside
from veltrix.errors import MissingKeyError
from veltrix.types import FrozenMapping, ItemsView, KeysView, ValuesView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Generic, Literal, NoReturn, Protocol, Self, TypeVar, overload

    from typing_extensions import TypeVar as DefaultedTypeVar

    from veltrix._pure.key import Key
    from veltrix._pure.layer import Layer
    from veltrix.types import Dimension, Explanation

    Path = str | tuple[str | int, ...]
    T = TypeVar("T")
    D = TypeVar("D")
    S = DefaultedTypeVar("S", default=Any)

    class Owner(Protocol):
        """A snapshot, as its views know it."""

        _layers: tuple[Layer, ...]
        _conflicts: Literal["error", "replace"]
        _dimensions: tuple[Dimension, ...]
        _generation: int

        def _find(self, path: Path) -> Any: ...
        def _view(self, path: str, tree: dict[str, Any]) -> Any: ...

    class _Mapping(Mapping[str, Any]):
        """For type checkers; at run time the classes are registered."""

else:
    _Mapping = object

MISSING = object()


class Reader(_Mapping):
    """What reading a snapshot and reading a view have in common."""

    __slots__ = ("__weakref__", "_digest", "_prefix", "_tree", "_values")

    _snapshot: Owner
    _prefix: str
    _digest: str | None
    _tree: dict[str, Any]
    _values: dict[str, Any]

    def __init_subclass__(cls) -> None:
        """Gives a class the methods as its own: what Python says about their arguments names the class."""
        for name, method in vars(Reader).items():
            # PyPy says of `object.__setattr__`, which is none of ours, that it is a function, too.
            is_own = isinstance(method, FunctionType) and method.__globals__ is globals()
            if is_own and name in vars(cls):
                vars(cls)[name].__doc__ = method.__doc__
            elif is_own:
                own = FunctionType(method.__code__, method.__globals__, name, method.__defaults__)
                own.__annotations__ = method.__annotations__
                own.__kwdefaults__ = method.__kwdefaults__
                own.__qualname__ = f"{cls.__qualname__}.{name}"
                setattr(cls, name, own)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__} is read-only")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__} is read-only")

    def __getitem__(self, path: Path) -> Any:
        return self._find(path)

    def get(self, path: Path, default: Any = None) -> Any:
        """The value at a path, or the default where the path is missing; a stored null is no missing path.

        Specified in docs/semantics.md#reading.

        Args:
            path: The path, as a text or a tuple of `str` and `int`.
            default: What is given where nothing stands at the path.

        Raises:
            PathError: The path is malformed.
            TypeError: The path is of a wrong type.

        Example:
            >>> snapshot.get("server.timeout", 30)
            30
        """
        segments = parse_path(path)
        depth, value = self._walk(segments)
        return self._read(path, segments, value) if depth == len(segments) else default

    def __contains__(self, path: object) -> bool:
        return self.get(path, MISSING) is not MISSING  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self._tree)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tree)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._tree)

    def keys(self) -> KeysView:
        """The names of the children; a `Name` where a path would have to quote it.

        Specified in docs/semantics.md#reading.

        Example:
            >>> list(snapshot.keys())
            ['server']
        """
        return KeysView(self)

    def values(self) -> ValuesView:
        """The values of the children, in the order of their names.

        Specified in docs/semantics.md#reading.

        Example:
            >>> list(snapshot["server"].values())
            ['localhost', 8080]
        """
        return ValuesView(self)

    def items(self) -> ItemsView:
        """The names and values of the children, as pairs.

        Specified in docs/semantics.md#reading.

        Example:
            >>> list(snapshot["server"].items())
            [('host', 'localhost'), ('port', 8080)]
        """
        return ItemsView(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return len(self) == len(other) and all(
            name in other and _equal(value, other[name]) for name, value in self.items()
        )

    __hash__ = None  # type: ignore[assignment]

    def flatten(self) -> dict[str, Any]:
        """Every leaf by the canonical text of its path; an empty mapping is listed as itself.

        Secrets are in it. Specified in docs/semantics.md#reading.

        Example:
            >>> snapshot.flatten()
            {'server.host': 'localhost', 'server.port': 8080}
        """
        return self._leaves({})

    def to_dict(self) -> dict[str, Any]:
        """A copy made of plain dicts and lists, secrets included.

        Specified in docs/semantics.md#reading.

        Example:
            >>> snapshot.to_dict()
            {'server': {'host': 'localhost', 'port': 8080}}
        """
        copy: dict[str, Any] = thaw(self._tree)
        return copy

    if TYPE_CHECKING:

        @overload
        def bind(self, type: type[T], path: Path | None = None) -> T: ...
        @overload
        def bind(self, type: Any, path: Path | None = None) -> Any: ...

    def bind(self, type: Any, path: Path | None = None) -> Any:
        """What stands at a path, or the whole, as an object of a type.

        It is the same object for as long as what stands there is unchanged.
        Specified in docs/semantics.md#objects-of-declared-types.

        Args:
            type: A dataclass, a class of attrs, a `NamedTuple`, a `TypedDict`, a model of pydantic or of
                msgspec, or any type that a field can have, such as `int`, `list[str]` or `Path | None`.
            path: The path, as a text or a tuple of `str` and `int`; without it the whole is bound.

        Raises:
            ConfigError: The content does not fit the type; `problems` has every problem with its origin.
            MissingKeyError: Nothing stands at the path.
            PathError: The path is malformed.
            TypeError: Nothing in a configuration can be read as this type.

        Example:
            >>> snapshot.bind(dict[str, int | str], "server")["port"]
            8080
        """
        from veltrix.binding.bind import bind

        return bind(self._snapshot, self._above(), type, path)  # type: ignore[arg-type]

    if TYPE_CHECKING:

        @overload
        def key(self, path: Path, *, default: Any = ...) -> Key[Any]: ...
        @overload
        def key(self, path: Path, type: type[T]) -> Key[T]: ...
        @overload
        def key(self, path: Path, type: type[T], *, default: D) -> Key[T | D]: ...
        @overload
        def key(self, path: Path, type: Any, *, default: Any = ...) -> Key[Any]: ...

    def key(self, path: Path, type: Any = None, *, default: Any = ...) -> Key[Any]:
        """A handle on one value, which is read as an attribute: `key.value`.

        Specified in docs/semantics.md#objects-of-declared-types.

        Args:
            path: The path, as a text or a tuple of `str` and `int`.
            type: What `bind` takes; the value is then an object of it. Without it, it is what reading gives.
            default: What the value is where nothing stands at the path; `...` stands for none.

        Raises:
            MissingKeyError: Nothing stands at the path, and there is no default.
            ConfigError: What stands there does not fit the type.
            PathError: The path is malformed.
            TypeError: Nothing in a configuration can be read as this type.

        Example:
            >>> snapshot.key("server.port", int).value
            8080
        """
        if type is not None:
            from veltrix.binding.bind import key_value

            snapshot: Any = self._snapshot
            return make_key(*key_value(snapshot, self._above(), path, type, default))
        text = self._prefix + join(parse_path(path))
        return make_key(text, self._find(path) if default is ... else self.get(path, default))

    def explain(self, path: Path) -> Explanation:
        """Why a path has its value: each definition of it with its origin, the highest first.

        Specified in docs/semantics.md#provenance.

        Args:
            path: The path, as a text or a tuple of `str` and `int`.

        Raises:
            MissingKeyError: No layer says anything about the path.
            PathError: The path is malformed.
            TypeError: The path is of a wrong type.

        Example:
            >>> str(snapshot.explain("server.port").origin)
            "layer 'values'"
        """
        snapshot = self._snapshot
        whole = parse_path(self._prefix + join(parse_path(path)))
        return explain(snapshot._layers, snapshot._conflicts, whole, snapshot._find)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of the stack, the lowest first, those of overlays and scopes included.

        They are what `resolve` and `with_layers` take. Whether one is the same object as was given is open.
        """
        return self._snapshot._layers

    @property
    def layer_names(self) -> tuple[str, ...]:
        """The names of the layers, the lowest first."""
        return tuple(layer.name for layer in self._snapshot._layers)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions that `scope` chooses in, as they were declared."""
        return self._snapshot._dimensions

    @property
    def generation(self) -> int:
        """An `int` that rises by one with each change of the content."""
        return self._snapshot._generation

    @property
    def digest(self) -> str:
        """A hash of the content that ignores the order of keys: 32 hexadecimal digits."""
        if self._digest is None:
            self._keep("_digest", digest(self._tree))
        return self._digest  # type: ignore[return-value]

    def __repr__(self) -> str:
        from veltrix.display import display

        return display(self)  # type: ignore[arg-type]

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def _shares(self, other: Reader, path: Segments) -> bool:
        """Whether what stands at a path is known to be the same in another snapshot, at a small price."""
        (depth, value), theirs = self._walk(path), other._walk(path)
        return value is theirs[1] and depth == theirs[0] == len(path)

    def _above(self) -> Segments:
        """The names that lead here from the snapshot."""
        return parse_path(self._prefix.removesuffix(".")) if self._prefix else ()

    def _leaves(self, shared: dict[str, Any]) -> dict[str, Any]:
        """Every leaf by its path, without those that another tree shares."""
        return {
            path: value if type(value) is not dict else self[path]
            for path, value in pre_order(self._tree, "", shared)
            if type(value) is not dict or not value
        }

    def _find(self, path: Path) -> Any:
        """The value at any path, in whatever form it is written."""
        segments = parse_path(path)
        depth, value = self._walk(segments)
        if depth == len(segments):
            return self._read(path, segments, value)
        prefix = (self._prefix + join(segments[:depth])).removesuffix(".")
        siblings = beside(value) if isinstance(value, Mapping) else ()
        items = len(value) if type(value) is tuple else None
        del value  # whoever shows the traceback with its locals would show it
        raise MissingKeyError(self._prefix + join(segments), prefix, segments[depth], siblings, items)

    def _walk(self, segments: Segments) -> tuple[int, Any]:
        """How many of the segments lead somewhere, and to what."""
        value: Any = self._tree
        for depth, segment in enumerate(segments):
            if isinstance(segment, str):
                if type(value) not in (dict, FrozenMapping) or segment not in value:
                    return depth, value
            elif type(value) is not tuple or segment >= len(value):
                return depth, value
            value = value[segment]
        return len(segments), value

    def _read(self, path: Path, segments: Segments, value: Any) -> Any:
        """What stands at a path, kept by its canonical text: a text that needs no quote is that already."""
        text = self._prefix + (path if type(path) is str and '"' not in path else join(segments))
        known = self._values.get(text, MISSING)
        if known is MISSING:
            known = self._snapshot._view(text, value) if type(value) is dict else value
            self._values[text] = known
        return known

    def _fill(self, prefix: str, tree: dict[str, Any], values: dict[str, Any]) -> Self:
        keep = self._keep
        keep("_prefix", prefix)
        keep("_tree", tree)
        keep("_values", values)
        keep("_digest", None)
        return self

    _keep = object.__setattr__
    """Sets what nobody else can."""


def _equal(value: Any, other: Any) -> bool:
    """As the values of two dicts are compared: what is the same object is equal."""
    return value is other or value == other


if TYPE_CHECKING:

    class TypedReader(Reader, Generic[S]):
        """A reader with a schema, for type checkers; at run time it is `Reader`."""

else:
    S = None
    TypedReader = {S: Reader}
