"""How a thread waits until it is to look again."""

from __future__ import annotations

from veltrix.watching.state import Watching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from veltrix.watching.bell import Bell


class Eyes:
    """Polling: the timer alone."""

    def __init__(self) -> None:
        self.watching = Watching("polling", None)

    def wait(self, bell: Bell, seconds: float) -> None:
        """Returns when it is time to look, or when the bell is rung."""
        bell.wait(seconds)
