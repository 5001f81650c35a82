"""What is wrong with a request."""

from __future__ import annotations

from server.messages import Answer


class RequestError(Exception):
    """A request that is answered with a status of 400 to 499 or 503, and with this reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason

    @property
    def answer(self) -> Answer:
        """What goes out for it."""
        return Answer({"error": self.reason}, self.status)
