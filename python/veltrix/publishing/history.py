"""The generations that were published last, with their snapshots."""

from __future__ import annotations

from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from veltrix.publishing.change import Change

_KEPT = 2
"""So many are kept whatever they take: what is published, and what a rollback leads to."""


class History:
    """At most `most` changes, the oldest first; beyond the last two, only while they take `most_bytes`."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._changes: deque[tuple[Change, int]] = deque()

    def add(self, change: Change) -> None:
        """Keeps one more, unless it is there already; the oldest go."""
        if self._changes and self._changes[-1][0] is change:
            return
        size = change.snapshot._bytes_beside(self._changes[-1][0].snapshot) if self._changes else 0
        changes = self._changes
        changes.append((change, size))
        while len(changes) > max(self._most, 1):
            changes.popleft()
        while len(changes) > _KEPT and sum(size for _, size in changes) > self._most_bytes:
            changes.popleft()

    def replace_last(self, change: Change) -> None:
        """The same generation, with other origins."""
        _, size = self._changes.pop()
        self._changes.append((change, size))

    def all(self) -> tuple[Change, ...]:
        """The oldest first."""
        return tuple(change for change, _ in list(self._changes))
