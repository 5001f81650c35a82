"""How a configuration is watched: plain data."""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    class Watching(NamedTuple):
        """A `mode`, "events", "polling", "stopped" or "dead", and the `reason` for it, or None."""

        mode: str
        reason: str | None

else:
    # Importing `typing` costs more than the rest of this package.
    Watching = namedtuple("Watching", "mode reason")

STOPPED = Watching("stopped", None)
