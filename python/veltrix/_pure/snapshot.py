"""A snapshot: a resolved stack, and what is derived from it.

    Snapshot  ──  tree    {"db": {"port": 1}}                    what `finish` made, read by iteration
              └─  values  {"db": View, "db.port": 1}             paths by their canonical text, for reads

`resolve` makes both whole. A derivation builds the changed layers, and `derive` makes the tree from the one
before and shares all that stays; its values are what was read of it. So deriving costs what it changes, and a
derived snapshot holds nothing else of the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import GenericAlias

from veltrix._limits import MAX_LAYERS, SCOPE_BYTES, SCOPED_VALUE_BYTES
from veltrix._pure.derive import derive
from veltrix._pure.diff import difference, same_scopes
from veltrix._pure.edit import put, remove, settable
from veltrix._pure.layer import Layer
from veltrix._pure.layer_arguments import (
    by_name,
    declared,
    generation_argument,
    left_out,
    position,
    restacked,
)
from veltrix._pure.origin import text_argument
from veltrix._pure.override import checker, nested
from veltrix._pure.path import parse_path, pre_order, type_name
from veltrix._pure.reading import MISSING, S, TypedReader
from veltrix._pure.resolve import finish
from veltrix._pure.scope import ScopeCache, asked_for, chosen_layers, count
from veltrix._pure.view import View, make_view
from veltrix.errors import ConflictError, LimitError
from veltrix.types import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, NoReturn, Self

    from veltrix._pure.resolve import Run
    from veltrix._pure.scope import Bounds, Choice
    from veltrix.allowed import Allowed
    from veltrix.types import Dimension, ScopeCacheInfo

    Path = str | tuple[str | int, ...]
    ByPath = Mapping[str, Any] | Mapping[tuple[str | int, ...], Any] | Mapping[Path, Any]


class Snapshot(TypedReader[S]):
    """The immutable result of resolving a stack of layers: a read-only mapping.

    `snapshot[path]` is the value at a path, or a `View` of an inner mapping; a missing path is a
    `MissingKeyError`. `overlay`, `override`, `set`, `delete`, `scope` and `with_layers` give another one, and
    this one stays as it is. Specified in docs/semantics.md#reading.

    Example:
        >>> snapshot = veltrix.resolve([veltrix.Layer("app", {"server": {"port": 8080}})])
        >>> snapshot["server.port"], snapshot["server", "port"], snapshot["server"]["port"]
        (8080, 8080, 8080)
    """

    __slots__ = ("_conflicts", "_dimensions", "_generation", "_layers", "_memo", "_schema", "_scopes")
    __module__ = "veltrix"

    _layers: tuple[Layer, ...]
    _conflicts: Literal["error", "replace"]
    _dimensions: tuple[Dimension, ...]
    _generation: int
    _scopes: ScopeCache
    _schema: Any
    _memo: dict[Any, Any]
    """What Python code of this package keeps with the snapshot, and no other snapshot has."""

    if not TYPE_CHECKING:
        __class_getitem__ = classmethod(GenericAlias)

    def __new__(cls, *_: object, **__: object) -> Self:
        raise TypeError("cannot create 'Snapshot' instances")

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("type 'Snapshot' is not an acceptable base type")

    def __getitem__(self, path: Path) -> Any:
        if type(path) is str:
            try:
                return self._values[path]
            except KeyError:
                pass
        return self._find(path)

    def get(self, path: Path, default: Any = None) -> Any:
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
        return (restore_snapshot, (FORMAT, *state, *self._scopes.bounds.state()))

    def overlay(self, data: Mapping[str, Any], name: str = "overlay") -> Snapshot[S]:
        """The snapshot with one more layer on top, of the same generation.

        Keys of the data are names; `override` takes paths. Specified in docs/semantics.md#deriving.

        Args:
            data: A mapping, as `Layer` takes it.
            name: The name of the layer.

        Raises:
            ConflictError: A mapping meets another value.
            LimitError: The stack has 1,000 layers already, or the data is too deep.
            TypeError: The data is no mapping, or a key in it or the name is no `str`.
            ValueError: A text holds a lone surrogate.

        Example:
            >>> snapshot.overlay({"server": {"port": 80}})["server.port"]
            80
        """
        if type(data) is not dict and not isinstance(data, Mapping):
            raise TypeError(f"overlay data is a mapping, not {type_name(data)}")
        origin = Origin(text_argument("a layer's name", name), "overlay")
        return self._with((*self._layers, Layer._made(data, origin, {}, False)), self._dimensions)

    def override(
        self, values: ByPath, *, allowed: Allowed | None = None, name: str = "override"
    ) -> Snapshot[S]:
        """The snapshot with one more layer on top, whose definitions are given by path.

        Without values it is this snapshot. Specified in docs/semantics.md#overrides.

        Args:
            values: Values or operators by paths, texts or tuples; a mapping merges with what stands there.
            allowed: An `Allowed`: which paths are open, and what each takes. For overrides from outside.
            name: The name of the layer.

        Raises:
            PathError: A path cannot be set, is given twice, or lies in another one.
            ValidationError: `allowed` does not let it through.
            LimitError: It is more than `allowed` takes, or what `overlay` refuses.
            ConflictError: A mapping meets another value.
            TypeError, ValueError: An argument is of a wrong type, or holds a lone surrogate.

        Example:
            >>> snapshot.override({"server.port": 80, ("chat", "enabled"): False})["server.port"]
            80
        """
        if not isinstance(values, Mapping):
            raise TypeError(f"override values are a mapping, not {type_name(values)}")
        check = None if allowed is None else checker(allowed)
        name = text_argument("a layer's name", name)
        pairs = [*values.items()]
        data = nested(pairs if check is None else check(pairs))
        return self.overlay(data, name) if data else self

    def set(self, path: Path, value: Any, *, layer: str | None = None) -> Snapshot[S]:
        """The snapshot with a definition put into one of its layers.

        The generation rises by one if the content changes. Specified in docs/semantics.md#deriving.

        Args:
            path: The path, as a text or a tuple of `str`; missing mappings on the way are made.
            value: A value, or an operator such as `DELETE`.
            layer: The name of the layer, the topmost of that name; without it the topmost layer of all.

        Raises:
            ConflictError: A mapping meets another value, in that layer or in the stack.
            LimitError: The path, or the value at it, is too deep.
            PathError: The path is malformed, or leads into a list.
            TypeError: The path, the value or a key in it is of a wrong type.
            ValueError: There is no such layer.

        Example:
            >>> snapshot.set("server.port", 80)["server.port"]
            80
        """
        segments = settable(parse_path(path))
        at = position(self._layers, layer)
        return self._replaced(at, put(self._layers[at], segments, value))

    def delete(self, path: Path, *, layer: str | None = None) -> Snapshot[S]:
        """The snapshot without one layer's own definition; the lower layers show again.

        To hide the lower layers, set `DELETE`. Specified in docs/semantics.md#deriving.

        Args:
            path: The path, as a text or a tuple of `str`.
            layer: The name of the layer, the topmost of that name; without it the topmost layer of all.

        Raises:
            MissingKeyError: The layer defines nothing at the path.
            ConflictError: Of what shows again, a mapping meets another value.
            PathError: The path is malformed, or leads into a list.
            TypeError: The path is of a wrong type.
            ValueError: There is no such layer.

        Example:
            >>> snapshot.overlay({"debug": True}).delete("debug") == snapshot
            True
        """
        segments = settable(parse_path(path))
        at = position(self._layers, layer)
        return self._replaced(at, remove(self._layers[at], segments))

    def with_layers(
        self,
        *layers: Layer,
        without: Iterable[str] = (),
        dimensions: Iterable[Dimension] | None = None,
        generation: int | None = None,
    ) -> Snapshot[S]:
        """The snapshot of another stack; all that changes is judged together and counts as one change.

        Specified in docs/semantics.md#another-stack.

        Args:
            *layers: Each takes the place of the topmost layer of its name; one of a new name goes on top.
            without: Names; the topmost layer of each is left out.
            dimensions: `Dimension` objects in the place of those that are declared; None keeps them.
            generation: The new snapshot has at least this generation, an `int` from 1 to 2**62.

        Raises:
            ConflictError: The new stack has a conflict.
            LimitError: It has more than 1,000 layers.
            TypeError: An argument is of a wrong type.
            ValueError: A name is unknown, twice there, or new and a dimension's; a number is out of range.

        Example:
            >>> site = veltrix.Layer("site", {"server": {"port": 80}})
            >>> snapshot.with_layers(site)["server.port"]
            80
        """
        given = by_name(layers)
        gone = left_out(without, given, self._layers)
        scopes = self._dimensions if dimensions is None else declared(dimensions)
        least = 1 if generation is None else generation_argument(generation)
        return self._published(restacked(self._layers, given, gone, scopes), scopes, least)

    def scope(self, choices: Mapping[str, Choice] | None = None, /, **more: Choice) -> Snapshot[S]:
        """The snapshot with the chosen layers on top, in the order in which the dimensions are declared.

        Scopes are kept, so that the same choices are found again. Specified in docs/semantics.md#scopes.

        Args:
            choices: By name of a dimension a `str` or None; for one of `many` an iterable of `str`, or None.
            **more: The same by keyword.

        Raises:
            TypeError: A dimension is unknown or chosen twice, or a choice is of a wrong type.
            ValueError: A strict dimension has no such choice.
            ConflictError: The layers conflict.
            LimitError: The stack has more than 1,000 layers.

        Example:
            >>> region = veltrix.Dimension("region", {"eu": veltrix.Layer("eu", {"currency": "EUR"})})
            >>> snapshot.with_layers(dimensions=[region]).scope(region="eu")["currency"]
            'EUR'
        """
        chosen = chosen_layers(self._dimensions, asked_for(choices, more))
        if not chosen:
            return self
        scoped: Snapshot | None = self._scopes.find(chosen)
        if scoped is None:
            made = self._with((*self._layers, *chosen.values()), self._dimensions)
            scoped = self._scopes.keep(chosen, made)
        return scoped

    def scope_cache_info(self) -> ScopeCacheInfo:
        """How the scopes of this snapshot were found: `(hits, misses, entries, bytes)`, a named tuple.

        A miss had to be derived; bytes are an estimate. Specified in docs/semantics.md#scopes.

        Example:
            >>> snapshot.scope_cache_info().hits
            0
        """
        return self._scopes.info()

    def _bytes_beside(self, other: Snapshot) -> int:
        """About how many bytes the layers take that another snapshot has not, by the estimate of scopes."""
        others = {id(layer) for layer in other._layers}
        own = [layer for layer in self._layers if id(layer) not in others]
        return sum(SCOPE_BYTES + SCOPED_VALUE_BYTES * count(layer._root) for layer in own)

    @property
    def settings(self) -> S:
        """The whole as the type that is its schema; an `AttributeError` for a snapshot without one.

        Specified in docs/semantics.md#objects-of-declared-types.

        Example:
            >>> veltrix.load({"port": 80}, schema=dict[str, int]).settings
            {'port': 80}
        """
        from veltrix.binding.schema import settings

        whole: S = settings(self, self._schema)
        return whole

    def _declare(self, schema: Any) -> None:
        """Gives it a schema, which all that is derived from it has; before anybody else has the snapshot."""
        self._keep("_schema", schema)

    @property
    def _snapshot(self) -> Snapshot:  # type: ignore[override]
        return self

    def _with(self, layers: tuple[Layer, ...], dimensions: tuple[Dimension, ...]) -> Snapshot:
        """The snapshot of another stack; a conflict is left to a whole resolve, which names the first."""
        before, after = _run(self._layers), _run(layers)
        options = self._conflicts, dimensions, self._generation, self._scopes.bounds
        try:
            tree = derive(self._tree, before, after, (), self._conflicts) if after else {}
            return _made(tree, layers, *options, self._schema)
        except ConflictError:
            pass
        return resolved(layers, *options, self._schema)

    def _view(self, path: str, tree: dict[str, Any]) -> View:
        return make_view(self, path, tree, self._values)

    def _replaced(self, at: int, layer: Layer) -> Snapshot:
        layers = (*self._layers[:at], layer, *self._layers[at + 1 :])
        return self._published(layers, self._dimensions, 1)

    def _published(
        self, layers: tuple[Layer, ...], dimensions: tuple[Dimension, ...], least: int
    ) -> Snapshot:
        """The stack resolved; one generation on if that changes the content, and at least of this one."""
        snapshot = self._with(layers, dimensions)
        leaves = snapshot._leaves(self._tree), self._leaves(snapshot._tree)
        changed = bool(difference(*leaves)) or not same_scopes(self._dimensions, dimensions)
        snapshot._keep("_generation", max(self._generation + changed, least))
        return snapshot


def resolved(
    layers: tuple[Layer, ...],
    conflicts: Literal["error", "replace"],
    dimensions: tuple[Dimension, ...],
    generation: int,
    bounds: Bounds,
    schema: Any = None,
) -> Snapshot:
    """The snapshot of this stack and generation, with all that can be read at hand."""
    run = _run(layers)
    tree = finish(run, (), conflicts) if run else {}
    snapshot = _made(tree, layers, conflicts, dimensions, generation, bounds, schema)
    values = snapshot._values
    for path, value in pre_order(tree, "", {}):
        values[path] = snapshot._view(path, value) if type(value) is dict else value
    return snapshot


def _run(layers: tuple[Layer, ...]) -> Run:
    """The run of the top level: all layers count, as none has an operator there."""
    if len(layers) > MAX_LAYERS:
        raise LimitError(f"more than {MAX_LAYERS} layers")
    return tuple([layer._root for layer in reversed(layers)])


def _made(
    tree: dict[str, Any],
    layers: tuple[Layer, ...],
    conflicts: Literal["error", "replace"],
    dimensions: tuple[Dimension, ...],
    generation: int,
    bounds: Bounds,
    schema: Any,
) -> Snapshot:
    """The snapshot of a tree, of which nothing was read."""
    snapshot = object.__new__(Snapshot)
    snapshot._fill("", tree, {})
    keep = snapshot._keep
    keep("_layers", layers)
    keep("_conflicts", conflicts)
    keep("_dimensions", dimensions)
    keep("_generation", generation)
    keep("_scopes", ScopeCache(bounds))
    keep("_memo", {})
    keep("_schema", schema)
    return snapshot


Mapping.register(Snapshot)
