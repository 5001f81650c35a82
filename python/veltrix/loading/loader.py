"""The loading half of a live configuration: from its sources to a candidate.

    fetch all  ──►  parse what changed  ──►  hold back what fails  ──►  derive together  ──►  guard

A pass changes nothing that is published, and what it notes for the next one it notes at its end: whatever
goes wrong before that leaves the loader as it was.
"""

from __future__ import annotations

import time

from veltrix.errors import ConfigError
from veltrix.loading.candidate import Candidate, SourceStatus
from veltrix.loading.given import Plan
from veltrix.loading.guards import checked_bound, listed_reason, lost, removes_too_much
from veltrix.loading.notes import Notes, content
from veltrix.loading.once import FirstPass
from veltrix.loading.read_sets import watched_paths
from veltrix.loading.steps import SAVED, Asking, Seen, as_read_set, derived, is_same, of_unknown_state
from veltrix.sources._kernel import Layer, Snapshot, diff, resolve
from veltrix.sources.source import BARE, without_frames

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from typing import Literal

    from veltrix.binding.schema import Schema
    from veltrix.errors import ConfigWarning
    from veltrix.loading.given import Dimensions, SourceLike
    from veltrix.loading.keeper import Keeper
    from veltrix.loading.renewal import Renewal
    from veltrix.loading.steps import Answer
    from veltrix.sources.source import Source

_clock = time.monotonic


class Loader:
    """The sources of one configuration, and what is known of each. One pass runs at a time.

    `max_removed` is the number of paths, or as a float the share of them, that one change may remove.
    `last_good` is the path of a file that `keep` writes, and `first` reads for sources that fail;
    `last_good_secrets` writes secrets into it as well. `schema` says what is secret by its type.
    """

    def __init__(
        self,
        *sources: SourceLike,
        conflicts: Literal["error", "replace"] = "error",
        dimensions: Dimensions = (),
        secret: str | Iterable[str | tuple[str | int, ...]] = (),
        max_removed: float | None = None,
        last_good: str | os.PathLike[str] | None = None,
        last_good_secrets: bool = False,
        schema: Schema | None = None,
    ) -> None:
        self._plan = Plan(sources, conflicts, dimensions, secret, schema)
        self._max_removed = checked_bound(max_removed)
        self._published: Snapshot | None = None
        self._judged_beside: Snapshot | None = None  # what was published when a pass last derived
        self._stack: tuple[Layer, ...] = ()
        self._accepted: tuple[Seen, ...] = ()
        self._known: list[Seen | None] = []
        self._notes = Notes()
        self._acknowledged: str | None = None
        self._statuses: tuple[SourceStatus, ...] = ()
        self.found_news = True
        """Whether the last pass found anything else than the one before it."""
        self._keeper = None if last_good is None else _keeper(last_good, last_good_secrets)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources, lowest precedence first."""
        return self._plan.sources

    def watch_paths(self) -> list[str]:
        """The absolute paths of the files and directories that all sources read."""
        return [path for source in self._plan.every for path in watched_paths(source)]

    def first(self) -> Snapshot:
        """What the sources resolve to; raises `ConfigError` with every problem of every source."""
        left_out: list[ConfigWarning] = []
        return without_frames(lambda: self._first(left_out), left_out, BARE)

    def candidate(
        self, published: Snapshot, *, acknowledge: bool = False, polling: bool = False, anew: bool = False
    ) -> Candidate | None:
        """What is to be published in the place of a snapshot; None where nothing changed.

        `acknowledge` takes what a guard refuses. `polling` is a pass that nobody asked for: it leaves out
        sources that could not be reached a moment ago, and says nothing twice. `anew` reads files again even
        where their state is unchanged. Raises `ConfigError` where
        something is wrong and nothing can be published.
        """
        return without_frames(lambda: self._candidate(published, acknowledge, polling, anew), (), BARE)

    def accept(self, candidate: Candidate) -> None:
        """The candidate is published: what comes next is compared with it."""
        self._published = self._judged_beside = candidate.snapshot
        self._stack = candidate.stack
        self._accepted = candidate.seen

    def lost_marks(self, candidate: Candidate) -> Iterable[ConfigWarning]:
        """Warnings of the paths that `secret=` marks and that this candidate takes away."""
        given, before = self._plan.marks(candidate.seen), self._plan.marks(candidate.seen_before)
        if candidate.moved_only or not given:
            return ()
        from veltrix.loading.marked import lost_marks  # most configurations have none

        return lost_marks(self._plan, candidate, given, [one for one in given if one not in before])

    def offer_again(self) -> None:
        """The next pass derives what it finds, though it may have found the same before."""
        self._judged_beside = None

    def statuses(self) -> tuple[SourceStatus, ...]:
        """How each source was at the last pass."""
        return self._statuses

    def leaves_in(self) -> float:
        """Seconds until absent sources, which the last pass held back, count as removed; 0 without any."""
        return self._notes.leaves_in(_clock())

    def keep(self) -> None:
        """Write the last-good file, if every source is good; at most every five seconds.

        Raises `SourceError` where it cannot be written.
        """
        if self._keeper is not None and not self._notes.held:
            self._keeper.keep(self._plan, self._accepted, _clock())

    def keep_due(self) -> None:
        """Write the last-good file, if `keep` found it too early for that; raises as it does."""
        if self._keeper is not None:
            self._keeper.keep_due(self._plan)

    def _first(self, left_out: list[ConfigWarning]) -> Snapshot:
        keeper = self._keeper
        if keeper is None:
            found, notes = FirstPass(self._plan, left_out), Notes()
            known: list[Seen | None] = list(found.seen)
        else:
            found = FirstPass(self._plan, left_out, lambda failed: keeper.instead(self._plan, failed))
            try:
                keeper.check(found.snapshot, found.stack)
            except ConfigError:
                left_out.clear()  # the paths of marks are what the file lacks
                raise
            notes = Notes()
            notes.failed, notes.held = dict(keeper.failed), set(keeper.stale)
            known = [None if at in keeper.stale else one for at, one in enumerate(found.seen)]
        self.watch_paths()  # a mistake in one surfaces here, and not in a thread that watches
        self._published, self._stack = found.snapshot, tuple(found.stack)
        self._accepted, self._known, self._notes = tuple(found.seen), known, notes
        self._statuses = _statuses(self._plan, self._accepted, notes)
        return found.snapshot

    def _candidate(
        self, published: Snapshot, acknowledge: bool, polling: bool, anew: bool
    ) -> Candidate | None:
        from veltrix.loading.renewal import Renewal  # what is never reloaded needs none of it

        known = of_unknown_state(self._plan.every, self._known) if anew else list(self._known)
        asking = Asking(self._plan.every, known, polling)
        notes = self._notes.next(_clock(), acknowledge)
        with as_read_set(self._plan.every, asking.known):
            answers = [
                self._answer(asking, at, notes if polling else None) for at in range(len(asking.known))
            ]
            asking.problems.clear()
            found = Renewal(
                self._plan, self._accepted, asking, answers, lambda at, one: self._judged(at, one, notes)
            )
        notes.take(found)
        is_news = notes.differs_from(self._notes) or not _same_outcomes(found.latest, self._known)
        candidate: Candidate | None = None
        refusal: ConfigError | None = None
        digest = self._acknowledged
        is_news = is_news or published is not self._judged_beside
        if is_news or not polling:
            try:
                candidate = self._derived(published, found)
                if candidate is not None:
                    digest = self._guarded(published, candidate, acknowledge)
            except ConfigError as error:
                refusal = error.with_traceback(None)
        statuses = _statuses(self._plan, found.seen, notes)
        # From here on nothing is called: the pass is noted as a whole, or not at all.
        self._known, self._notes, self._acknowledged, self._statuses = found.latest, notes, digest, statuses
        self._judged_beside, self.found_news = published, is_news
        if refusal is not None:
            raise refusal
        return candidate

    def _answer(self, asking: Asking, at: int, notes: Notes | None) -> Answer:
        """What a source says; the problem of a moment ago, where it is too early to ask again.

        For files it never is too early: no other event of the change may come.
        """
        is_file = notes is not None and bool(watched_paths(self._plan.every[at]))
        early = None if notes is None or is_file else notes.too_early(at)
        return asking.fetch(at) if early is None else early

    def _judged(self, at: int, one: Seen, notes: Notes) -> ConfigError | bool:
        """Whether what a source gives may count: True, False for not yet, or why not."""
        before = self._accepted[at]
        if one.outcome is before.outcome or content(one) is content(before) or notes.lets(at, one):
            return True
        if before.is_present and not one.is_present:
            return notes.has_left(at)
        return lost(self._plan.every[at].name, before, one) or True

    def _derived(self, published: Snapshot, found: Renewal) -> Candidate | None:
        """The candidate of what counts now; None where that is what is published."""
        problems = [one for at in sorted(found.failed) for one in found.failed[at].problems]
        if found.refusal is not None:
            raise ConfigError([*problems, *(one for one in found.refusal.problems if one not in problems)])
        is_ours = published is self._published
        changed = [at for at, one in enumerate(found.seen) if one.outcome is not self._accepted[at].outcome]
        if is_ours and not changed:
            if problems:
                raise ConfigError(problems)
            return None
        dimensions = None
        if not is_ours or any(at >= len(self._plan.sources) for at in changed):
            dimensions = self._plan.dimensions([_layers(one) for one in found.seen])
        try:
            before, least = self._stack if is_ours else (), published.generation
            snapshot = derived(published, before, found.stack, dimensions, least)
            if snapshot is None:
                snapshot = self._resolved(published, found)
        except ConfigError as error:
            raise ConfigError([*problems, error]) from None
        return Candidate(
            snapshot,
            diff(published, snapshot),
            self._reason(found.seen),
            snapshot.generation == published.generation,
            problems,
            self._accepted,
            found.seen,
            found.stack,
        )

    def _resolved(self, published: Snapshot, found: Renewal) -> Snapshot:
        """The snapshot of layers whose names or order are others than those of what is published."""
        dimensions = self._plan.dimensions([_layers(one) for one in found.seen])
        least = published.generation
        snapshot = resolve(
            found.stack, conflicts=self._plan.conflicts, dimensions=dimensions, generation=least
        )
        tables = slice(len(self._plan.sources), None)
        same_tables = _same_outcomes(list(found.seen[tables]), list(self._accepted[tables]))
        if same_tables and not diff(published, snapshot):
            return snapshot
        return snapshot.with_layers(generation=least + 1)

    def _reason(self, seen: tuple[Seen, ...]) -> str:
        """The names of the sources that say something else than what is published."""
        names = []
        for source, one, before in zip(self._plan.every, seen, self._accepted, strict=True):
            if content(one) is not content(before):
                gone = before.is_present and not one.is_present
                names.append(f"{source.name} removed" if gone else source.name)
        return listed_reason(names) or "the sources"

    def _guarded(self, published: Snapshot, candidate: Candidate, acknowledge: bool) -> str | None:
        """The digest of what is acknowledged; raises `RefusedError` for what takes too much away."""
        refusal = removes_too_much(published, candidate.difference, self._max_removed)
        if refusal is None:
            return self._acknowledged
        digest = candidate.snapshot.digest
        if not acknowledge and digest != self._acknowledged:
            raise ConfigError([*candidate.problems, refusal])
        return digest


def _keeper(path: str | os.PathLike[str], with_secrets: bool) -> Keeper:
    from veltrix.loading.keeper import Keeper  # with all that writing needs

    return Keeper(path, with_secrets)


def _layers(one: Seen) -> tuple[Layer, ...]:
    assert isinstance(one.outcome, tuple)
    return one.outcome


def _same_outcomes(latest: list[Seen | None], known: list[Seen | None]) -> bool:
    return is_same(*([None if one is None else one.outcome for one in ones] for ones in (latest, known)))


def _statuses(plan: Plan, seen: tuple[Seen, ...], notes: Notes) -> tuple[SourceStatus, ...]:
    found = []
    for at, (source, one) in enumerate(zip(plan.every, seen, strict=True)):
        problem = notes.failed.get(at)
        if problem is not None:
            state = "failed"
        elif at in notes.leaving and at in notes.held:
            state = "leaving"
        elif at in notes.held:
            state = "held"
        else:
            state = "good" if one.is_present else "absent"
        if state in ("failed", "held") and one.is_present and one.fetched.revision is SAVED:
            state = "stale"
        text = None if problem is None else str(problem)
        found.append(SourceStatus(source.name, state, text, one.fetched.at, notes.failures.get(at, 0)))
    return tuple(found)
