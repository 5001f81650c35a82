"""Who may ask for a pass, where, and what they get: all calls of a live configuration but reading."""

from __future__ import annotations

import atexit
import os
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from threading import TIMEOUT_MAX, Lock, RLock, Thread, get_ident
from time import monotonic, sleep

from veltrix._weak import WeakMembers
from veltrix.publishing.callbacks import is_async, name_of, running_loop
from veltrix.publishing.history import History
from veltrix.publishing.passes import Passes
from veltrix.publishing.pinning import Pinning
from veltrix.publishing.status import Status
from veltrix.publishing.transaction import INTERRUPTS
from veltrix.publishing.turns import Turns
from veltrix.watching.state import STOPPED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from veltrix._pure import Current
    from veltrix.binding.schema import Schema
    from veltrix.loading.loader import Loader
    from veltrix.publishing.change import AnyPath, Change
    from veltrix.publishing.passes import OnTop, Outcome
    from veltrix.publishing.subscription import Subscription
    from veltrix.publishing.transaction import Validator
    from veltrix.watching.watch import Watch
    from veltrix.watching.watcher import Watcher

_FORK_WAITS = 1.0
"""How many seconds a fork waits, at most, until the subscribers of a change are notified."""


class Publisher:
    """The one that publishes for a configuration."""

    Pinning = Pinning
    """What `Config.pin` makes: imported with all that serves, so that no request waits for it."""

    def __init__(
        self,
        config: Current,
        loader: Loader,
        *,
        schema: Schema | None,
        validators: Iterable[Validator],
        history: int,
        history_bytes: int,
        veto_timeout: float,
    ) -> None:
        self._config = config
        self._turns = Turns()
        self._is_closed = False
        self._is_requested = False
        self._waits_for_removal = False
        """Whether a thread waits until an absent file counts as removed."""
        self._watcher: Watcher | None = None
        self._beginning = Lock()
        """Held while a watch begins."""
        kept = History(
            checked_number("history", history, 1), checked_number("history_bytes", history_bytes, 0)
        )
        seconds = checked_seconds("veto_timeout", veto_timeout)
        self.passes = Passes(config, loader, schema, checked_validators(validators), kept, seconds)
        _alive.add(self)

    def reload(self, *, acknowledge: bool = False, timeout: float | None = None) -> Change | None:
        """Looks at all sources; what they say now is published."""
        self._check_here("reload")
        return self._reload(acknowledge, timeout)

    async def areload(self, *, acknowledge: bool, timeout: float | None) -> Change | None:
        """The same in a thread of its own, which goes on if this is cancelled."""
        import asyncio

        self._check_outside("areload")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()

        def settle(change: Change | None, error: BaseException | None) -> None:
            if not future.done():
                future.set_result((change, error))  # a future takes no StopIteration as an exception

        def work() -> None:
            change, error = None, None
            try:
                change = self._reload(acknowledge, timeout)
            except BaseException as raised:  # noqa: BLE001  (it is raised where it is awaited)
                error = raised
            with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
                loop.call_soon_threadsafe(settle, change, error)

        Thread(target=copy_context().run, args=(work,), name="veltrix-reload", daemon=True).start()
        change, error = await future
        if error is None:
            return change
        try:
            raise error
        finally:
            del error  # which its own frames would keep

    def request_reload(self) -> None:
        """Has a thread reload soon; allowed anywhere, in the handler of a signal too."""
        if self._is_requested or self._is_closed:
            return
        if self._watcher is not None and self._watcher.request():
            return
        self._is_requested = True
        try:
            from _thread import start_new_thread  # takes no lock of Python's, which a handler could wait for

            start_new_thread(self._requested, ())
        except BaseException:
            self._is_requested = False
            raise

    def rollback(self, generation: int | None) -> Change | None:
        """Publishes an earlier generation again, and holds it."""
        self._check_here("rollback")
        return self._run_alone(lambda: self.passes.roll_back(generation, turn=self._turns.running))

    def release(self) -> Change | None:
        """Ends what a rollback holds, and reloads."""
        self._check_here("release")
        return self._run_alone(lambda: self.passes.look(is_release=True, turn=self._turns.running))

    def put_on_top(self, values: Mapping[Any, Any], before: list[OnTop]) -> None:
        """Publishes overrides for all threads and keys; what `take_off` needs is in `before` by then."""
        self._check_here("override")
        self._run_alone(lambda: self.passes.put_on_top(values, before, turn=self._turns.running))

    def take_off(self, before: list[OnTop]) -> None:
        """Ends such overrides; nothing where they are over, or were not published."""
        for one in before:
            self._turns.run(partial(self._taken_off, one), is_shared=False)

    def _taken_off(self, before: OnTop) -> Outcome:
        return self.passes.take_off(*before, turn=self._turns.running)

    def close(self) -> None:
        """No pass from now on; waits for the one that runs."""
        self._check_not_inside("close")
        if not self._is_closed:
            self._is_closed = True
            if self._watcher is not None:
                self._watcher.stop()
            self._turns.wait()
            self.passes.streams.end()
            self.passes.end()

    def watch(self, poll: float, settle: float, *, rearm: bool) -> Watch:
        """Has a thread look at the sources whenever they may have changed."""
        from veltrix.watching.watch import Watch
        from veltrix.watching.watcher import Watcher

        watcher = Watcher(
            self.passes.loader.watch_paths,
            self._looked,
            lambda: self._looked(asked=True),
            lambda error: self.passes.report("the watch thread", error),
            poll=poll,
            settle=settle,
            rearm=rearm,
        )
        with self._beginning:
            self._check_open()
            if self._watcher is not None and not self._watcher.is_over:
                raise RuntimeError("this Config is watched already")
            watcher.start()
            self._watcher = watcher
        return Watch(watcher)

    def subscribe(self, subscriber: object, path: AnyPath | None) -> Subscription:
        """Adds a subscriber, from the next pass on where this is called inside of one."""
        made_in = self._turns.running if self._turns.is_inside() else None
        return self.passes.subscriptions.add(subscriber, path, made_in)

    def status(self) -> Status:
        """How the configuration is; never waits."""
        passes, snapshot = self.passes, self._config.snapshot
        memo = snapshot._memo
        if "digest" not in memo:
            memo["digest"] = snapshot.digest
        sources = passes.loader.statuses()
        return Status(
            generation=snapshot.generation,
            digest=memo["digest"],
            published=passes.published.at,
            age=monotonic() - passes.checked,
            stale=passes.has_failed or any(one.problem or one.state == "leaving" for one in sources),
            held=passes.held,
            last_error=passes.last_error,
            watching=STOPPED if self._watcher is None else self._watcher.watching,
            sources=sources,
        )

    def after_fork(self) -> None:
        """In a child process: no other thread is there to end what it was doing."""
        self._turns.renew()
        self.passes.loader.offer_again()  # what a pass of the parent was about to publish
        self._is_requested = self._waits_for_removal = False
        self._beginning = Lock()
        self.passes.telling = RLock()

    def _run_alone(self, work: Callable[[], Outcome]) -> Change | None:
        """A pass of this caller alone, unless the configuration is closed until its turn comes."""

        def checked() -> Outcome:
            self._check_open()
            return work()

        return self._turns.run(checked, is_shared=False)

    def _reload(self, acknowledge: bool, timeout: float | None) -> Change | None:
        def work() -> tuple[Change | None, BaseException | None]:
            self._check_open()
            return self.passes.look(acknowledge=acknowledge, turn=self._turns.running)

        return self._turns.run(work, timeout=timeout, is_shared=not acknowledge)

    def _looked(self, anew: bool = False, *, asked: bool = False) -> bool:
        """Runs a pass, unless another one runs: whether it did. The pass reports what goes wrong."""
        has_begun = False

        def work() -> tuple[Change | None, BaseException | None]:
            nonlocal has_begun
            has_begun = True
            self._check_open()
            turn = self._turns.running
            return self.passes.look(polling=not asked, anew=anew, interrupts=(), turn=turn)

        try:
            self._turns.run(work, timeout=0, is_shared=asked)
        except INTERRUPTS as error:  # nobody is there to be interrupted
            from veltrix.publishing.saying import ERROR, say

            say(ERROR, "a pass of the watch thread was interrupted", error=error)
        except BaseException:  # noqa: BLE001  (the pass has reported it)
            return has_begun
        return True

    def _requested(self) -> None:
        self._is_requested = False  # what is asked for from now on may be too late for this pass
        self._reload_as_requested()
        pause = self.passes.loader.leaves_in()
        if pause and not self._waits_for_removal:
            # Nobody else asks again for what is held back until a file counts as removed.
            self._waits_for_removal = True
            sleep(pause)
            self._waits_for_removal = False
            self._reload_as_requested()

    def _reload_as_requested(self) -> None:
        try:
            self._reload(acknowledge=False, timeout=None)
        except INTERRUPTS as error:  # nobody is there to be interrupted
            from veltrix.publishing.saying import ERROR, say

            say(ERROR, "a reload that was requested was interrupted", error=error)
        except BaseException:  # noqa: BLE001  (the pass has reported it)
            return

    def _check_here(self, call: str) -> None:
        self._check_outside(call)
        loop = running_loop()
        if loop is not None and self.passes.subscriptions.prepares_on(loop):
            raise RuntimeError(
                f"{call} would wait for a subscriber that prepares on the loop of this thread; "
                "await config.areload(), or call it in another thread"
            )

    def _check_outside(self, call: str) -> None:
        self._check_not_inside(call)
        self._check_open()

    def _check_not_inside(self, call: str) -> None:
        if self._turns.is_inside():
            raise RuntimeError(f"{call} is called from inside of a pass; request_reload can be")

    def _check_open(self) -> None:
        if self._is_closed:
            raise RuntimeError("this Config is closed")


def checked_validators(given: Iterable[Validator]) -> tuple[Validator, ...]:
    """The validators, each of which is a plain callable."""
    validators = tuple(given)
    for one in validators:
        if not callable(one):
            raise TypeError(f"a validator is a callable, not {type(one).__name__}")
        if is_async(one):
            raise TypeError(f"a validator is a plain function, and {name_of(one)!r} is an async one")
    return validators


def checked_number(name: str, given: int, least: int) -> int:
    """A whole number that is not too small."""
    if not isinstance(given, int) or isinstance(given, bool):
        raise TypeError(f"{name} is an int, not {type(given).__name__}")
    if given < least:
        raise ValueError(f"{name} is at least {least}")
    return given


def checked_seconds(name: str, given: float) -> float:
    """A time that a thread can wait for."""
    if not isinstance(given, (int, float)) or isinstance(given, bool):
        raise TypeError(f"{name} is a number of seconds, not {type(given).__name__}")
    if not 0 < given <= TIMEOUT_MAX:
        raise ValueError(f"{name} is a number of seconds above 0")
    return given


_alive: WeakMembers[Publisher] = WeakMembers()
_forking: dict[int, list[Callable[[], None]]] = {}
"""What gives back the locks that a thread holds while it forks."""
_fork = RLock()
"""Held by the thread that forks: watches of two forks at once would take each other's place."""


def _watchers() -> list[Watcher]:
    return [one._watcher for one in _alive.listed() if one._watcher is not None]


def _before_fork() -> None:
    _fork.acquire()
    watchers = _watchers()
    if watchers:
        from veltrix.watching.watcher import park

        _guarded(park, watchers, _FORK_WAITS)
    locks = [one.passes.telling for one in _alive.listed()]
    _forking[get_ident()] = [lock.release for lock in locks if lock.acquire(timeout=_FORK_WAITS)]


def _after_in_parent() -> None:
    for release in _forking.pop(get_ident(), ()):
        _guarded(release)
    for watcher in _watchers():
        _guarded(watcher.after_fork)
    _fork.release()


def _after_in_child() -> None:
    _forking.clear()
    for one in _alive.listed():
        _guarded(one.after_fork)
    for watcher in _watchers():
        _guarded(partial(watcher.after_fork, is_child=True))
    _fork.release()  # the thread that forked is the one that there is


def _guarded(call: Callable[..., object], *arguments: object) -> None:
    """Calls it; what one configuration meets at a fork keeps no other one from going on."""
    try:
        call(*arguments)
    except BaseException as error:  # noqa: BLE001  (Python would say it, and leave out the rest)
        with suppress(BaseException):
            from veltrix.publishing.saying import ERROR, say

            say(ERROR, "something went wrong at a fork", error=error)


@atexit.register
def _at_exit() -> None:
    for one in _alive.listed():
        one.passes.end()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
