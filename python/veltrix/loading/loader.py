"""What a live configuration loads from: every source anew, and what differs from what is published."""

from __future__ import annotations

from veltrix.loading.candidate import Candidate
from veltrix.loading.given import as_sources
from veltrix.loading.once import BARE, first_load
from veltrix.sources._kernel import diff
from veltrix.sources.source import without_frames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from veltrix._pure import Snapshot
    from veltrix.loading.candidate import SourceStatus
    from veltrix.loading.given import Dimensions, SourceLike
    from veltrix.sources import ConfigWarning


class Loader:
    """The sources of one configuration."""

    def __init__(
        self,
        *sources: SourceLike,
        conflicts: Literal["error", "replace"] = "error",
        dimensions: Dimensions = (),
        secret: str | Iterable[str | tuple[str | int, ...]] = (),
    ) -> None:
        self.sources = as_sources(sources)
        self._options = (conflicts, dimensions, secret)

    def first(self) -> Snapshot:
        """What all sources resolve to; a `ConfigError` has every problem."""
        left_out: list[ConfigWarning] = []
        return without_frames(lambda: first_load(self.sources, *self._options, left_out), left_out, BARE)

    def candidate(self, published: Snapshot, *, acknowledge: bool) -> Candidate | None:
        """What the sources resolve to now; None if nothing changed."""
        del acknowledge
        _, now, _, dimensions, *_ = self.first().__reduce__()[1]
        _, before, *_ = published.__reduce__()[1]
        pairs = zip(now, before, strict=True)
        changed = [layer for layer, old in pairs if layer.__reduce__()[1] != old.__reduce__()[1]]
        derived = published.with_layers(*changed, dimensions=dimensions)
        difference = diff(published, derived)
        if not changed and derived.generation == published.generation:
            return None
        reason = ", ".join(layer.name for layer in changed) or "the tables of dimensions"
        return Candidate(derived, difference, reason, derived.generation == published.generation)

    def accept(self, candidate: Candidate) -> None:
        """The candidate is published."""

    def statuses(self) -> tuple[SourceStatus, ...]:
        """How each source is."""
        return ()
