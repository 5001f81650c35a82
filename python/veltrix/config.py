"""The configuration of a program: sources in order, loaded and resolved."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from itertools import chain

from veltrix.errors import ConfigError, LimitError, SourceError
from veltrix.sources import ConfigWarning, DotEnv, File, Secrets, Source, Values
from veltrix.sources._kernel import Layer, Snapshot, resolve
from veltrix.sources.file import EXTENSIONS, extension, file_path
from veltrix.sources.marks import Marks
from veltrix.sources.read_set import one_read_set
from veltrix.sources.source import Recipe, secret_paths, unframed, without_frames
from veltrix.types import Dimension

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, Literal, NoReturn

    from veltrix.sources.source import SecretTuple

    SourceLike = Source | Layer | str | os.PathLike[str] | Mapping[str, Any]
    Dimensions = Sequence[Dimension] | Mapping[str, Mapping[str, SourceLike]]
    Tables = Sequence[Dimension] | Mapping[str, Mapping[str, Source]]

SECRET_PATHS = "secret paths"

# What a correct program meets. A mistake in it, or in a source of one's own, keeps its frames, though empty.
BARE = (ConfigError, ConfigWarning, MemoryError, RecursionError)


class SameNameError(ValueError):
    """Two sources of one name: a mistake in a program, which is said at once."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)

    def __str__(self) -> str:
        return f"two sources are named {self.name!r}; give one of them another name="


class Config:
    """Sources, lowest precedence first, loaded once and resolved: `config.snapshot` is what to read.

        Config({"port": 80}, "app.toml", File("local.toml", optional=True), Env("APP"))

    A path is short for `File` (for `DotEnv`, if it ends with `.env`), a mapping for `Values`; a `Layer`
    stands for itself. `dimensions` are `Dimension` objects, or a mapping of names to tables of sources.
    `secret` names the paths that are secret in whatever layer they stand. Raises `ConfigError` with every
    problem of every source; there is no half-loaded configuration.
    """

    __slots__ = ("_snapshot", "_sources")

    def __init__(
        self,
        *sources: SourceLike,
        conflicts: Literal["error", "replace"] = "error",
        dimensions: Dimensions = (),
        secret: str | Iterable[str | tuple[str | int, ...]] = (),
    ) -> None:
        left_out: list[ConfigWarning] = []
        try:
            self._sources, self._snapshot = without_frames(
                lambda: _first_load(sources, conflicts, dimensions, secret, left_out), left_out, BARE
            )
        finally:
            # The frames that stay with an error are to lead to no value. The function shares these variables.
            sources = dimensions = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources, lowest precedence first."""
        return self._sources

    @property
    def snapshot(self) -> Snapshot:
        """What the sources resolve to. It never changes: take it once, read from it as often as you like."""
        return self._snapshot

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Config is not copied or pickled: hand over its snapshot, or make one from its sources"
        )

    def __repr__(self) -> str:
        if not hasattr(self, "_snapshot"):
            return "<veltrix.Config, not loaded>"
        return f"<veltrix.Config, generation {self._snapshot.generation}, {len(self._sources)} sources>"


def _first_load(
    given: Iterable[SourceLike],
    conflicts: Literal["error", "replace"],
    dimensions: Dimensions,
    secret: str | Iterable[str | tuple[str | int, ...]],
    left_out: list[ConfigWarning],
) -> tuple[tuple[Source, ...], Snapshot]:
    """The sources that the arguments of `Config` stand for, and what they resolve to."""
    sources = as_sources(given)
    paths = secret_paths(secret)
    if paths is True:
        raise TypeError("secret of a Config is paths; a source takes secret=True")
    loading = _Loading(conflicts, paths, left_out)
    if paths:
        loading.layers.append(Layer(SECRET_PATHS, {}, secret=paths))
    tables = _with_sources(dimensions)
    with one_read_set(*_paths(sources, tables)):
        for source in sources:
            loading.load(source)
        return sources, loading.resolved(tables)


def _with_sources(dimensions: Dimensions) -> Tables:
    """The dimensions with a source in each place of a table."""
    if not isinstance(dimensions, Mapping):
        return dimensions
    for name, table in dimensions.items():
        if not isinstance(table, Mapping):
            raise TypeError(f"the table of dimension {name!r} is a mapping, not {type(table).__name__}")
    return {
        name: {choice: as_source(given) for choice, given in table.items()}
        for name, table in dimensions.items()
    }


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
            problem = _problem(error, source.name, before)
            if problem is None:
                if self.problems:
                    error.add_note(f"found before this: {ConfigError(self.problems)}")
                raise
            self.problems.append(problem)
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


def _problem(error: Exception, source: str, before: BaseException | None) -> ConfigError | None:
    """What a source raised as a problem beside others; None for a mistake in a program, which stops the load.

    An `OSError` of a source of one's own is one: the system, or a server, did not give what was asked for.
    Its text may hold anything, a password in an address too, so that only the system's own words are said. So
    is a `ConfigError` without a problem in it, which says nothing either.
    """
    if isinstance(error, ConfigError) and error.problems:
        return unframed(error, before)
    if not isinstance(error, (OSError, ConfigError)):
        return None
    words = _words_of_system(error) if isinstance(error, OSError) else None
    reason = type(error).__name__ if words is None else f"{type(error).__name__}: {words}"
    problem = SourceError(f"cannot be loaded ({reason})", source)
    problem.__cause__ = unframed(error, before)
    return problem


def _words_of_system(error: OSError) -> str | None:
    """The system's words for the number of an error, if these are the ones that it has."""
    try:
        number, words = error.errno, error.strerror
        return words.lower() if number is not None and words == os.strerror(number) else None
    except Exception:  # noqa: BLE001  (whoever raises an `OSError` gives it any `errno`, or a property that fails)
        return None


class _Given(Recipe):
    """A layer that was made elsewhere."""

    __slots__ = ("_layer",)

    _layer: Layer

    def __init__(self, layer: Layer) -> None:
        self._keep(name=layer.name, _layer=layer)

    def load(self, lower: Snapshot | None) -> Layer:
        return self._layer


def as_sources(given: Iterable[SourceLike]) -> tuple[Source, ...]:
    """The sources that the arguments of `Config` stand for; each has a name of its own."""
    sources: list[Source] = []
    names: set[str] = set()
    for item in given:
        source = as_source(item)
        if isinstance(item, Mapping):
            source = _with_free_name(item, source, names)
        if source.name in names:
            raise SameNameError(source.name)
        names.add(source.name)
        sources.append(source)
    return tuple(sources)


def as_source(given: SourceLike) -> Source:
    """The source that an argument of `Config` stands for."""
    if isinstance(given, Source):
        return given
    if isinstance(given, Layer):
        return _Given(given)
    if isinstance(given, Mapping):
        return Values(given)
    if isinstance(given, (str, os.PathLike)):
        is_dotenv = EXTENSIONS.get(extension(file_path(given))) == "env"
        return DotEnv(given) if is_dotenv else File(given)
    raise TypeError(f"a source is a Source, a Layer, a path or a mapping, not {type(given).__name__}")


def _with_free_name(data: Mapping[str, Any], source: Source, names: set[str]) -> Source:
    number = 1
    while source.name in names:
        number += 1
        source = Values(data, name=f"values {number}")
    return source
