"""The live configuration of a program: read as a mapping, replaced as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from veltrix.errors import ConfigError
from veltrix.sources._kernel import Current
from veltrix.types import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, Generic, Literal, NoReturn, Self, overload
    from typing import TypeVar as AnyType

    from typing_extensions import TypeVar

    from veltrix._pure import Layer, Snapshot
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
    from veltrix.types import Dimension, Explanation, ItemsView, KeysView, ValuesView
    from veltrix.watching.watch import Watch

    S = TypeVar("S", default=Any)
    T = AnyType("T")
    D = AnyType("D")

    class _Current(Current, Mapping[str, Any], Generic[S]):
        """For type checkers; at run time the class is registered."""

        @property
        def snapshot(self) -> Snapshot[S]: ...  # type: ignore[override]
        def current(self) -> Snapshot[S]: ...
        @property
        def settings(self) -> S: ...

else:
    from types import GenericAlias

    S = None
    _Current = {S: Current}


class Config(_Current[S]):
    """Sources, lowest precedence first, loaded and resolved; a read-only mapping of what they say.

        Config({"port": 80}, "app.toml", File("local.toml", optional=True), Env("APP"))

    A path is short for `File` (for `DotEnv`, if it ends with `.env`), a mapping for `Values`; a `Layer`
    stands for itself. `dimensions` are `Dimension` objects, or a mapping of names to tables of sources.
    `secret` names the paths that are secret in whatever layer they stand. `schema`, `extra` and
    `check_layers` are those of `load`, for all that is published. `validate` are callables that get each
    snapshot before it is published, and refuse it by raising. `history` is how many generations are kept, at
    least one, for as long as they take about `history_bytes` at most. `max_removed` is how many paths, or as
    a float which share of them, a change may remove without `acknowledge=True`. `last_good` is the path of a
    file that serves a start at which a source fails, without secrets unless `last_good_secrets`.
    `veto_timeout` is how many seconds a coroutine that prepares for a change may take.

    `config[path]` and all other reading is of `current()`: what this context pins, or else the latest.
    Raises `ConfigError` with every problem of every source; there is no half-loaded configuration.
    """

    __slots__ = ("_publisher",)

    _publisher: Publisher

    if not TYPE_CHECKING:
        __class_getitem__ = classmethod(GenericAlias)

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
            # The frames that stay with an error are to lead to no value.
            sources = dimensions = ()
            publisher = None

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources, lowest precedence first."""
        return self._publisher.passes.loader.sources

    # Reading: `snapshot`, `current`, `settings`, `[]`, `in` and `get` are those of the base.

    def __len__(self) -> int:
        return len(self.current())

    def __iter__(self) -> Iterator[str]:
        return iter(self.current())

    def __reversed__(self) -> Iterator[str]:
        return reversed(self.current())

    def keys(self) -> KeysView:
        """The names at the top level of one snapshot."""
        return self.current().keys()

    def values(self) -> ValuesView:
        """The values at the top level of one snapshot."""
        return self.current().values()

    def items(self) -> ItemsView:
        """The names and values at the top level of one snapshot."""
        return self.current().items()

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def flatten(self) -> dict[str, Any]:
        """Every leaf by the canonical text of its path; an empty mapping is listed as itself."""
        return self.current().flatten()

    def to_dict(self) -> dict[str, Any]:
        """A copy made of plain dicts and lists."""
        return self.current().to_dict()

    def explain(self, path: AnyPath) -> Explanation:
        """Why a path has its value: each definition of it with its origin, the highest first."""
        return self.current().explain(path)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of the stack, the lowest first: see `Snapshot.layers`."""
        return self.current().layers

    @property
    def layer_names(self) -> tuple[str, ...]:
        """The names of the layers, the lowest first."""
        return self.current().layer_names

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions that `scope` chooses in, as they were declared."""
        return self.current().dimensions

    @property
    def generation(self) -> int:
        """A number that rises with each change that is published."""
        return self.current().generation

    @property
    def digest(self) -> str:
        """A hash of the content that ignores the order of keys."""
        return self.current().digest

    if TYPE_CHECKING:

        @overload
        def bind(self, type: type[T], path: AnyPath | None = None) -> T: ...
        @overload
        def bind(self, type: Any, path: AnyPath | None = None) -> Any: ...

    def bind(self, type: Any, path: AnyPath | None = None) -> Any:
        """What stands at a path, or the whole, as an object of a type: see `Snapshot.bind`.

        Keys that no field takes are what `extra` says of them.
        """
        return self._publisher.passes.keys.bound(self.current(), type, path)

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
        """A handle whose `value` follows what is published, and no pin; asked for again, it is the same one.

        `type` is what `bind` takes; the value is then an object of it, and a change that cannot be bound so
        is refused. Without a default, the path is required from now on: a change that removes it is refused,
        and without a type one that gives it another type. A path that is missing now is a `MissingKeyError`.

            port = config.key("server.port", int)
            port.value
        """
        return self._publisher.passes.keys.get(path, type, default, self.snapshot)

    def pin(
        self,
        *,
        scope: Mapping[str, Any] | None = None,
        override: Mapping[Any, Any] | None = None,
        allowed: Allowed | None = None,
        max_age: float | None = None,
    ) -> Pinning[S]:
        """Has this context, and the tasks that it starts, read one snapshot for the time of a `with` block.

            with config.pin(scope={"region": "eu"}, override={"chat.enabled": False}) as snapshot: ...

        `scope` are choices as `Snapshot.scope` takes them, `override` and `allowed` what `Snapshot.override`
        takes. Inside of another pin the snapshot is derived from that one's; without arguments it is that
        very one. With `max_age`, in seconds, the first read after so long pins what is published by then.
        Entering raises what deriving raises; leaving never raises, and ends the pin for tasks that go on.
        """
        return self._publisher.Pinning(self, scope, override, allowed, max_age)

    def reload(self, *, acknowledge: bool = False, timeout: float | None = None) -> Change | None:
        """Looks at all sources now, and publishes what they say, all of it or nothing.

        Gives the `Change`, or None if nothing changed. A pass of another caller that begins after this call
        counts as well; `timeout` is how many seconds to wait for the passes of others. `acknowledge` lets
        through what a guard would refuse. Raises `ConfigError` if nothing could be published, `TimeoutError`,
        and `RuntimeError` inside of a pass, on the loop of a coroutine that prepares, and once it is closed.
        """
        return self._publisher.reload(acknowledge=acknowledge, timeout=timeout)

    async def areload(self, *, acknowledge: bool = False, timeout: float | None = None) -> Change | None:
        """As `reload`, in a thread; where this is cancelled, the pass goes on."""
        return await self._publisher.areload(acknowledge=acknowledge, timeout=timeout)

    def request_reload(self) -> None:
        """Has a thread reload soon, and returns at once; allowed in the handler of a signal.

        signal.signal(signal.SIGHUP, lambda *_: config.request_reload())
        """
        self._publisher.request_reload()

    def watch(self, *, poll: float = 2.0, settle: float = 0.02, rearm: bool = True) -> Watch:
        """Has a thread publish what the sources say, whenever they change, until `stop()` or the block ends.

            with config.watch():
                serve()

        It looks every `poll` seconds and, with the extra `watch`, as soon as nothing happened to the files
        for `settle` seconds, at most 0.25. What cannot be published is logged once, and everything stays. A
        forked child watches as well, unless `rearm` is False. Raises `ValueError` for other numbers and
        `RuntimeError` where it is watched already, or closed.
        """
        return self._publisher.watch(poll, settle, rearm=rearm)

    def subscribe(
        self, subscriber: Subscriber | Callable[[Change], object], path: AnyPath | None = None
    ) -> Subscription:
        """Has a subscriber be asked before, and told after, each change of what stands at a path or below it.

        A callable is told alone. What is an `async def` runs on the loop that runs here. Raises `TypeError`
        for what is no subscriber, and `RuntimeError` for coroutine functions where no loop runs.
        """
        return self._publisher.subscribe(subscriber, path)

    def changes(self, path: AnyPath | None = None) -> Changes:
        """An async iterator of the changes from now on; of those that were not seen yet, only the newest."""
        return self._publisher.passes.streams.open(path)

    @property
    def history(self) -> tuple[Change, ...]:
        """The changes that were published last, the oldest first."""
        return self._publisher.passes.history.all()

    def rollback(self, generation: int | None = None) -> Change | None:
        """Publishes a generation of `history` once more, under a new number, and holds it until `release()`.

        Without a number it is the one before. Meanwhile the sources are looked at, and nothing of them is
        published. Gives None where that is the content already, which is held as well. Raises `ValueError`
        for a generation that is not kept, and what `reload` raises.
        """
        return self._publisher.rollback(generation)

    def release(self) -> Change | None:
        """Ends what a rollback holds, and publishes what the sources say now; raises what `reload` raises."""
        return self._publisher.release()

    def status(self) -> Status:
        """How the configuration and its sources are: plain data, no value of it. It never waits."""
        return self._publisher.status()

    def close(self) -> None:
        """Ends publishing, after the pass that runs; reading goes on for ever."""
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
Mapping.register(Config)
