"""What a program gives to be loaded, and the sources and dimensions that it stands for."""

from __future__ import annotations

import os
from collections.abc import Mapping

from veltrix.sources._kernel import Layer
from veltrix.sources.file import EXTENSIONS, File, extension, file_path
from veltrix.sources.source import Fetched, Recipe, Source, secret_paths
from veltrix.types import Dimension

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Literal

    from veltrix.binding.schema import Schema
    from veltrix.loading.steps import Seen
    from veltrix.sources._kernel import Snapshot
    from veltrix.sources.source import SecretTuple

    MarksGiven = list[tuple[SecretTuple, str | None]]
    SourceLike = Source | Layer | str | os.PathLike[str] | Mapping[str, Any]
    Dimensions = Sequence[Dimension] | Mapping[str, Mapping[str, SourceLike]]

SECRET_PATHS = "secret paths"


class SameNameError(ValueError):
    """Two sources of one name: a mistake in a program, which is said at once."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)

    def __str__(self) -> str:
        return f"two sources are named {self.name!r}; give one of them another name="


class Given(Recipe):
    """A layer that was made elsewhere."""

    __slots__ = ("_layer",)

    _layer: Layer

    def __init__(self, layer: Layer) -> None:
        self._keep(name=layer.name, _layer=layer)

    def _fetch(self, previous: Fetched | None, left_out: list[str]) -> Fetched:
        return previous or Fetched(None, self._layer)

    def _parse(self, payload: Layer, lower: Snapshot | None, left_out: list[str]) -> Layer:
        return payload


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
        return _named(given)
    if isinstance(given, Layer):
        return Given(given)
    if isinstance(given, Mapping):
        return _values(given)
    if isinstance(given, (str, os.PathLike)):
        if EXTENSIONS.get(extension(file_path(given))) != "env":
            return File(given)
        from veltrix.sources.dotenv import DotEnv  # with all that reads names and texts

        return DotEnv(given)
    raise TypeError(f"a source is a Source, a Layer, a path or a mapping, not {type(given).__name__}")


def _named(source: Source) -> Source:
    """The source, if it has a name."""
    name = getattr(source, "name", None)
    if not isinstance(name, str):
        kind, found = type(source).__name__, "nothing" if name is None else type(name).__name__
        raise TypeError(f"the name of a source is a str, and {kind} has {found}")
    return source


def _values(data: Mapping[str, Any], name: str | None = None) -> Source:
    from veltrix.sources.values import Values

    return Values(data, name=name)


def _with_free_name(data: Mapping[str, Any], source: Source, names: set[str]) -> Source:
    number = 1
    while source.name in names:
        number += 1
        source = _values(data, name=f"values {number}")
    return source


class Plan:
    """The arguments of a load, checked."""

    def __init__(
        self,
        sources: Iterable[SourceLike],
        conflicts: Literal["error", "replace"],
        dimensions: Dimensions,
        secret: str | Iterable[str | tuple[str | int, ...]],
        schema: Schema | None,
    ) -> None:
        self.sources = as_sources(sources)
        self.conflicts = conflicts
        paths = secret_paths(secret)
        if isinstance(paths, bool):
            raise TypeError("secret of a Config is paths; a source takes secret=True")
        self.secret = paths
        marked = (*paths, *(() if schema is None else schema.secret))
        self.bottom = (Layer(SECRET_PATHS, {}, secret=marked),) if marked else ()
        """The layers below those of all sources."""
        self._fixed = () if isinstance(dimensions, Mapping) else tuple(dimensions)
        self._tables = _tables(dimensions) if isinstance(dimensions, Mapping) else {}
        choices = [source for table in self._tables.values() for source in table.values()]
        self.every: tuple[Source, ...] = (*self.sources, *choices)
        """The sources, and then those of the dimensions' tables."""

    def marks(self, seen: Sequence[Seen]) -> MarksGiven:
        """The paths that each source, and the configuration itself, was given as `secret=`.

        A source that is absent gives none, and may be what those of the whole configuration are for.
        """
        given: MarksGiven = [
            (source._marks, source.name)
            for source, one in zip(self.every, seen, strict=True)
            if one.is_present and isinstance(source, Recipe) and source._marks
        ]
        if self.secret and all(one.is_present for one in seen):
            given.append((self.secret, None))
        return given

    def dimensions(self, layers: Sequence[Sequence[Layer]]) -> tuple[Dimension, ...]:
        """The dimensions, from the layers of every source; a choice of which there are none is left out."""
        if self._fixed:
            return self._fixed
        declared = []
        at = len(self.sources)
        for name, table in self._tables.items():
            of_choices = dict(zip(table, layers[at : at + len(table)], strict=True))
            for choice, of in of_choices.items():
                if len(of) > 1:
                    raise TypeError(f"choice {choice!r} of dimension {name!r} is {len(of)} layers, not one")
            declared.append(Dimension(name, {choice: of[0] for choice, of in of_choices.items() if of}))
            at += len(table)
        return tuple(declared)


def schema_argument(form: Any, extra: Any, check_layers: bool) -> Schema | None:
    """What `schema=`, `extra=` and `check_layers=` ask for; without a schema no plan is imported."""
    if form is None:
        return None
    from veltrix.binding.schema import Schema

    return Schema(form, extra, check_layers)


def _tables(dimensions: Mapping[str, Mapping[str, SourceLike]]) -> dict[str, dict[str, Source]]:
    """The tables of the dimensions with a source in each place."""
    for name, table in dimensions.items():
        if not isinstance(table, Mapping):
            raise TypeError(f"the table of dimension {name!r} is a mapping, not {type(table).__name__}")
    return {
        name: {choice: _of_choice(name, choice, given) for choice, given in table.items()}
        for name, table in dimensions.items()
    }


def _of_choice(dimension: str, choice: str, given: SourceLike) -> Source:
    """The source of a choice; a mapping has no name of its own, and is named by what chooses it."""
    return _values(given, f"{dimension}:{choice}") if isinstance(given, Mapping) else as_source(given)
