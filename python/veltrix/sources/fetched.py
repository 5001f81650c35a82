"""What a source fetched and has not parsed yet."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Fetched:
    """What `fetch` of a source gives, and `parse` takes.

    `payload` is the content in whatever form the source's own `parse` takes, and None where there is nothing.
    `revision` is anything hashable by which the source knows the content again: an ETag, a number, a digest.
    `at` is when it was fetched, in seconds since the epoch; now, unless it is given.

        Fetched("W/33", b'{"port": 80}')

    Shown without its content.
    """

    __slots__ = ("at", "payload", "revision")

    def __init__(self, revision: Any, payload: Any, at: float | None = None) -> None:
        self.revision = revision
        self.payload = payload
        self.at = time.time() if at is None else at

    def __repr__(self) -> str:
        return f"<veltrix.Fetched, {'absent' if self.payload is None else 'present'}>"
