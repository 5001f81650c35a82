"""The configuration of a program: sources in order, loaded and resolved."""

from __future__ import annotations

from veltrix.loading.given import as_sources
from veltrix.loading.once import BARE, first_load
from veltrix.sources.source import without_frames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal, NoReturn

    from veltrix.loading.given import Dimensions, SourceLike
    from veltrix.sources import ConfigWarning, Source
    from veltrix.sources._kernel import Snapshot


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
                lambda: _first(as_sources(sources), conflicts, dimensions, secret, left_out), left_out, BARE
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


def _first(
    sources: tuple[Source, ...],
    conflicts: Literal["error", "replace"],
    dimensions: Dimensions,
    secret: str | Iterable[str | tuple[str | int, ...]],
    left_out: list[ConfigWarning],
) -> tuple[tuple[Source, ...], Snapshot]:
    """The sources, and what they resolve to."""
    return sources, first_load(sources, conflicts, dimensions, secret, left_out)
