"""What one configuration is loaded from: the sources in their order, and the tables of its dimensions."""

from __future__ import annotations

from collections.abc import Mapping

from veltrix.loading.given import as_source, as_sources
from veltrix.sources._kernel import Layer
from veltrix.sources.source import secret_paths
from veltrix.types import Dimension

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Literal

    from veltrix.loading.given import Dimensions, SourceLike
    from veltrix.sources import Source

SECRET_PATHS = "secret paths"


class Plan:
    """The arguments of a load, checked."""

    def __init__(
        self,
        sources: Iterable[SourceLike],
        conflicts: Literal["error", "replace"],
        dimensions: Dimensions,
        secret: str | Iterable[str | tuple[str | int, ...]],
    ) -> None:
        self.sources = as_sources(sources)
        self.conflicts = conflicts
        paths = secret_paths(secret)
        if isinstance(paths, bool):
            raise TypeError("secret of a Config is paths; a source takes secret=True")
        self.secret = paths
        self.bottom = (Layer(SECRET_PATHS, {}, secret=paths),) if paths else ()
        """The layers below those of all sources."""
        self._fixed = () if isinstance(dimensions, Mapping) else tuple(dimensions)
        self._tables = _tables(dimensions) if isinstance(dimensions, Mapping) else {}
        choices = [source for table in self._tables.values() for source in table.values()]
        self.every: tuple[Source, ...] = (*self.sources, *choices)
        """The sources, and then those of the dimensions' tables."""

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


def _tables(dimensions: Mapping[str, Mapping[str, SourceLike]]) -> dict[str, dict[str, Source]]:
    """The tables of the dimensions with a source in each place."""
    for name, table in dimensions.items():
        if not isinstance(table, Mapping):
            raise TypeError(f"the table of dimension {name!r} is a mapping, not {type(table).__name__}")
    return {
        name: {choice: as_source(given) for choice, given in table.items()}
        for name, table in dimensions.items()
    }
