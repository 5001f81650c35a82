"""When the last-good file is written, and what of it counts at a start at which sources fail."""

from __future__ import annotations

import os

from veltrix.errors import ConfigError, MissingKeyError
from veltrix.loading.guards import listed_reason
from veltrix.loading.last_good import LastGood
from veltrix.loading.read_sets import read_sets
from veltrix.loading.steps import SAVED, Seen
from veltrix.sources._kernel import Layer, Snapshot, format_path
from veltrix.sources.source import Fetched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from veltrix.loading.given import Plan

PAUSE = 5.0
"""Seconds between two writes at least."""


class Keeper:
    """The last-good file of one configuration."""

    def __init__(self, path: str | os.PathLike[str], with_secrets: bool) -> None:
        self._file = LastGood(path, with_secrets)
        self._written: tuple[Seen, ...] | None = None
        self._due: tuple[int, tuple[Seen, ...]] | None = None
        """What is to be written, and by which process: a child that was forked leaves it to its parent."""
        self._next = 0.0
        self._error: ConfigError | None = None
        self.failed: Mapping[int, ConfigError] = {}
        """The sources that failed at the start, and why."""
        self.stale: dict[int, Seen] = {}
        """What counts for them, and for those of their read sets."""
        self._left_out: dict[int, tuple[tuple[str, ...], ...]] = {}

    def keep(self, plan: Plan, accepted: tuple[Seen, ...], now: float) -> None:
        """Write what sources gave, unless it is written or was written a moment ago.

        Until it goes well, it raises the same error object for the same reason.
        """
        if accepted is not self._written:
            self._due = (os.getpid(), accepted)
            if now >= self._next:
                self._next = now + PAUSE
                self.keep_due(plan)

    def keep_due(self, plan: Plan) -> None:
        """Write what was not written yet, if it was this process that left it."""
        if self._due is None or self._due[0] != os.getpid():
            return
        _, accepted = self._due
        failed: ConfigError | None = None
        try:
            self._file.write(list(zip(plan.every, accepted, strict=True)), plan.bottom)
        except ConfigError as error:
            failed = error
        if failed is None or self._error is None or str(failed) != str(self._error):
            self._error = failed
        if self._error is not None:
            self._error.__context__ = None  # its frames hold what was to be written
            raise self._error.with_traceback(None)
        self._written, self._due = accepted, None

    def instead(self, plan: Plan, failed: Mapping[int, ConfigError]) -> Mapping[int, Seen]:
        """What counts in the place of sources that failed: whole read sets, or nothing at all."""
        needed = set(failed)
        for members in read_sets(plan.every):
            if not members.isdisjoint(needed):
                needed |= members
        try:
            known = self._file.read(plan.every)
        except ConfigError as error:
            raise ConfigError([*failed.values(), error]) from None
        if known is None:
            return {}
        missing = [plan.every[at].name for at in sorted(needed - known.keys())]
        if missing:
            problem = self._file.problem(f"has nothing of {listed_reason(missing)}")
            raise ConfigError([*failed.values(), problem])
        self.failed = dict(failed)
        for at in sorted(needed):
            layers = known[at].layers
            seen = Seen(Fetched(SAVED, None, known[at].at), layers, bool(layers))
            if not layers:
                seen = Seen(seen.fetched, (Layer(plan.every[at].name, {}),), False)
            self.stale[at] = seen
            self._left_out[at] = known[at].left_out
        return self.stale

    def check(self, snapshot: Snapshot, stack: Sequence[Layer]) -> None:
        """Raise what failed, where something was left out of the file that no higher layer says."""
        missing: list[str] = []
        for at, paths in self._left_out.items():
            outcome = self.stale[at].outcome
            assert isinstance(outcome, tuple)
            higher = _above(outcome, stack)
            missing += (format_path(path) for path in paths if not _is_said(snapshot, path, higher))
        if missing:
            text = f"lacks secrets, or objects, that no higher layer has: {listed_reason(missing)}"
            raise ConfigError([*self.failed.values(), self._file.problem(text)])


def _above(layers: Sequence[Layer], stack: Sequence[Layer]) -> set[str]:
    """The names of the layers above these; none above those of a dimension."""
    places = [at for at, layer in enumerate(stack) if any(layer is one for one in layers)]
    return {layer.name for layer in stack[places[-1] + 1 :]} if places else set()


def _is_said(snapshot: Snapshot, path: tuple[str, ...], by: set[str]) -> bool:
    """Whether one of these layers has the last word on what stands at a path."""
    try:
        explanation = snapshot.explain(path)
    except MissingKeyError:
        return False
    highest = explanation.definitions[0]
    return highest.path == explanation.path and highest.origin.layer in by
