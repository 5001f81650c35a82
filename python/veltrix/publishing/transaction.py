"""One candidate on its way to its readers, in the order that docs/semantics.md promises.

guard → keys → validators → prepare → swap → values of keys → commit → changes()

Whatever is raised before the swap takes back what was prepared, the last one first, and leaves everything as
it was. What is raised after the swap is reported, and the others are told all the same.
"""

from __future__ import annotations

from veltrix.errors import ConfigError, RefusedError
from veltrix.publishing.callbacks import LoopClosedError, call_plainly, name_of
from veltrix.publishing.change import Touched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager
    from typing import Any, NoReturn

    from veltrix._pure import Current, Snapshot
    from veltrix.publishing.change import Change
    from veltrix.publishing.changes import Streams
    from veltrix.publishing.keys import Found, Keys
    from veltrix.publishing.subscription import Subscription, Subscriptions

    Validator = Callable[[Snapshot], object]
    Report = Callable[[str, BaseException], None]

INTERRUPTS = (KeyboardInterrupt, SystemExit)


def validate(validators: Iterable[Validator], candidate: Snapshot) -> None:
    """Asks each validator, which refuses by raising."""
    for validator in validators:
        try:
            call_plainly(validator, candidate)
        except INTERRUPTS:
            raise
        except BaseException as error:  # noqa: BLE001  (whatever it raises, it does not agree)
            _refuse(f"validator {name_of(validator)!r}", error)


def _refuse(by: str, error: BaseException) -> NoReturn:
    raise RefusedError(str(error) or type(error).__name__, by) from error


class Transaction:
    """One candidate, and all who are asked and told about it."""

    def __init__(
        self,
        change: Change,
        before: Snapshot,
        *,
        keys: Keys,
        validators: Sequence[Validator],
        subscriptions: Subscriptions,
        streams: Streams,
        turn: object,
        veto_timeout: float,
        report: Report,
    ) -> None:
        self._change = change
        self._touched = Touched(change, before)
        self._keys = keys
        self._validators = validators
        self._subscriptions = subscriptions
        self._streams = streams
        self._turn = turn
        self._veto_timeout = veto_timeout
        self._report = report
        self._asked = subscriptions.active()
        self._known_keys = len(keys)
        self._values: Found = []
        self._prepared: list[tuple[Subscription, Change]] = []
        self._interrupt: BaseException | None = None
        self._is_told = False

    def publish(
        self, config: Current, published: Callable[[], None], telling: AbstractContextManager[object]
    ) -> BaseException | None:
        """Asks all, swaps, and tells all; gives an interrupt that came when it was too late to take back.

        `published` is called right after the swap. `telling` is held from the swap until all are told.
        """
        snapshot = self._change.snapshot
        try:
            self._judge()
            with telling:
                config._swap(snapshot)
                self._tell(published)
        except BaseException as error:
            if config.snapshot is not snapshot:
                self._abort()
                if self._interrupt is not None:
                    raise self._interrupt from error
                raise
            self._interrupt = error
            if not self._is_told:
                with telling:
                    self._tell(published)
        return self._interrupt

    def _judge(self) -> None:
        self._values = self._keys.judge(self._touched, self._change.snapshot)
        validate(self._validators, self._change.snapshot)
        for one in self._asked:
            change = self._touched.at(one.place)
            if change is None or not one.is_active or not one.has("prepare"):
                continue
            self._prepared.append((one, change))
            try:
                one.prepare(change, self._veto_timeout)
            except INTERRUPTS:
                raise
            except LoopClosedError as error:
                one.cancel()
                self._report(one.name, error)
            except BaseException as error:  # noqa: BLE001  (whatever it raises, it does not agree)
                _refuse(one.name, error)

    def _abort(self) -> None:
        for one, change in reversed(self._prepared):
            if one.is_active:
                self._guarded(f"abort of {one.name}", one.tell, "abort", change)

    def _tell(self, published: Callable[[], None]) -> None:
        self._is_told = True
        snapshot = self._change.snapshot
        self._guarded("what follows the swap", published)
        self._guarded("the keys", self._keys.follow, self._values, snapshot)
        self._guarded("the keys", self._keys.catch_up, self._known_keys, snapshot)
        for one in self._subscriptions.active():
            # One that is made by somebody who is called here counts from the next change on.
            if one.made_in is self._turn:
                continue
            change = self._touched.at(one.place)
            if change is not None and one.is_active:
                self._guarded(f"commit of {one.name}", one.tell, "commit", change)
        self._guarded("changes()", self._streams.deliver, self._touched)

    def _guarded(self, what: str, call: Callable[..., Any], *arguments: object) -> None:
        """Calls it; nothing that it raises keeps the others from being called."""
        try:
            call(*arguments)
        except INTERRUPTS as error:
            self._interrupt = self._interrupt or error
        except BaseException as error:  # noqa: BLE001
            self._report(what, error)


def safe_text(error: BaseException) -> str:
    """What logs and `status()` say of an error: the words of a program's own may hold a value."""
    if isinstance(error, RefusedError) and error.__cause__ is not None:
        return f"refused by {error.by} ({type(error.__cause__).__name__})"
    if isinstance(error, ConfigError) and error.problems != (error,):
        return "; ".join(safe_text(problem) for problem in error.problems[:20])
    return str(error) if isinstance(error, ConfigError) else type(error).__name__
