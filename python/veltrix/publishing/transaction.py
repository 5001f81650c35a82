"""One candidate on its way to its readers, in the order that docs/semantics.md promises.

guard → schema → keys → validators → prepare → swap → values of keys → commit → changes()

Whatever is raised before the swap takes back what was prepared, the last one first, and leaves everything as
it was. What is raised after the swap is reported, and the others are notified all the same.
"""

from __future__ import annotations

from collections import deque

from veltrix.errors import RefusedError
from veltrix.publishing.callbacks import LoopClosedError, call_plainly, name_of
from veltrix.publishing.change import Touched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import Any, NoReturn

    from veltrix._pure import Current, Snapshot
    from veltrix.publishing.change import Change
    from veltrix.publishing.changes import Streams
    from veltrix.publishing.keys import Found, Keys
    from veltrix.publishing.subscription import Subscription, Subscriptions

    Validator = Callable[[Snapshot], object]
    Report = Callable[[str, BaseException], None]
    Step = tuple[str, Callable[..., Any], tuple[Any, ...]]
    """What is done: what a report calls it, and the call with its arguments."""

    Kinds = tuple[type[BaseException], ...]

INTERRUPTS = (KeyboardInterrupt, SystemExit)


def validate(validators: Iterable[Validator], candidate: Snapshot, interrupts: Kinds = INTERRUPTS) -> None:
    """Asks each validator, which refuses by raising anything but an interrupt."""
    for validator in validators:
        try:
            call_plainly(validator, candidate)
        except interrupts:
            raise
        except BaseException as error:  # noqa: BLE001  (whatever it raises, it does not agree)
            _refuse(f"validator {name_of(validator)!r}", error)


def _refuse(by: str, error: BaseException) -> NoReturn:
    from veltrix.publishing.saying import text_of

    raise RefusedError(text_of(error), by) from error


class Transaction:
    """One candidate, and all who are asked and notified."""

    def __init__(
        self,
        change: Change,
        before: Snapshot,
        *,
        keys: Keys,
        fits: Validator,
        validators: Sequence[Validator],
        subscriptions: Subscriptions,
        streams: Streams,
        turn: object,
        veto_timeout: float,
        report: Report,
        interrupts: Kinds = INTERRUPTS,
        is_undone: bool = False,
    ) -> None:
        self._change = change
        self._touched = Touched(change, before)
        self._keys = keys
        self._fits = fits
        self._validators = validators
        self._subscriptions = subscriptions
        self._streams = streams
        self._turn = turn
        self._veto_timeout = veto_timeout
        self._report = report
        self._interrupts = interrupts
        self._is_undone = is_undone
        self._asked = subscriptions.active()
        self._values: Found = []
        self._prepared: list[tuple[Subscription, Change]] = []
        self.is_vetoed = False
        """Whether a subscriber refused it."""
        self._interrupt: BaseException | None = None
        self._noted: deque[Step] = deque(
            [
                ("the keys", self._follow, ()),
                ("the keys", keys.catch_up, (0 if is_undone else len(keys), change.snapshot)),
            ]
        )
        self._told: deque[Step] | None = None
        self._interrupted: Step | None = None

    def publish(
        self, config: Current, noted: Iterable[Step], telling: AbstractContextManager[object]
    ) -> BaseException | None:
        """Asks all, swaps, and notifies all; gives an interrupt that came when it was too late to take back.

        `noted` is done right after the swap. `telling` is held from the swap until all are notified.
        """
        snapshot = self._change.snapshot
        self._noted.extendleft(reversed([*noted]))
        try:
            self._judge()
            with telling:
                config._swap(snapshot)
                self._tell()
        except BaseException as error:
            if config.snapshot is not snapshot:
                self._abort()
                if self._interrupt is not None:
                    raise self._interrupt from error
                raise
            self._interrupt = error
        while self._noted or self._told is None or self._told:  # an interrupt came in between
            try:
                with telling:
                    self._tell()
            except BaseException as error:  # noqa: BLE001  (it is raised when all are notified)
                self._interrupt = error
        return self._interrupt

    def _judge(self) -> None:
        self._fits(self._change.snapshot)
        if not self._is_undone:
            self._values = self._keys.judge(self._touched, self._change.snapshot)
            validate(self._validators, self._change.snapshot, self._interrupts)
        for one in self._asked:
            change = self._touched.at(one.place)
            if change is None or not one.is_active or not one.has("prepare"):
                continue
            self._prepared.append((one, change))
            try:
                one.prepare(change, self._veto_timeout)
            except self._interrupts:
                raise
            except LoopClosedError as error:
                one.cancel()
                self._report(one.name, error)
            except BaseException as error:  # noqa: BLE001  (whatever it raises, it does not agree)
                if self._is_undone:  # it prepares for its commit, and has no say
                    self._report(f"prepare of {one.name}", error)
                    continue
                self.is_vetoed = True
                _refuse(one.name, error)

    def _abort(self) -> None:
        for one, change in reversed(self._prepared):
            if one.is_active:
                self._guarded(f"abort of {one.name}", one.tell, "abort", change)

    def _tell(self) -> None:
        """Notes what was not noted yet, and notifies; where an interrupt leaves it, it is called again."""
        while self._noted:
            self._note(self._noted[0])
        if self._told is None:
            self._told = deque(self._calls())
        while self._told:
            # Taken out before it is called: nobody is notified twice, whatever interrupts it.
            what, call, arguments = self._told.popleft()
            self._guarded(what, call, *arguments)

    def _note(self, step: Step) -> None:
        """Does what may be done twice: it is done again where an interrupt came the first time."""
        what, call, arguments = step
        try:
            call(*arguments)
        except self._interrupts:
            if self._interrupted is not step:
                self._interrupted = step
                raise
        except BaseException as error:  # noqa: BLE001
            self._report(what, error)
        self._noted.popleft()

    def _follow(self) -> None:
        self._keys.follow(self._values, self._change.snapshot)

    def _calls(self) -> Iterator[Step]:
        for one in self._subscriptions.active():
            change = self._seen_by(one)
            # One that is made by somebody who is called here counts from the next change on.
            if change is not None and one.made_in is not self._turn:
                yield f"commit of {one.name}", self._commit, (one, change)
        yield "changes()", self._streams.deliver, (self._touched,)

    def _seen_by(self, one: Subscription) -> Change | None:
        """The change as a subscriber sees it; what keeps it from one keeps it from no other."""
        try:
            return self._touched.at(one.place)
        except self._interrupts:
            raise
        except BaseException as error:  # noqa: BLE001
            self._report(one.name, error)
            return None

    @staticmethod
    def _commit(one: Subscription, change: Change) -> None:
        if one.is_active:
            one.tell("commit", change)

    def _guarded(self, what: str, call: Callable[..., Any], *arguments: object) -> None:
        """Calls it; nothing that it raises keeps the others from being called."""
        try:
            call(*arguments)
        except self._interrupts as error:
            self._interrupt = self._interrupt or error
        except BaseException as error:  # noqa: BLE001
            self._report(what, error)
