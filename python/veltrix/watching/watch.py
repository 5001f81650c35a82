"""What `config.watch()` gives: a handle to stop it by."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from veltrix.watching.watcher import Watcher


class Watch:
    """What `Config.watch` gives: watching lasts until `stop()`, or until a `with` or `async with` block ends.

    `config.status().watching` says how it is watched.

    Example:
        >>> with config.watch(poll=0.5) as watch:
        ...     config["server.port"]
        8080
    """

    __slots__ = ("_watcher",)
    __module__ = "veltrix"

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def stop(self) -> None:
        """Ends the thread, and waits for it, a second at most; a pass that runs is not cut off.

        Example:
            >>> watch = config.watch()
            >>> watch.stop()
            >>> config.status().watching.mode
            'stopped'
        """
        self._watcher.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        import asyncio

        await asyncio.to_thread(self.stop)  # a pass may wait for a subscriber on this loop

    def __repr__(self) -> str:
        return f"<veltrix.Watch, {self._watcher.watching.mode}>"
