"""Reading: what a snapshot and a view have in common, and the view itself.

A view shares its snapshot's `values`, where every path stands by its canonical text, and puts its own
path before what it is asked for.
"""

from __future__ import annotations

from collections.abc import ItemsView, KeysView, Mapping, ValuesView
from itertools import islice

from veltrix._pure.digest import digest
from veltrix._pure.explain import explain
from veltrix._pure.key import make_key
from veltrix._pure.path import Segments, join, parse_path, quote, type_name
from veltrix._pure.value import thaw
from veltrix.errors import SIBLINGS, MissingKeyError
from veltrix.types import FrozenMapping, Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn, Self

    from veltrix._pure.key import Key
    from veltrix._pure.snapshot import Snapshot
    from veltrix.types import Explanation

    Path = str | tuple[str | int, ...]

    class _Mapping(Mapping[str, Any]):
        """For type checkers; at run time the classes are registered."""

else:
    _Mapping = object

MISSING = object()


class Reader(_Mapping):
    """What reading a snapshot and reading a view have in common."""

    __slots__ = ("__weakref__", "_digest", "_prefix", "_snapshot", "_tree", "_values")

    _snapshot: Snapshot
    _prefix: str
    _digest: str | None
    _tree: dict[str, Any]
    _values: dict[str, Any]

    def __getitem__(self, path: Path) -> Any:
        return self._find(path)

    def get(self, path: Path, default: Any = None) -> Any:
        """The value at a path, or the default where the path is missing; a stored null is no missing path."""
        segments = parse_path(path)
        depth, value = self._walk(segments)
        return self._read(segments, value) if depth == len(segments) else default

    def __contains__(self, path: object) -> bool:
        segments = parse_path(path)  # type: ignore[arg-type]
        return self._walk(segments)[0] == len(segments)

    def __len__(self) -> int:
        return len(self._tree)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tree)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._tree)

    def keys(self) -> KeysView[str]:
        """The names of the children; a `Name` where a path would have to quote it."""
        return KeysView(self)

    def values(self) -> ValuesView[Any]:
        """The values of the children."""
        return ValuesView(self)

    def items(self) -> ItemsView[str, Any]:
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
        return {
            path: value if type(value) is not dict else self._values[self._prefix + path]
            for path, value in pre_order(self._tree, "")
            if type(value) is not dict or not value
        }

    def to_dict(self) -> dict[str, Any]:
        """A copy made of plain dicts and lists."""
        copy: dict[str, Any] = thaw(self._tree)
        return copy

    def key(self, path: Path) -> Key:
        """A handle on one value."""
        return make_key(self._prefix + join(parse_path(path)), self._find(path))

    def explain(self, path: Path) -> Explanation:
        """Why a path has its value: each definition of it with its origin, the highest first."""
        return explain(self._snapshot, parse_path(self._prefix + join(parse_path(path))))

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers, the lowest first."""
        return tuple(layer.name for layer in self._snapshot._layers)

    @property
    def generation(self) -> int:
        """A number that rises by one with each change of the content."""
        return self._snapshot._generation

    @property
    def digest(self) -> str:
        """A hash of the content that ignores the order of keys."""
        if self._digest is None:
            self._digest = digest(self._tree)
        return self._digest

    def __repr__(self) -> str:
        from veltrix.display import display

        return display(self)  # type: ignore[arg-type]

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def _find(self, path: Path) -> Any:
        """The value at any path, in whatever form it is written."""
        segments = parse_path(path)
        depth, value = self._walk(segments)
        if depth == len(segments):
            return self._read(segments, value)
        prefix = (self._prefix + join(segments[:depth])).removesuffix(".")
        siblings = tuple(islice(value, SIBLINGS)) if isinstance(value, Mapping) else ()
        del value  # whoever shows the traceback with its locals would show it
        raise MissingKeyError(self._prefix + join(segments), prefix, segments[depth], siblings)

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

    def _read(self, segments: Segments, value: Any) -> Any:
        return self._values[self._prefix + join(segments)] if type(value) is dict else value

    def _fill(self, snapshot: Snapshot, prefix: str, tree: dict[str, Any], values: dict[str, Any]) -> Self:
        self._snapshot = snapshot
        self._prefix = prefix
        self._tree = tree
        self._values = values
        self._digest = None
        return self


def _equal(value: Any, other: Any) -> bool:
    """As the values of two dicts are compared: what is the same object is equal."""
    return value is other or value == other


def pre_order(tree: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Every path beneath, by its canonical text; inner mappings before what stands in them."""
    for name, value in tree.items():
        path = prefix + (quote(name) if type(name) is Name else name)
        yield path, value
        if type(value) is dict:
            yield from pre_order(value, path + ".")


class View(Reader):
    """A read-only mapping over one inner mapping of a snapshot."""

    __slots__ = ()
    __module__ = "veltrix"

    def __new__(cls, *_: object, **__: object) -> Self:
        raise TypeError("cannot create 'veltrix.View' instances")

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("type 'veltrix.View' is not an acceptable base type")

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


def make_view(snapshot: Snapshot, path: str, tree: dict[str, Any], values: dict[str, Any]) -> View:
    """The view over one inner mapping."""
    return object.__new__(View)._fill(snapshot, path + ".", tree, values)


def restore_view(snapshot: Snapshot, path: str) -> View:
    """The view that was pickled."""
    from veltrix._pure.snapshot import Snapshot

    if not isinstance(snapshot, Snapshot):
        raise TypeError(f"a view is of a veltrix.Snapshot, not {type_name(snapshot)}")
    view = snapshot[path]
    if not isinstance(view, View):
        raise TypeError(f"a view is of a mapping, not {type_name(view)}")
    return view


Mapping.register(View)
