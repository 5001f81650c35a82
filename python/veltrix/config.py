"""The live configuration of a program: read as a mapping, replaced as a whole."""

from __future__ import annotations

from veltrix._reading import Reading, S
from veltrix.errors import ConfigError
from veltrix.types import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Literal, NoReturn, Self, overload
    from typing import TypeVar as AnyType

    from veltrix._pure import Snapshot
    from veltrix.allowed import Allowed
    from veltrix.loading.given import Dimensions, SourceLike
    from veltrix.publishing.change import AnyPath, Change
    from veltrix.publishing.changes import Changes
    from veltrix.publishing.keys import LiveKey
    from veltrix.publishing.pinning import Pinning
    from veltrix.publishing.publisher import Publisher
    from veltrix.publishing.status import Status
    from veltrix.publishing.subscription import Subscriber, Subscription
    from veltrix.sources.source import Source
    from veltrix.watching.watch import Watch

    T = AnyType("T")
    D = AnyType("D")


class Config(Reading[S]):
    """A live configuration: a read-only mapping over sources, replaced as a whole when they change.

    Every read is of `current()`: the snapshot that this context pins, or else the latest one.

    Args:
        *sources: What to load, the lowest precedence first. A path is short for `File` (for `DotEnv`, if it
            ends with `.env`), a mapping for `Values`; a `Layer` stands for itself.
        conflicts: "error", or "replace": where a mapping meets another value, the higher one stands.
        dimensions: `Dimension` objects, or a mapping of names to tables of sources.
        secret: A path or paths that are secret, in whatever layer they stand.
        schema: The type that the whole has to fit, in all that is published, with each choice of a dimension.
        extra: What becomes of a key that no field takes: "forbid", "ignore", or "warn" (`ConfigWarning`).
        check_layers: Whether each layer alone has to fit, even where a higher one hides it.
        validate: Callables that get each snapshot before it is published, and refuse it by raising.
        history: How many generations are kept, at least one.
        history_bytes: About how many bytes they may take, beyond the last two.
        max_removed: The most paths that a change may remove: an `int`, or a `float` for a share of them.
        last_good: The path of a file that keeps what was good last, for a start at which a source fails.
        last_good_secrets: Whether that file keeps secrets too.
        veto_timeout: How many seconds a coroutine that prepares for a change may take.

    Raises:
        ConfigError: With every problem of every source; there is no half-loaded configuration.
        TypeError: An argument, or the schema, is of a wrong type.
        ValueError: A number is out of its range, or a name stands for two sources.

    Example:
        >>> import veltrix
        >>> config = veltrix.Config({"server": {"host": "localhost", "port": 8080}}, veltrix.Env("APP"))
        >>> config["server.port"]
        8080
    """

    __slots__ = ("_publisher",)

    _publisher: Publisher

    def __init__(
        self,
        *sources: SourceLike,
        conflicts: Literal["error", "replace"] = "error",
        dimensions: Dimensions = (),
        secret: str | Iterable[str | tuple[str | int, ...]] = (),
        schema: type[S] | None = None,
        extra: Literal["forbid", "ignore", "warn"] = "forbid",
        check_layers: bool = False,
        validate: Iterable[Callable[[Snapshot], object]] = (),
        history: int = 8,
        history_bytes: int = 64 << 20,
        max_removed: float | None = None,
        last_good: str | os.PathLike[str] | None = None,
        last_good_secrets: bool = False,
        veto_timeout: float = 5.0,
    ) -> None:
        publisher: Publisher | None
        try:
            # What loads and publishes is imported by the first one that is made, and nothing of it later.
            from veltrix.loading.given import schema_argument
            from veltrix.loading.loader import Loader
            from veltrix.publishing.publisher import Publisher
            from veltrix.publishing.turns import LACKS
            from veltrix.sources.source import without_frames

            asked = schema_argument(schema, extra, check_layers)
            publisher = without_frames(
                lambda: Publisher(
                    self,
                    Loader(
                        *sources,
                        conflicts=conflicts,
                        dimensions=dimensions,
                        secret=secret,
                        max_removed=max_removed,
                        last_good=last_good,
                        last_good_secrets=last_good_secrets,
                        schema=asked,
                    ),
                    schema=asked,
                    validators=validate,
                    history=history,
                    history_bytes=history_bytes,
                    veto_timeout=veto_timeout,
                ),
                (),
                LACKS,
            )
            _set_publisher(self, publisher)
            # Last of all, and without frames: no interrupt leads to a snapshot.
            without_frames(lambda: self._swap(self._publisher.passes.published.snapshot))
        except ConfigError as error:
            raise error.with_traceback(None)  # noqa: B904  (it is the error itself, without frames of ours)
        except BaseException:
            del self  # which is complete where an interrupt comes last
            raise
        finally:
            # The frames of an error must not lead to a value.
            sources = dimensions = ()
            publisher = None

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources, lowest precedence first."""
        return self._publisher.passes.loader.sources

    if TYPE_CHECKING:

        @overload
        def bind(self, type: type[T], path: AnyPath | None = None) -> T: ...
        @overload
        def bind(self, type: Any, path: AnyPath | None = None) -> Any: ...

    def bind(self, type: Any, path: AnyPath | None = None) -> Any:
        """What stands at a path, or the whole, as an object of a type.

        Keys that no field takes are what `extra` says of them.

        Args:
            type: A dataclass, a model of pydantic, attrs or msgspec, or any type that a field can have.
            path: The path, as a text or a tuple; without it the whole is bound.

        Raises:
            ConfigError: The content does not fit the type; `problems` has every problem.
            MissingKeyError: Nothing stands at the path.
            TypeError: Nothing can be read as this type.

        Example:
            >>> config.bind(int, "server.port")
            8080
        """
        return self.current().bind(type, path)

    if TYPE_CHECKING:

        @overload
        def key(self, path: AnyPath, *, default: Any = ...) -> LiveKey[Any]: ...
        @overload
        def key(self, path: AnyPath, type: type[T]) -> LiveKey[T]: ...
        @overload
        def key(self, path: AnyPath, type: type[T], *, default: D) -> LiveKey[T | D]: ...
        @overload
        def key(self, path: AnyPath, type: Any, *, default: Any = ...) -> LiveKey[Any]: ...

    def key(self, path: AnyPath, type: Any = None, *, default: Any = MISSING) -> LiveKey[Any]:
        """A handle whose `value` follows what is published, and no pin.

        Args:
            path: The path, as a text or a tuple.
            type: What `bind` takes; the value is then an object of it.
            default: What the value is where nothing stands at the path. Without it the path is required from
                now on: a change that removes it, or gives it another type, is refused. A handle is made once
                for each default, which is known by its value, and a list or a dict by the object that it is.

        Raises:
            MissingKeyError: Nothing stands at the path, and there is no default.
            ConfigError: What stands there does not fit the type.

        Example:
            >>> port = config.key("server.port", int)
            >>> port.value
            8080
        """
        return self._publisher.passes.keys.get(path, type, default, self)

    def pin(
        self,
        *,
        scope: Mapping[str, Any] | None = None,
        override: Mapping[Any, Any] | None = None,
        allowed: Allowed | None = None,
        max_age: float | None = None,
    ) -> Pinning[S]:
        """Makes this context, and the tasks that it starts, read one snapshot until the `with` block ends.

        Inside of another pin the snapshot is derived from that one's. Leaving never raises.

        Args:
            scope: A choice for each dimension, as `Snapshot.scope` takes them.
            override: Values by path, as `Snapshot.override` takes them.
            allowed: Which overrides are open, for those that come from outside.
            max_age: Seconds after which the next read pins what is published by then.

        Raises:
            ConfigError: A value is not allowed or conflicts; it is raised where the block is entered.
            ValueError: A strict dimension has no such choice.
            TypeError: An argument is of a wrong type.

        Example:
            >>> with config.pin(override={"server.port": 1}):
            ...     config["server.port"]
            1
        """
        return self._publisher.Pinning(self, scope, override, allowed, max_age)

    def reload(self, *, acknowledge: bool = False, timeout: float | None = None) -> Change | None:
        """Looks at all sources now, and publishes what they say, all of it or nothing.

        A pass of another caller that begins after this call counts as well. Gives the change, or None.

        Args:
            acknowledge: Lets through what a guard would refuse: a file that became empty, many removed paths.
            timeout: How many seconds to wait for the passes of others.

        Raises:
            ConfigError: Nothing could be published; everything stays as it was.
            TimeoutError: The passes of others took too long.
            RuntimeError: Called in a callback, on the loop of a coroutine that prepares, or after `close()`.

        Example:
            >>> print(config.reload())
            None
        """
        return self._publisher.reload(acknowledge=acknowledge, timeout=timeout)

    async def areload(self, *, acknowledge: bool = False, timeout: float | None = None) -> Change | None:
        """As `reload`, in a thread; where it is cancelled, the pass goes on.

        Args:
            acknowledge: As for `reload`.
            timeout: As for `reload`.

        Raises:
            ConfigError: As for `reload`, with the other errors there.

        Example:
            >>> import asyncio
            >>> asyncio.run(config.areload())
        """
        return await self._publisher.areload(acknowledge=acknowledge, timeout=timeout)

    def request_reload(self) -> None:
        """Has a thread reload soon, and returns at once; allowed in the handler of a signal.

        Example:
            >>> import signal
            >>> _ = signal.signal(signal.SIGINT, lambda *_: config.request_reload())
        """
        self._publisher.request_reload()

    def watch(self, *, poll: float = 2.0, settle: float = 0.02, rearm: bool = True) -> Watch:
        """Has a thread publish what the sources say, whenever they change, until `stop()` or the block ends.

        What cannot be published is logged once, and everything stays.

        Args:
            poll: Every how many seconds it looks, whatever the system says of the files.
            settle: How many seconds the files have to be quiet, from 0 to 0.25 (with the extra `watch`).
            rearm: Whether a forked child watches as well.

        Raises:
            ValueError: `poll` or `settle` is out of its range.
            RuntimeError: It is watched already, or closed.

        Example:
            >>> with config.watch(poll=0.5):
            ...     config["server.port"]
            8080
        """
        return self._publisher.watch(poll, settle, rearm=rearm)

    def subscribe(
        self, subscriber: Subscriber | Callable[[Change], object], path: AnyPath | None = None
    ) -> Subscription:
        """Calls a subscriber before and after each change of what stands at a path, or below it.

        Args:
            subscriber: A `Subscriber`, or a callable that gets each `Change` after it is published. An
                `async def` runs on the loop that runs where it is subscribed.
            path: The path, as a text or a tuple; without it every change counts.

        Raises:
            TypeError: It is no subscriber.
            RuntimeError: It has coroutine functions, and no loop runs here.

        Example:
            >>> with config.subscribe(lambda change: print(change.reason), "server"):
            ...     pass
        """
        return self._publisher.subscribe(subscriber, path)

    def changes(self, path: AnyPath | None = None) -> Changes:
        """An async iterator of the changes from now on; of those that were not seen yet, only the newest.

        Args:
            path: The path, as a text or a tuple, whose changes count; without it every change does.

        Raises:
            PathError: The path is malformed.
            RuntimeError: No loop runs where it is called.

        Example:
            >>> import asyncio
            >>> async def follow():
            ...     changes = config.changes("server")  # async for change in changes: ...
            >>> asyncio.run(follow())
        """
        return self._publisher.passes.streams.open(path)

    @property
    def history(self) -> tuple[Change, ...]:
        """The changes that were published last, the oldest first."""
        return self._publisher.passes.history.all()

    def rollback(self, generation: int | None = None) -> Change | None:
        """Publishes a generation of `history` again, under a new number, and holds it until `release()`.

        Meanwhile the sources are looked at, and nothing of them is published. Gives None where that is the
        content already, which is held as well.

        Args:
            generation: The number of the generation; without it, the one before.

        Raises:
            ValueError: The generation is not kept.
            ConfigError: A validator, a key or a subscriber refuses it, and what else `reload` raises.

        Example:
            >>> print(config.rollback(config.generation), config.status().held)
            None 1
        """
        return self._publisher.rollback(generation)

    def release(self) -> Change | None:
        """Ends what a rollback holds, publishes what the sources say now, and raises what `reload` raises.

        Example:
            >>> print(config.release(), config.status().held)
            None None
        """
        return self._publisher.release()

    def status(self) -> Status:
        """How the configuration and its sources are: plain data, no value of it. It never waits.

        Example:
            >>> config.status().stale
            False
        """
        return self._publisher.status()

    def close(self) -> None:
        """Ends publishing, after the pass that runs; reading goes on for ever.

        Example:
            >>> config.close()
        """
        self._publisher.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Config is not copied or pickled: hand over its snapshot, or make one from its sources"
        )

    def __repr__(self) -> str:
        if not hasattr(self, "_publisher"):
            return "<veltrix.Config, not loaded>"
        return f"<veltrix.Config, generation {self.snapshot.generation}, {len(self.sources)} sources>"


_set_publisher = vars(Config)["_publisher"].__set__
