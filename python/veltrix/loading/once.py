"""`veltrix.load`: every source once, lowest precedence first, resolved to a snapshot."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import chain

from veltrix.errors import ConfigError, LimitError
from veltrix.loading.given import as_sources, with_sources
from veltrix.loading.problems import problem
from veltrix.loading.schema import fitting, schema_argument
from veltrix.sources import ConfigWarning, File, Secrets
from veltrix.sources._kernel import Layer, Snapshot, resolve
from veltrix.sources.declared import declared_by
from veltrix.sources.marks import Marks
from veltrix.sources.read_set import one_read_set
from veltrix.sources.source import Recipe, secret_paths, without_frames
from veltrix.types import Dimension

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Literal

    from typing_extensions import TypeVar

    from veltrix.loading.given import Dimensions, SourceLike, Tables
    from veltrix.sources import Source
    from veltrix.sources.source import SecretTuple

    S = TypeVar("S", default=Any)

SECRET_PATHS = "secret paths"

# What a correct program meets. A mistake in it, or in a source of one's own, keeps its frames, though empty.
BARE = (ConfigError, ConfigWarning, MemoryError, RecursionError)


def load(
    *sources: SourceLike,
    conflicts: Literal["error", "replace"] = "error",
    dimensions: Dimensions = (),
    secret: str | Iterable[str | tuple[str | int, ...]] = (),
    schema: type[S] | None = None,
    extra: Literal["forbid", "ignore", "warn"] = "forbid",
    check_layers: bool = False,
) -> Snapshot[S]:
    """What the sources, lowest precedence first, resolve to: each is loaded once.

        load({"port": 80}, "app.toml", File("local.toml", optional=True), Env("APP"))

    A path is short for `File` (for `DotEnv`, if it ends with `.env`), a mapping for `Values`; a `Layer`
    stands for itself. `dimensions` are `Dimension` objects, or a mapping of names to tables of sources.
    `secret` names the paths that are secret in whatever layer they stand. `schema` is a type, such as a
    dataclass, that the whole has to be bound as: `settings` of the snapshot, and of each that is derived
    from it, is such an object. `extra` says what becomes of keys that no field takes: "forbid", "ignore", or
    "warn", which gives a `ConfigWarning`. With `check_layers` no layer may have a value of a wrong type,
    whether or not it counts. Raises `ConfigError` with every problem of every source, or else every problem
    of the schema, and a `TypeError` for a schema that nothing can be read as.
    """
    left_out: list[ConfigWarning] = []
    asked = schema_argument(schema, extra, check_layers)
    try:
        with declared_by(asked):
            return without_frames(
                lambda: fitting(
                    first_load(as_sources(sources), conflicts, dimensions, secret, left_out), asked
                ),
                left_out,
                BARE,
            )
    finally:
        # The frames that stay with an error are to lead to no value. The function shares these variables.
        sources = dimensions = ()


def first_load(
    sources: tuple[Source, ...],
    conflicts: Literal["error", "replace"],
    dimensions: Dimensions,
    secret: str | Iterable[str | tuple[str | int, ...]],
    left_out: list[ConfigWarning],
) -> Snapshot:
    """What the sources resolve to."""
    paths = secret_paths(secret)
    if paths is True:
        raise TypeError("secret of a Config is paths; a source takes secret=True")
    loading = _Loading(conflicts, paths, left_out)
    if paths:
        loading.layers.append(Layer(SECRET_PATHS, {}, secret=paths))
    tables = with_sources(dimensions)
    with one_read_set(*_paths(sources, tables)):
        for source in sources:
            loading.load(source)
        return loading.resolved(tables)


def _paths(sources: Iterable[Source], dimensions: Tables) -> tuple[list[str], list[str]]:
    """The files and the directories of secrets that one load reads."""
    reading = list(sources)
    if isinstance(dimensions, Mapping):
        reading += [source for table in dimensions.values() for source in table.values()]
    return (
        [source.absolute_path for source in reading if isinstance(source, File)],
        [source.absolute_path for source in reading if isinstance(source, Secrets)],
    )


class _Loading:
    """One pass over the sources: the layers so far, and all that went wrong, or that is left out."""

    def __init__(
        self,
        conflicts: Literal["error", "replace"],
        secret: bool | SecretTuple,
        left_out: list[ConfigWarning],
    ) -> None:
        self.conflicts = conflicts
        self.secret = secret
        self.left_out = left_out
        self.layers: list[Layer] = []
        self.problems: list[ConfigError] = []
        self.marks = Marks()
        self.all_present = True

    def load(self, source: Source) -> None:
        """Load one source on top; an absent one leaves its name."""
        layer = self._loaded(source, self._lower() if source.reads_lower else None)
        if layer is not None:
            self.layers.append(layer)

    def resolved(self, dimensions: Tables) -> Snapshot:
        """The snapshot of all layers; raises what went wrong, if anything did."""
        declared = self._declared(dimensions)
        try:
            snapshot = resolve(self.layers, conflicts=self.conflicts, dimensions=declared)
        except ConfigError as error:
            self.problems.append(error.with_traceback(None))
        if self.problems:
            raise ConfigError(self.problems)
        self.left_out += self._unmatched_marks(snapshot, declared)
        return snapshot

    def _unmatched_marks(self, snapshot: Snapshot, declared: Iterable[Dimension]) -> Iterator[ConfigWarning]:
        """A warning for each `secret=` that marks a path where nothing is.

        A source that is absent gives no marks, and may be what those of the whole configuration are for.
        """
        if self.all_present and isinstance(self.secret, tuple):
            self.marks.add(self.secret)
        choices = (layer for dimension in declared for layer in dimension.layers.values())
        return self.marks.unmatched(chain((snapshot,), (resolve([layer]) for layer in choices)))

    def _loaded(self, source: Source, lower: Snapshot | None) -> Layer | None:
        before = sys.exception()
        try:
            layer = source.load(lower)
            if layer is not None and not isinstance(layer, Layer):
                raise TypeError(f"a source loads a veltrix.Layer, not {type(layer).__name__}")
        except Exception as error:
            found = problem(error, source.name, before)
            if found is None:
                if self.problems:
                    error.add_note(f"found before this: {ConfigError(self.problems)}")
                raise
            self.problems.append(found)
            return None
        if layer is None:
            self.all_present = False
            return Layer(source.name, {})
        if isinstance(source, Recipe):
            self.marks.add(source._marks, source.name)
        return layer

    def _lower(self) -> Snapshot | None:
        """What the layers so far resolve to; a conflict in it is reported by the last resolve."""
        if not self.layers:
            return None
        try:
            return resolve(self.layers, conflicts=self.conflicts)
        except LimitError as error:  # too many layers: what comes next has nothing to be read over
            raise ConfigError([*self.problems, error]) from None
        except ConfigError:
            return resolve(self.layers, conflicts="replace")

    def _declared(self, dimensions: Tables) -> tuple[Dimension, ...]:
        if not isinstance(dimensions, Mapping):
            return tuple(dimensions)
        declared = []
        for name, table in dimensions.items():
            layers = {}
            for choice, source in table.items():
                layer = self._loaded(source, self._lower() if source.reads_lower else None)
                if layer is not None:
                    layers[choice] = layer
            declared.append(Dimension(name, layers))
        return tuple(declared)
