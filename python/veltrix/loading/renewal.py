"""One way up the stack of a configuration that is loaded: what each source counts with now.

A source that fails counts with what it gave before, and so do all of its read set; all others go on. That
changes the lower layers that other sources read, so the stack is walked again until nobody else is held back.
"""

from __future__ import annotations

from veltrix.errors import ConfigError
from veltrix.loading.read_sets import read_sets
from veltrix.loading.steps import Seen, is_polled, is_same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from veltrix.loading.given import Plan
    from veltrix.loading.steps import Answer, Asking
    from veltrix.sources._kernel import Layer

    Judge = Callable[[int, Seen], ConfigError | bool]


class Renewal:
    """What counts after a pass, and who is held back.

    `judge` says of what a source gives whether it may count: True, False for not yet, or why not.
    """

    def __init__(
        self, plan: Plan, accepted: Sequence[Seen], asking: Asking, answers: Sequence[Answer], judge: Judge
    ) -> None:
        self.latest = list(asking.known)
        """What each source gave last, whether or not it counts."""
        self.failed: dict[int, ConfigError] = {}
        """Of the sources that are held back: those that are at fault, and why."""
        self.held: set[int] = set()
        self.unreached: set[int] = set()
        """The sources of which nothing could be fetched."""
        self.refusal: ConfigError | None = None
        """Why nothing of this pass can be published."""
        self._plan = plan
        self._accepted = accepted
        self._asking = asking
        self._answers = answers
        self._judge = judge
        self._loaded: dict[int, tuple[tuple[Layer, ...], Seen | ConfigError]] = {}
        self.seen, self.stack = self._way_up()
        while self._hold_read_sets():
            self.seen, self.stack = self._way_up()

    def _way_up(self) -> tuple[tuple[Seen, ...], tuple[Layer, ...]]:
        """What counts of each source, and the layers of the stack."""
        self.refusal = None
        stack = list(self._plan.bottom)
        counted = []
        for at in range(len(self._plan.every)):
            one = None if at in self.held else self._good(at, stack)
            if one is None:
                one = self._kept(at, stack)
            counted.append(one)
            if at < len(self._plan.sources):
                assert isinstance(one.outcome, tuple)
                stack += one.outcome
        return tuple(counted), tuple(stack)

    def _good(self, at: int, stack: list[Layer]) -> Seen | None:
        """What a source gives now; None if it has to be held back for that."""
        one = self._seen_now(at, stack)
        if isinstance(one, ConfigError):
            self.unreached.add(at)
            verdict: ConfigError | bool = one
        else:
            self.latest[at] = self._asking.known[at] = one
            verdict = one.outcome if isinstance(one.outcome, ConfigError) else self._judge(at, one)
        if isinstance(one, Seen) and verdict is True:
            return one
        self.held.add(at)
        if isinstance(verdict, ConfigError):
            self.failed[at] = verdict
        return None

    def _seen_now(self, at: int, stack: list[Layer]) -> Seen | ConfigError:
        if not is_polled(self._plan.every[at]):
            return self._asking.see(at, self._answers[at], stack)
        below = tuple(stack) if self._plan.every[at].reads_lower else ()
        if at not in self._loaded or not is_same(self._loaded[at][0], below):
            self._loaded[at] = (below, self._loaded_now(at, stack))
        return self._loaded[at][1]

    def _loaded_now(self, at: int, stack: list[Layer]) -> Seen | ConfigError:
        """What a source with a `load` of its own gives; the layers from before, if those are alike."""
        one, latest = self._asking.see(at, self._answers[at], stack), self.latest[at]
        if isinstance(one, Seen) and latest is not None:
            from veltrix.loading.alike import alike  # most sources have no `load` of their own

            now, before = one.outcome, latest.outcome
            if isinstance(now, tuple) and isinstance(before, tuple) and alike(before, now):
                return Seen(one.fetched, before, one.is_present, one.below, one.lower)
        return one

    def _kept(self, at: int, stack: list[Layer]) -> Seen:
        """What a source gave before, over what is lower now."""
        before = self._accepted[at]
        source = self._plan.every[at]
        if is_polled(source) or not source.reads_lower or is_same(before.below, stack):
            return before
        if before.is_present and before.fetched.payload is None:  # saved by another process, and typed there
            return before
        latest = self.latest[at]
        if latest is not None and latest.fetched.payload is before.fetched.payload:
            self._asking.known[at] = latest
        else:
            self._asking.known[at] = before
        again = self._asking.see(at, before.fetched, stack)
        problem = again if isinstance(again, ConfigError) else again.outcome
        if isinstance(again, Seen) and isinstance(problem, tuple):
            return again
        assert isinstance(problem, ConfigError)
        self.refusal = problem
        return before

    def _hold_read_sets(self) -> bool:
        """Hold back whoever changes together with one that is held back; whether any is new."""
        if not self.held:
            return False
        before = len(self.held)
        for members in read_sets(self._plan.every):
            if not members.isdisjoint(self.held):
                self.held |= members
        return len(self.held) > before
