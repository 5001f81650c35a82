"""What a pass does: a look at the sources, and what comes of it. One runs at a time."""

from __future__ import annotations

import warnings
from threading import RLock
from time import monotonic, time

from veltrix._text import printable
from veltrix.errors import ConfigError, ConfigWarning
from veltrix.loading.fitting import Fitting
from veltrix.publishing.change import Change
from veltrix.publishing.changes import Streams
from veltrix.publishing.history import History
from veltrix.publishing.keys import Keys
from veltrix.publishing.results import Results, Vetoes
from veltrix.publishing.subscription import Subscriptions
from veltrix.publishing.transaction import INTERRUPTS, Transaction, validate
from veltrix.sources._kernel import diff, restore_difference
from veltrix.sources.declared import declared_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from veltrix._pure import Current, Difference, Snapshot
    from veltrix.binding.schema import Schema
    from veltrix.loading.candidate import Candidate
    from veltrix.loading.loader import Loader
    from veltrix.publishing.transaction import Kinds, Step, Validator

    Outcome = tuple[Change | None, BaseException | None]
    OnTop = tuple[Change, int | None]
    """What was published and held before overrides."""


class Passes:
    """The state that passes work on: what is published, what the sources say, who is asked and notified."""

    published: Change

    def __init__(
        self,
        config: Current,
        loader: Loader,
        schema: Schema | None,
        validators: Sequence[Validator],
        history: History,
        veto_timeout: float,
    ) -> None:
        self._config = config
        self.loader = loader
        self._schema = schema
        self._fitting = Fitting(schema)
        self._validators = validators
        self._veto_timeout = veto_timeout
        self.history = history
        self.keys = Keys(self.report)
        self.subscriptions = Subscriptions(self.report)
        self.streams = Streams()
        self.held: int | None = None
        """The generation that a rollback holds."""
        self.checked = monotonic()
        """When a pass last found that what is published is what the sources say."""
        self.results = Results()
        """How passes ended."""
        self._is_confirmed = True
        """Whether the last pass found that what is published is what the sources say."""
        self._vetoes = Vetoes()
        self.telling = RLock()
        """Held from the swap until all are notified: a fork waits for it."""
        # No error itself, which would keep the frames of whoever it was raised to.
        self._failure: tuple[type, str, str] | None = None
        self._mishap: str | None = None
        self._unkept: object = None
        self._first()

    @property
    def last_error(self) -> str | None:
        """Why the last pass brought nothing new, or else what went wrong as the last change was notified."""
        return self._mishap if self._failure is None else self._failure[2]

    @property
    def has_failed(self) -> bool:
        """Whether the last pass, or a source in it, brought nothing new because of an error."""
        return self._failure is not None

    def look(
        self,
        *,
        acknowledge: bool = False,
        is_release: bool = False,
        polling: bool = False,
        anew: bool = False,
        interrupts: Kinds = INTERRUPTS,
        turn: object,
    ) -> Outcome:
        """Looks at all sources, and publishes what they say now, unless a rollback is held.

        `polling` and `anew` are those of `Loader.candidate`. What is no interrupt, as there is nobody to be
        interrupted, refuses as all else that is raised.
        """

        def work() -> Outcome:
            if polling and self.held is None and self._vetoes.are_due():
                self._vetoes.take()
                self.loader.offer_again()
            with declared_by(self._schema):
                candidate = self.loader.candidate(
                    self._config.snapshot, acknowledge=acknowledge, polling=polling, anew=anew
                )
            if polling and not self.loader.found_news:
                self._found_the_same()
                return None, None
            may_publish = self.held is None or is_release
            if not may_publish and candidate is not None and candidate.problems:
                raise ConfigError(candidate.problems)  # nothing goes on beside what is wrong
            self._vetoes.take()
            done = self._offered(candidate, turn, interrupts) if may_publish else (None, None)
            self._vetoes.clear()
            self._succeeded(candidate, is_said=may_publish or candidate is None or candidate.moved_only)
            self._keep(self.loader.keep)
            if candidate is not None and may_publish:
                self._warn_of_marks(candidate)
            return done

        try:
            return work()
        except interrupts:
            # The loader knows what it found, though nobody has judged it to the end.
            self.loader.offer_again()
            self._is_confirmed = False
            raise
        except BaseException as error:
            self._fail(error)
            raise

    def roll_back(self, generation: int | None, *, turn: object) -> Outcome:
        """Publishes an earlier generation again, and holds it."""
        older = self._kept(generation)
        snapshot = older.snapshot.with_layers(generation=self._config.snapshot.generation + 1)
        change = self._change(snapshot, f"rollback to generation {older.generation}")

        return self._publish_and_hold(change, older.generation, turn)

    def put_on_top(self, values: Mapping[Any, Any], before: list[OnTop], *, turn: object) -> Outcome:
        """Publishes overrides over what is published, and holds that.

        What `take_off` needs is added to `before` first: an interrupt may come right after the publish.
        """
        before.append((self.published, self.held))
        published = self._config.snapshot
        snapshot = published.override(values).with_layers(generation=published.generation + 1)
        change = self._change(snapshot, "override of a test")
        return self._publish_and_hold(change, published.generation, turn)

    def take_off(self, before: Change, held: int | None, *, turn: object) -> Outcome:
        """Publishes again what was before overrides, unless a release ended them; nobody refuses it."""
        if self.held is None:
            return None, None
        snapshot = before.snapshot.with_layers(generation=self._config.snapshot.generation + 1)
        change = self._change(snapshot, "end of the override of a test")
        return self._publish_and_hold(change, held, turn, is_undone=True)

    def report(self, what: str, error: BaseException, *, is_known: bool = False) -> None:
        """Notes what went wrong where nothing could be undone any more; one that is known is not logged."""
        from veltrix.publishing.saying import ERROR, safe_text, say

        self._mishap = f"{what}: {safe_text(error)}"
        if not is_known:
            say(ERROR, "%s", printable(self._mishap), error=error)

    def _first(self) -> None:
        with declared_by(self._schema):
            snapshot = self.loader.first()
        self._fitting.judge(snapshot)
        validate(self._validators, snapshot)
        nothing = restore_difference({}, {}, {})
        self.published = Change(previous=0, at=time(), reason="start", snapshot=snapshot, difference=nothing)
        self.history.add(self.published)
        stale = [source.name for source in self.loader.statuses() if source.state == "stale"]
        self._is_confirmed = not stale
        if stale:
            names = ", ".join(map(printable, stale))
            from veltrix.publishing.saying import WARNING, say

            say(WARNING, "%s: as in the last-good file, as the sources cannot be loaded", names)
        self._keep(self.loader.keep)

    def end(self) -> None:
        """No pass comes any more: writes what it was too early to write, unless a rollback is held."""
        self._keep(self.loader.keep_due)

    def _keep(self, write: Callable[[], None]) -> None:
        """Writes the last-good file, if that is asked for; what goes wrong with it undoes nothing."""
        if self.held is None:
            try:
                write()
            except Exception as error:  # noqa: BLE001  (sources of the program's own are asked, too)
                # Of a file that goes on failing it is the same object, and an equal one after it was written.
                from veltrix.publishing.saying import text_of

                own = isinstance(error, ConfigError)
                before, self._unkept = self._unkept, error if own else (type(error), text_of(error))
                is_known = self._unkept is before if own else self._unkept == before
                self.report("the last-good file", error, is_known=is_known)
                error.__traceback__ = None

    def _warn_of_marks(self, candidate: Candidate) -> None:
        """Warns of marks that have lost their paths; where that is an error, it undoes nothing any more."""
        for mark in self.loader.lost_marks(candidate):
            try:
                warnings.warn(mark, stacklevel=2)
            except ConfigWarning as error:
                self.report(str(mark), error)

    def _fits(self, snapshot: Snapshot) -> None:
        """Gives a candidate its schema; raises a `ConfigError` if it does not fit."""
        self._fitting.judge(snapshot, self._config.snapshot)

    def _offered(self, candidate: Candidate | None, turn: object, interrupts: Kinds) -> Outcome:
        """Publishes a candidate; what was held is not any more."""
        if candidate is None:
            self.held = None
            return None, None

        def accepted() -> None:
            self.held = None
            self.loader.accept(candidate)

        if not candidate.moved_only:
            reason = candidate.reason if self.held is None else "release"
            change = self._change(candidate.snapshot, reason, candidate.difference)
            return self._publish(change, accepted, turn, self._vetoes.note, interrupts)
        snapshot = candidate.snapshot
        self._fits(snapshot)
        self._config._swap(snapshot)
        accepted()
        self.published = self.published.with_snapshot(snapshot)
        self.history.replace_last(self.published)
        self.keys.refresh(snapshot)
        return None, None

    def _publish(
        self,
        change: Change,
        accepted: Callable[[], None],
        turn: object,
        vetoed: Callable[[], None] = lambda: None,
        interrupts: Kinds = INTERRUPTS,
        is_undone: bool = False,
    ) -> Outcome:
        def published() -> None:
            self.published, self._mishap = change, None

        noted: tuple[Step, ...] = (
            ("what is published", published, ()),
            ("the sources", accepted, ()),
            ("the history", self.history.add, (change,)),
        )
        transaction = Transaction(
            change,
            self._config.snapshot,
            keys=self.keys,
            fits=self._fits,
            validators=self._validators,
            subscriptions=self.subscriptions,
            streams=self.streams,
            turn=turn,
            veto_timeout=self._veto_timeout,
            report=self.report,
            interrupts=interrupts,
            is_undone=is_undone,
        )
        try:
            interrupt = transaction.publish(self._config, noted, self.telling)
        finally:
            if transaction.is_vetoed:
                vetoed()
        from veltrix.publishing.saying import INFO, is_said, line_of, say

        if is_said(INFO):
            say(INFO, "%s", line_of(change))
        return change, interrupt

    def _publish_and_hold(
        self, change: Change, generation: int | None, turn: object, *, is_undone: bool = False
    ) -> Outcome:
        """Publishes a change, unless it is what is published already, and holds a generation from then on."""

        def hold() -> None:
            self.held = generation

        published, dimensions = self._config.snapshot, change.snapshot.dimensions
        is_new = bool(change.difference)
        if not is_new and published.with_layers(dimensions=dimensions).generation == published.generation:
            hold()
            return None, None
        try:
            return self._publish(change, hold, turn, is_undone=is_undone)
        except INTERRUPTS:
            raise
        except BaseException as error:
            # Whoever asks for it hears of it; whether the sources say what is published is as it was.
            self.results.failures += 1
            self._tell_of(error)
            raise

    def _change(self, snapshot: Snapshot, reason: str, difference: Difference | None = None) -> Change:
        published = self._config.snapshot
        return Change(
            previous=published.generation,
            at=time(),
            reason=reason,
            snapshot=snapshot,
            difference=diff(published, snapshot) if difference is None else difference,
        )

    def _kept(self, generation: int | None) -> Change:
        """A generation of the history; without a number, the one before what is published or held."""
        published = self._config.snapshot.generation if self.held is None else self.held
        kept = {change.generation: change for change in self.history.all()}
        if generation is None:
            generation = max((number for number in kept if number < published), default=None)
            if generation is None:
                raise ValueError("there is no earlier generation to go back to")
        if generation not in kept:
            raise ValueError(f"generation {generation!r} is not kept; kept are {', '.join(map(str, kept))}")
        return kept[generation]

    def _found_the_same(self) -> None:
        """A pass that nobody asked for found all as the one before: what was wrong then still is."""
        if self._is_confirmed:
            self._confirm()
        self._keep(self.loader.keep)

    def _succeeded(self, candidate: Candidate | None, *, is_said: bool) -> None:
        """The sources were asked, and say what is published; some of them may be held back all the same."""
        if candidate is not None and candidate.problems:
            self._fail(ConfigError(candidate.problems))
            return
        self._failure = None
        self.results.successes += 1
        self._is_confirmed = is_said and all(one.state != "leaving" for one in self.loader.statuses())
        if self._is_confirmed:
            self._confirm()

    def _confirm(self) -> None:
        """What is published is what the sources say."""
        self.checked = monotonic()
        self.results.succeeded_at = time()

    def _fail(self, error: BaseException) -> None:
        """Notes what is wrong, and reports it unless it was reported before."""
        self._is_confirmed = False
        self.results.failures += 1
        from veltrix.publishing.saying import safe_text, text_of

        before, self._failure = self._failure, (type(error), text_of(error), safe_text(error))
        if before == self._failure:
            return
        self._tell_of(error)

    def _tell_of(self, error: BaseException) -> None:
        """Reports what was refused, and that what is published stays."""
        from veltrix.publishing.saying import WARNING, safe_text, say

        generation = self._config.snapshot.generation
        say(WARNING, "generation %d stays: %s", generation, printable(safe_text(error)))
        interrupt: BaseException | None = None
        for one in self.subscriptions.active():
            try:
                one.tell("failed", error)
            except INTERRUPTS as other:  # raised when all are notified
                interrupt = interrupt or other
            except BaseException as other:  # noqa: BLE001
                self.report(f"failed of {one.name}", other)
        if interrupt is not None:
            raise interrupt
