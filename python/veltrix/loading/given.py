"""What a program gives as a source, and the sources that it stands for."""

from __future__ import annotations

import os
from collections.abc import Mapping

from veltrix.sources import DotEnv, File, Source, Values
from veltrix.sources._kernel import Layer
from veltrix.sources.file import EXTENSIONS, extension, file_path
from veltrix.sources.source import Recipe
from veltrix.types import Dimension

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from veltrix.sources._kernel import Snapshot

    SourceLike = Source | Layer | str | os.PathLike[str] | Mapping[str, Any]
    Dimensions = Sequence[Dimension] | Mapping[str, Mapping[str, SourceLike]]
    Tables = Sequence[Dimension] | Mapping[str, Mapping[str, Source]]


class SameNameError(ValueError):
    """Two sources of one name: a mistake in a program, which is said at once."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)

    def __str__(self) -> str:
        return f"two sources are named {self.name!r}; give one of them another name="


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


def with_sources(dimensions: Dimensions) -> Tables:
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


def _with_free_name(data: Mapping[str, Any], source: Source, names: set[str]) -> Source:
    number = 1
    while source.name in names:
        number += 1
        source = Values(data, name=f"values {number}")
    return source
