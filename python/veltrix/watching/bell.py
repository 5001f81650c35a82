"""What wakes a thread that watches; it may be rung anywhere, in the handler of a signal too."""

from __future__ import annotations

import queue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from queue import SimpleQueue


class Bell:
    """The bell of one run of a thread."""

    def __init__(self) -> None:
        # Its `put` takes no lock that an interrupted `put` of the same thread could hold.
        self._rings: SimpleQueue[None] = queue.SimpleQueue()
        self.is_over = False
        """Whether the thread is to end."""

    def ring(self) -> None:
        """Wakes the thread, now or when it waits next."""
        self._rings.put(None)

    def end(self) -> None:
        """Has the thread end."""
        self.is_over = True
        self.ring()

    def is_set(self) -> bool:
        """Whether it was rung since the thread was awake last."""
        return not self._rings.empty()

    def wait(self, seconds: float) -> None:
        """Sleeps until it is rung, for so many seconds at most."""
        try:
            self._rings.get(timeout=max(seconds, 0))
        except queue.Empty:
            return
        self.clear()

    def clear(self) -> None:
        """Forgets that it was rung."""
        while self.is_set():
            self._rings.get()
