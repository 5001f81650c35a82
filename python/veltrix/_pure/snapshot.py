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

from veltrix._limits import MAX_LAYERS, MAX_SCOPE_BYTES, MAX_SCOPES, SCOPE_BYTES, SCOPED_VALUE_BYTES
from veltrix._pure.derive import derive
from veltrix._pure.diff import difference, same_scopes
from veltrix._pure.layer import Layer, is_one_of, put, remove, settable
from veltrix._pure.layer_arguments import (
    by_name,
    check_is_of_no_dimension,
    checked_layer,
    declared,
    generation_argument,
    left_out,
)
from veltrix._pure.origin import text_argument
from veltrix._pure.override import checker, nested
from veltrix._pure.path import parse_path, type_name
from veltrix._pure.resolve import finish
from veltrix._pure.scope import Bounds, ScopeCache, asked_for, chosen_layers, count
from veltrix._pure.view import MISSING, S, TypedReader, View, make_view, pre_order
from veltrix.errors import ConflictError, LimitError
from veltrix.types import Dimension, Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, NoReturn, Self

    from veltrix._pure.diff import Difference
    from veltrix._pure.resolve import Run
    from veltrix._pure.scope import Choice
    from veltrix.allowed import Allowed
    from veltrix.types import ScopeCacheInfo

    Path = str | tuple[str | int, ...]
    ByPath = Mapping[str, Any] | Mapping[tuple[str | int, ...], Any] | Mapping[Path, Any]


class Snapshot(TypedReader[S]):
    """The immutable result of resolving a stack of layers: a read-only mapping."""

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
        return (restore_snapshot, (FORMAT, *state, *self._scopes.bounds.state()))

    def overlay(self, data: Mapping[str, Any], name: str = "overlay") -> Snapshot[S]:
        """The snapshot with one more layer on top, of the same generation."""
        if type(data) is not dict and not isinstance(data, Mapping):
            raise TypeError(f"overlay data is a mapping, not {type_name(data)}")
        origin = Origin(text_argument("a layer's name", name), "overlay")
        return self._with((*self._layers, Layer._made(data, origin, {}, False)), self._dimensions)

    def override(
        self, values: ByPath, *, allowed: Allowed | None = None, name: str = "override"
    ) -> Snapshot[S]:
        """The snapshot with one more layer on top, whose definitions are given by path.

        `values` is a mapping from a path, in any spelling, to a value or an operator; a mapping merges with
        what stands there. `allowed`, an `Allowed`, says which paths are open and what each of them takes:
        for overrides that come from outside. `name` is the name of the layer. Without values it is this
        snapshot.

            request = config.override({"server.port": 80, ("chat", "enabled"): False})

        Raises what `overlay` raises, a `PathError` for a path that cannot be set or overlaps another one,
        a `ValidationError` for what is not allowed, a `LimitError` for too much of it, and a `TypeError`
        for an argument of a wrong type.
        """
        if not isinstance(values, Mapping):
            raise TypeError(f"override values are a mapping, not {type_name(values)}")
        check = None if allowed is None else checker(allowed)
        name = text_argument("a layer's name", name)
        pairs = [*values.items()]
        data = nested(pairs if check is None else check(pairs))
        return self.overlay(data, name) if data else self

    def set(self, path: Path, value: Any, *, layer: str | None = None) -> Snapshot[S]:
        """The snapshot with a definition put into one of its layers, the topmost by default."""
        segments = settable(parse_path(path))
        at = self._position(self.layer_names[-1] if layer is None and self._layers else layer)
        return self._replaced(at, put(self._layers[at], segments, value))

    def delete(self, path: Path, *, layer: str | None = None) -> Snapshot[S]:
        """The snapshot without one layer's own definition; the lower layers show again."""
        segments = settable(parse_path(path))
        at = self._position(self.layer_names[-1] if layer is None and self._layers else layer)
        return self._replaced(at, remove(self._layers[at], segments))

    def with_layers(
        self,
        *layers: Layer,
        without: Iterable[str] = (),
        dimensions: Iterable[Dimension] | None = None,
        generation: int | None = None,
    ) -> Snapshot[S]:
        """The snapshot of another stack; all that changes is judged together and counts as one change.

        Each of `layers` takes the place of the topmost layer of its name; those of new names go on top, in
        the order given. `without` is an iterable of names: the topmost layer of each goes. `dimensions`,
        an iterable of `Dimension`, takes the place of those that are declared. `generation` is an `int`
        from 1 to 2**62: the new snapshot has at least that generation.

            config = config.with_layers(defaults, site, without=["experiment"])

        Raises a `ConflictError` where the new stack has a conflict, a `LimitError` beyond 1,000 layers, a
        `TypeError` for an argument of a wrong type, and a `ValueError` for a layer that is named twice or is
        not there, for a number out of range, and for a new layer that a dimension has in its table:
        `dimensions` changes those.
        """
        given = by_name(layers)
        gone = left_out(without, given, self._layers, self._position)
        scopes = self._dimensions if dimensions is None else declared(dimensions)
        least = 1 if generation is None else generation_argument(generation)
        places = {layer.name: at for at, layer in enumerate(self._layers)}
        coming = {name: layer for name, layer in given.items() if name not in places}
        for name in coming:
            check_is_of_no_dimension(name, scopes)
        staying = ((at, layer) for at, layer in enumerate(self._layers) if at not in gone)
        stack = [given.get(one.name, one) if places[one.name] == at else one for at, one in staying]
        return self._published((*stack, *coming.values()), scopes, least)

    def scope(self, choices: Mapping[str, Choice] | None = None, /, **more: Choice) -> Snapshot[S]:
        """The snapshot with the chosen layers on top, in the order in which the dimensions are declared.

        `choices`, a mapping, and keywords name dimensions. A choice is a `str`, or None for none; of a
        dimension of `many`, an iterable of `str`, or None.

            config = config.scope(region="eu")

        Raises a `TypeError` for a dimension that is unknown or chosen twice and for a choice of a wrong
        type, a `ValueError` for a name that a strict dimension does not have, a `ConflictError` where the
        layers conflict, and a `LimitError` beyond 1,000 layers.
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
        """How the scopes of this snapshot were found: `(hits, misses, entries, bytes)`.

        A miss is a scope that had to be derived; bytes are an estimate. A derived snapshot begins at 0.

            config.scope_cache_info().hits
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

        port = veltrix.load("app.toml", schema=Settings).settings.server.port
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
        return _resolved(layers, *options, self._schema)

    def _replaced(self, at: int, layer: Layer) -> Snapshot:
        layers = (*self._layers[:at], layer, *self._layers[at + 1 :])
        return self._published(layers, self._dimensions, 1)

    def _published(
        self, layers: tuple[Layer, ...], dimensions: tuple[Dimension, ...], least: int
    ) -> Snapshot:
        """The stack resolved; one generation on if that changes the content, and at least of this one."""
        snapshot = self._with(layers, dimensions)
        changed = bool(diff(self, snapshot)) or not same_scopes(self._dimensions, dimensions)
        snapshot._keep("_generation", max(self._generation + changed, least))
        return snapshot

    def _position(self, name: str | None) -> int:
        """Where the topmost layer of a name stands."""
        if not self._layers:
            raise ValueError("the snapshot has no layers")
        for at in reversed(range(len(self._layers))):
            if is_one_of(name, (self._layers[at].name,)):
                return at
        known = ", ".join(repr(known) for known in self.layer_names)
        raise ValueError(f"no layer named {name!r}; the layers are {known}")


def resolve(
    layers: Iterable[Layer],
    *,
    conflicts: Literal["error", "replace"] = "error",
    dimensions: Iterable[Dimension] = (),
    generation: int = 1,
    max_scopes: int = MAX_SCOPES,
    max_scope_bytes: int = MAX_SCOPE_BYTES,
) -> Snapshot:
    """The snapshot of a stack of layers, the lowest first.

    `conflicts` is "error" or "replace", `dimensions` an iterable of `Dimension`, and `generation` an `int`
    from 1 to 2**62, the number that the snapshot begins to count with. It keeps the `max_scopes` scopes that
    were used last, 16,384 unless another number is given, of an estimated `max_scope_bytes` bytes, 64 MiB,
    and so does each snapshot that is derived from it; both are an `int` from 0 to 2**62.

        config = veltrix.resolve([defaults, site])

    Raises a `ConflictError` where layers conflict, a `LimitError` beyond 1,000 of them, and a `TypeError` or
    a `ValueError` for an argument of a wrong type or value.
    """
    return _checked(layers, conflicts, dimensions, generation, max_scopes, max_scope_bytes)


resolve.__module__ = "veltrix"


def diff(old: Snapshot, new: Snapshot) -> Difference:
    """What was added, removed and changed from one snapshot to another.

        diff(config, config.set("server.port", 80)).changed  # {"server.port": (8080, 80)}

    Raises a `TypeError` for anything but two snapshots of this implementation.
    """
    for one in (old, new):
        if not isinstance(one, Snapshot):
            raise TypeError(f"diff() takes a Snapshot, not {type_name(one)}")
    return difference(new._leaves(old._tree), old._leaves(new._tree))


diff.__module__ = "veltrix"


def restore_snapshot(
    layers: Iterable[Layer],
    conflicts: Literal["error", "replace"],
    dimensions: Iterable[Dimension],
    generation: int,
    max_scopes: int = MAX_SCOPES,
    max_scope_bytes: int = MAX_SCOPE_BYTES,
) -> Snapshot:
    """The snapshot that was pickled."""
    return _checked(layers, conflicts, dimensions, generation, max_scopes, max_scope_bytes)


def _checked(
    layers: Iterable[Layer],
    conflicts: Literal["error", "replace"],
    dimensions: Iterable[Dimension],
    generation: int,
    max_scopes: int,
    max_scope_bytes: int,
) -> Snapshot:
    """The snapshot of what a caller gives."""
    counted = generation_argument(generation)
    bounds = Bounds(max_scopes, max_scope_bytes)
    if not is_one_of(conflicts, ("error", "replace")):
        raise ValueError(f"conflicts is 'error' or 'replace', not {conflicts!r}")
    stack = tuple(layers)
    for layer in stack:
        checked_layer(layer)
    scopes = declared(dimensions)
    rule: Literal["error", "replace"] = "error" if is_one_of(conflicts, ("error",)) else "replace"
    return _resolved(stack, rule, scopes, counted, bounds)


def _resolved(
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
        values[path] = make_view(snapshot, path, value, values) if type(value) is dict else value
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


def restore_view(snapshot: Snapshot, path: str) -> View:
    """The view that was pickled."""
    if not isinstance(snapshot, Snapshot):
        raise TypeError(f"a view is of a veltrix.Snapshot, not {type_name(snapshot)}")
    view = snapshot[path]
    if not isinstance(view, View):
        raise TypeError(f"a view is of a mapping, not {type_name(view)}")
    return view


Mapping.register(Snapshot)
