"""How a live configuration is: plain data, without a value of it."""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from veltrix.loading.candidate import SourceStatus
    from veltrix.watching.state import Watching

    class _Status(NamedTuple):
        generation: int
        digest: str
        published: float
        age: float
        stale: bool
        held: int | None
        last_error: str | None
        watching: Watching
        sources: tuple[SourceStatus, ...]

else:
    # Importing `typing` costs more than the rest of this package.
    _Status = namedtuple("_Status", "generation digest published age stale held last_error watching sources")


class Status(_Status):
    """How a configuration is.

    Attributes:
        generation: What is published; it counts in one process.
        digest: The leaves of that as a hash, to compare processes by; what scopes put on top does not count.
        published: When it was published, in seconds since 1970.
        age: How many seconds ago a pass last found that this is what the sources say.
        stale: Whether the last pass found something else, which could not be published.
        held: The generation that a rollback holds, or None.
        last_error: The last thing that went wrong and still is, or None.
        watching: A `mode`, "events", "polling", "stopped" or "dead", and a `reason` for it, or None.
        sources: A `SourceStatus` for each source.

    Example:
        >>> status = config.status()
        >>> (status.generation, status.stale, status.watching.mode)
        (1, False, 'stopped')
    """

    __slots__ = ()
    __module__ = "veltrix"
