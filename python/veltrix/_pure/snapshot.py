"""A snapshot: a resolved stack, and what is derived from it.

    Snapshot  ──  tree    {"db": {"port": 1}}                    what `finish` made, read by iteration
              └─  values  {"db": View, "db.port": 1}             every path by its canonical text, for reads

Derivations build the changed layers and resolve again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from veltrix._pure.diff import difference
from veltrix._pure.layer import Layer, is_one_of, put, remove, settable
from veltrix._pure.origin import number_argument
from veltrix._pure.path import parse_path, type_name
from veltrix._pure.resolve import finish, fold
from veltrix._pure.view import MISSING, Reader, make_view, pre_order
from veltrix.types import Dimension

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, NoReturn, Self

    from veltrix._pure.diff import Difference

    Path = str | tuple[str | int, ...]

_SCOPES = 128
_LAST_GENERATION = 2**62
"""The highest generation that is taken from a pickle; a number of 64 bits leaves as much room above it."""


class Snapshot(Reader):
    """The immutable result of resolving a stack of layers: a read-only mapping."""

    __slots__ = ("_conflicts", "_dimensions", "_generation", "_layers", "_scopes")
    __module__ = "veltrix"

    _layers: tuple[Layer, ...]
    _conflicts: Literal["error", "replace"]
    _dimensions: tuple[Dimension, ...]
    _generation: int
    _scopes: dict[tuple[Layer, ...], Snapshot]

    def __new__(cls, *_: object, **__: object) -> Self:
        raise TypeError("cannot create 'veltrix.Snapshot' instances")

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("type 'veltrix.Snapshot' is not an acceptable base type")

    def __getitem__(self, path: Path) -> Any:
        if type(path) is str:
            try:
                return self._values[path]
            except KeyError:
                pass
        return self._find(path)

    def get(self, path: Path, default: Any = None) -> Any:
        """The value at a path, or the default where the path is missing; a stored null is no missing path."""
        if type(path) is str:
            value = self._values.get(path, MISSING)
            if value is not MISSING:
                return value
        return super().get(path, default)

    def __contains__(self, path: object) -> bool:
        return (type(path) is str and path in self._values) or super().__contains__(path)

    def __reduce__(self) -> tuple[Any, ...]:
        from veltrix._pickle import FORMAT, restore_snapshot

        state = (self._layers, self._conflicts, self._dimensions, self._generation)
        return (restore_snapshot, (FORMAT, *state))

    def overlay(self, data: Mapping[str, Any], name: str = "overlay") -> Snapshot:
        """The snapshot with one more layer on top, of the same generation."""
        if not isinstance(data, Mapping):
            raise TypeError(f"overlay data is a mapping, not {type_name(data)}")
        return self._with((*self._layers, Layer(name, data, source="overlay")))

    def set(self, path: Path, value: Any, *, layer: str | None = None) -> Snapshot:
        """The snapshot with a definition put into one of its layers, the topmost by default."""
        segments = settable(parse_path(path))
        at = self._position(self.layers[-1] if layer is None and self._layers else layer)
        return self._replaced(at, put(self._layers[at], segments, value))

    def delete(self, path: Path, *, layer: str | None = None) -> Snapshot:
        """The snapshot without one layer's own definition; what lies beneath shines through."""
        segments = settable(parse_path(path))
        at = self._position(self.layers[-1] if layer is None and self._layers else layer)
        return self._replaced(at, remove(self._layers[at], segments))

    def with_layer(self, layer: Layer) -> Snapshot:
        """The snapshot with a layer in the place of the topmost of its name, or on top."""
        _checked_layer(layer)
        if layer.name in self.layers:
            return self._replaced(self._position(layer.name), layer)
        return self._published((*self._layers, layer))

    def without_layer(self, name: str) -> Snapshot:
        """The snapshot without the topmost layer of a name."""
        at = self._position(name)
        return self._published((*self._layers[:at], *self._layers[at + 1 :]))

    def diff(self, old: Snapshot) -> Difference:
        """What was added, removed and changed since another snapshot."""
        if not isinstance(old, Snapshot):
            raise TypeError(f"diff() takes a Snapshot, not {type_name(old)}")
        return difference(self.flatten(), old.flatten())

    def scope(self, /, **choices: str | None) -> Snapshot:
        """The snapshot with the chosen layers on top, in the order in which the dimensions are declared."""
        declared = {dimension.name for dimension in self._dimensions}
        for name in choices:
            if name not in declared:
                known = ", ".join(repr(dimension.name) for dimension in self._dimensions) or "none"
                raise TypeError(f"unknown dimension {name!r}; declared are {known}")
        found = (dimension.choose(choices.get(dimension.name)) for dimension in self._dimensions)
        chosen = tuple(_checked_layer(layer) for layer in found if layer is not None)
        if not chosen:
            return self
        scoped = self._scopes.pop(chosen, None)
        if scoped is None:
            scoped = self._with((*self._layers, *chosen))
        self._scopes[chosen] = scoped
        for oldest in list(self._scopes)[:-_SCOPES]:
            self._scopes.pop(oldest, None)
        return scoped

    def _with(self, layers: tuple[Layer, ...]) -> Snapshot:
        return _resolved(layers, self._conflicts, self._dimensions, self._generation)

    def _replaced(self, at: int, layer: Layer) -> Snapshot:
        return self._published((*self._layers[:at], layer, *self._layers[at + 1 :]))

    def _published(self, layers: tuple[Layer, ...]) -> Snapshot:
        """The stack resolved; one generation on if that changes the content."""
        snapshot = self._with(layers)
        if snapshot.diff(self):
            snapshot._generation += 1
        return snapshot

    def _position(self, name: str | None) -> int:
        """Where the topmost layer of a name stands."""
        if not self._layers:
            raise ValueError("the snapshot has no layers")
        for at in reversed(range(len(self._layers))):
            if is_one_of(name, (self._layers[at].name,)):
                return at
        known = ", ".join(repr(known) for known in self.layers)
        raise ValueError(f"no layer named {name!r}; the layers are {known}")


def resolve(
    layers: Iterable[Layer],
    *,
    conflicts: Literal["error", "replace"] = "error",
    dimensions: Iterable[Dimension] = (),
) -> Snapshot:
    """The snapshot of a stack of layers, the lowest first."""
    return _checked(layers, conflicts, dimensions, 1)


resolve.__module__ = "veltrix"


def restore_snapshot(
    layers: Iterable[Layer],
    conflicts: Literal["error", "replace"],
    dimensions: Iterable[Dimension],
    generation: int,
) -> Snapshot:
    """The snapshot that was pickled."""
    counted = number_argument("a generation", generation, _LAST_GENERATION)
    return _checked(layers, conflicts, dimensions, counted)


def _checked(
    layers: Iterable[Layer],
    conflicts: Literal["error", "replace"],
    dimensions: Iterable[Dimension],
    generation: int,
) -> Snapshot:
    """The snapshot of what a caller gives."""
    if not is_one_of(conflicts, ("error", "replace")):
        raise ValueError(f"conflicts is 'error' or 'replace', not {conflicts!r}")
    stack = tuple(layers)
    for layer in stack:
        _checked_layer(layer)
    declared = tuple(dimensions)
    _check_dimensions(declared)
    rule: Literal["error", "replace"] = "error" if is_one_of(conflicts, ("error",)) else "replace"
    return _resolved(stack, rule, declared, generation)


def _resolved(
    layers: tuple[Layer, ...],
    conflicts: Literal["error", "replace"],
    dimensions: tuple[Dimension, ...],
    generation: int,
) -> Snapshot:
    """The snapshot of this stack and generation."""
    run = fold([layer._root for layer in reversed(layers)])
    tree: dict[str, Any] = finish(run, (), conflicts) if run else {}
    values: dict[str, Any] = {}
    snapshot = object.__new__(Snapshot)
    snapshot._fill(snapshot, "", tree, values)
    snapshot._layers = layers
    snapshot._conflicts = conflicts
    snapshot._dimensions = dimensions
    snapshot._generation = generation
    snapshot._scopes = {}
    for path, value in pre_order(tree, ""):
        values[path] = make_view(snapshot, path, value, values) if type(value) is dict else value
    return snapshot


def _checked_layer(layer: object) -> Layer:
    if not isinstance(layer, Layer):
        raise TypeError(f"a layer is a veltrix.Layer, not {type_name(layer)}")
    return layer


def _check_dimensions(dimensions: tuple[Dimension, ...]) -> None:
    seen = set()
    for dimension in dimensions:
        if not isinstance(dimension, Dimension):
            raise TypeError(f"a dimension is a veltrix.Dimension, not {type_name(dimension)}")
        if dimension.name in seen:
            raise ValueError(f"dimension {dimension.name!r} is declared twice")
        seen.add(dimension.name)
        for layer in dimension.layers.values():
            _checked_layer(layer)


Mapping.register(Snapshot)
