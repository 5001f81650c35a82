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

    `generation` and `digest` are those of what is published: generations count in one process, digests
    compare processes. `published` is when, in seconds since 1970. `age` is how many seconds ago a pass last
    found that this is what the sources say; `stale` says that the last one did not. `held` is the generation
    that a rollback holds, else None. `last_error` is the last thing that went wrong and still is.
    `watching` has a `mode`, "events", "polling", "stopped" or "dead", and a `reason` for it, or None.
    """

    __slots__ = ()
    __module__ = "veltrix"
