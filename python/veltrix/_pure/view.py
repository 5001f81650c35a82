"""Reading: what a snapshot and a view have in common, and the view itself.

A view shares its snapshot's `values`, where paths stand by their canonical text, and puts its own path
before what it is asked for. What is not there yet is found in the tree, and kept there.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType

from veltrix._pure.digest import digest
from veltrix._pure.explain import explain
from veltrix._pure.key import make_key
from veltrix._pure.path import Segments, join, parse_path, quote
from veltrix._pure.value import thaw
from veltrix.errors import MissingKeyError, beside
from veltrix.types import FrozenMapping, ItemsView, KeysView, Name, ValuesView

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
            if is_own and name not in vars(cls):
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
        """The value at a path, or the default where the path is missing; a stored null is no missing path."""
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
        """The names of the children; a `Name` where a path would have to quote it."""
        return KeysView(self)

    def values(self) -> ValuesView:
        """The values of the children."""
        return ValuesView(self)

    def items(self) -> ItemsView:
        """The names and values of the children."""
        return ItemsView(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return len(self) == len(other) and all(
            name in other and _equal(value, other[name]) for name, value in self.items()
        )

    __hash__ = None  # type: ignore[assignment]

    def flatten(self) -> dict[str, Any]:
        """Every leaf by the canonical text of its path; an empty mapping is listed as itself."""
        return self._leaves({})

    def to_dict(self) -> dict[str, Any]:
        """A copy made of plain dicts and lists."""
        copy: dict[str, Any] = thaw(self._tree)
        return copy

    if TYPE_CHECKING:

        @overload
        def bind(self, type: type[T], path: Path | None = None) -> T: ...
        @overload
        def bind(self, type: Any, path: Path | None = None) -> Any: ...

    def bind(self, type: Any, path: Path | None = None) -> Any:
        """What stands at a path as an object of a type; without a path, the whole.

        `type` is a model or any type that can be declared for a field: a dataclass, a class of attrs, a
        `NamedTuple`, a `TypedDict`, a model of pydantic or msgspec; `int`, `list[str]`, `Path | None`. It is
        the same object for as long as what stands there is unchanged.

            server = config.bind(Server, "server")

        Raises a `ConfigError` with every problem, each a `ValidationError` with its place, a
        `MissingKeyError` where nothing stands, a `PathError` for a malformed path, and a `TypeError` for a
        type that nothing in a configuration can be read as.
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
        """A handle on one value.

        `type` is what `bind` takes, and the value is then an object of it; without one it is what reading
        gives. `default` is the value where nothing stands at the path.

            port = config.key("server.port", int, default=80)

        Raises a `MissingKeyError` where nothing stands and no default is given, and what `bind` raises.
        """
        if type is not None:
            from veltrix.binding.bind import key_value

            snapshot: Any = self._snapshot
            return make_key(*key_value(snapshot, self._above(), path, type, default))
        text = self._prefix + join(parse_path(path))
        return make_key(text, self._find(path) if default is ... else self.get(path, default))

    def explain(self, path: Path) -> Explanation:
        """Why a path has its value: each definition of it with its origin, the highest first."""
        snapshot = self._snapshot
        whole = parse_path(self._prefix + join(parse_path(path)))
        return explain(snapshot._layers, snapshot._conflicts, whole, snapshot._find)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of the stack, the lowest first; what was overlaid or chosen by a scope is there too.

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
        """A number that rises by one with each change of the content."""
        return self._snapshot._generation

    @property
    def digest(self) -> str:
        """A hash of the content that ignores the order of keys."""
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
            is_mapping = type(value) is dict
            known = make_view(self._snapshot, text, value, self._values) if is_mapping else value
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


def pre_order(tree: dict[str, Any], prefix: str, shared: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every path below, by its canonical text; inner mappings before what stands in them.

    What another tree has at the same path, the very object, is left out with all that stands in it.
    """
    for name, value in tree.items():
        other = shared.get(name, MISSING)
        if value is other:
            continue
        path = prefix + (quote(name) if type(name) is Name else name)
        yield path, value
        if type(value) is dict:
            yield from pre_order(value, path + ".", other if type(other) is dict else {})


if TYPE_CHECKING:

    class TypedReader(Reader, Generic[S]):
        """A reader with a schema, for type checkers; at run time it is `Reader`."""

else:
    S = None
    TypedReader = {S: Reader}


class View(Reader):
    """A read-only mapping over one inner mapping of a snapshot."""

    __slots__ = ("_snapshot",)
    __module__ = "veltrix"

    def __new__(cls, *_: object, **__: object) -> Self:
        raise TypeError("cannot create 'View' instances")

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("type 'View' is not an acceptable base type")

    def __getitem__(self, path: Path) -> Any:
        if type(path) is str:
            try:
                return self._values[self._prefix + path]
            except KeyError:
                pass
        return self._find(path)

    def get(self, path: Path, default: Any = None) -> Any:
        """The value at a path, or the default where the path is missing; a stored null is no missing path."""
        if type(path) is str:
            value = self._values.get(self._prefix + path, MISSING)
            if value is not MISSING:
                return value
        return super().get(path, default)

    def __contains__(self, path: object) -> bool:
        return (type(path) is str and self._prefix + path in self._values) or super().__contains__(path)

    def __reduce__(self) -> tuple[Any, ...]:
        from veltrix._pickle import FORMAT, restore_view

        return (restore_view, (FORMAT, self._snapshot, self._prefix.removesuffix(".")))


def make_view(snapshot: Owner, path: str, tree: dict[str, Any], values: dict[str, Any]) -> View:
    """The view over one inner mapping."""
    view = object.__new__(View)._fill(path + ".", tree, values)
    view._keep("_snapshot", snapshot)
    return view


Mapping.register(View)
