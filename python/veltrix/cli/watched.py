"""What a live configuration publishes and refuses, printed as it happens, until somebody ends it."""

from __future__ import annotations

import logging
import sys
import threading
import time

from veltrix.cli.advice import worded
from veltrix.cli.differences import differences
from veltrix.cli.text import escaped
from veltrix.config import Config
from veltrix.errors import ConfigError
from veltrix.publishing.subscription import Subscriber
from veltrix.sources.marks import Marks, UnmatchedMark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from veltrix import Snapshot
    from veltrix.cli.style import Style
    from veltrix.publishing.change import Change
    from veltrix.sources.source import Source

_LOOKS = 0.5
"""How many seconds the program waits at most before it asks whether its reader has gone."""


class Printed(Subscriber):
    """Prints each publish and each refusal; `gone` is the error of a stream that takes no more."""

    def __init__(self, snapshot: Snapshot, style: Style) -> None:
        self._last, self._style = snapshot, style
        self.gone: OSError | None = None

    def commit(self, change: Change) -> None:
        before, self._last = self._last, change.snapshot
        lines = [f"  {line}" for line in differences(before, change.snapshot, self._style)]
        self._print(f"generation {change.generation} at {_clock(change.at)}", lines)

    def failed(self, error: Exception) -> None:
        if isinstance(error.__cause__, UnmatchedMark):
            said = worded(error.__cause__)
        else:
            said = worded(error) if isinstance(error, ConfigError) else str(error)
        self._print(f"refused at {_clock(time.time())}: {escaped(said)}", [])

    def _print(self, heading: str, lines: list[str]) -> None:
        try:
            sys.stdout.write("\n".join([self._style.strong(heading), *lines, ""]))
            sys.stdout.flush()
        except OSError as error:
            self.gone = error


def watched(sources: Sequence[Source], style: Style, **options: Any) -> None:
    """Watch sources until an interrupt; raises what `Config` raises, and what a stream that is gone does."""
    logging.getLogger("veltrix").addHandler(logging.NullHandler())  # which would say all this again
    marks = Marks([(options["secret"], None)])

    def hides_all_that_is_marked(snapshot: Snapshot) -> None:
        # A server goes on with a warning; what is printed here would show the value.
        for mark in marks.unmatched(marks.paths, (snapshot,)):
            raise mark

    with Config(*sources, validate=[hides_all_that_is_marked], **options) as config:
        printed = Printed(config.snapshot, style)
        config.subscribe(printed)
        with config.watch():
            watching = config.status().watching
            how = watching.mode if watching.reason is None else f"{watching.mode}: {watching.reason}"
            values = len(config.flatten())
            printed._print(f"{values} {'value' if values == 1 else 'values'}, watched ({how})", [])
            try:
                while printed.gone is None:
                    _FOREVER.wait(_LOOKS)
            except KeyboardInterrupt:
                return
    raise printed.gone


_FOREVER = threading.Event()


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))
