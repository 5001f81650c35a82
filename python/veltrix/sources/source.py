"""What every source is, a recipe for one layer, and what it has fetched."""

from __future__ import annotations

import sys
import time
import warnings

from veltrix._text import printable
from veltrix.errors import ConfigError, ConfigWarning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, ClassVar, NoReturn, Self, TypeVar

    from veltrix.sources._kernel import Layer, Snapshot

    Result = TypeVar("Result")
    Error = TypeVar("Error", bound=BaseException)
    # `secret=`: everything (True), nothing (False), one path, or several.
    SecretTuple = tuple[str | tuple[str | int, ...], ...]
    SecretPaths = bool | str | Iterable[str | tuple[str | int, ...]]


class Fetched:
    """What `fetch` of a source gives, and `parse` takes; shown without its content.

    Args:
        revision: Anything hashable by which the source knows the content again: an ETag, a number, a digest.
        payload: The content, in whatever form `parse` of the same source takes; None where there is nothing.
        at: When it was fetched, in seconds since 1970; now, unless it is given.

    Raises:
        TypeError: An argument is missing.

    Example:
        >>> veltrix.Fetched("W/33", b'{"port": 80}')
        <veltrix.Fetched, present>
    """

    __slots__ = ("at", "payload", "revision")

    def __init__(self, revision: Any, payload: Any, at: float | None = None) -> None:
        self.revision = revision
        self.payload = payload
        self.at = time.time() if at is None else at

    def __repr__(self) -> str:
        return f"<veltrix.Fetched, {'absent' if self.payload is None else 'present'}>"


# What a correct program meets. A mistake in it, or in a source of your own, keeps its frames, though empty.
BARE = (ConfigError, ConfigWarning, MemoryError, RecursionError)


class Source:
    """A recipe for one layer, which holds nothing of what it reads.

    A source of your own derives from this, sets `name` and has `fetch` and `parse`, or `load` alone. Each may
    be called any number of times and from any thread.

    Example:
        >>> class Store(veltrix.Source):
        ...     name = "store"
        ...
        ...     def fetch(self, previous, deadline):
        ...         return veltrix.Fetched(1, {"port": 80})
        ...
        ...     def parse(self, fetched, lower):
        ...         return veltrix.Layer(self.name, fetched.payload)
        >>> veltrix.load(Store())["port"]
        80
    """

    __slots__ = ("name",)

    name: str
    """The name of the layer."""

    reads_lower: ClassVar[bool] = False
    """Whether `parse`, or `load`, wants to see the lower layers."""

    def fetch(self, previous: Fetched | None, deadline: float) -> Fetched:
        """What the source says now, unparsed: all reading and waiting is done here, and nothing else.

        Args:
            previous: What it gave before, or None. That very object, or another one with its payload, says
                that nothing was modified.
            deadline: When waiting ends, in seconds of `time.monotonic`.

        Raises:
            ConfigError: Nothing can be had.
            OSError: The same; it becomes a `SourceError`.

        Example:
            >>> veltrix.Values({"port": 80}).fetch(None, float("inf"))
            <veltrix.Fetched, present>
        """
        raise NotImplementedError("a source has fetch and parse, or a load of its own")

    def parse(self, fetched: Fetched, lower: Snapshot | None) -> Layer | Sequence[Layer] | None:
        """The layer, or the layers from low to high, that what was fetched makes; None where it is absent.

        Nothing is read here. It may be asked again of one `fetched` with other lower layers.

        Args:
            fetched: What `fetch` gave.
            lower: What the sources before this one resolve to, for a source that says `reads_lower`; else
                None.

        Raises:
            ConfigError: With every problem found.

        Example:
            >>> source = veltrix.Values({"port": 80})
            >>> source.parse(source.fetch(None, float("inf")), None).name
            'values'
        """
        raise NotImplementedError("a source has fetch and parse, or a load of its own")

    def load(self, lower: Snapshot | None) -> Layer | Sequence[Layer] | None:
        """The layer as it is now: what is fetched, parsed.

        A class that has a `load` of its own is asked by that alone, each time.

        Args:
            lower: As for `parse`.

        Raises:
            ConfigError: As for `fetch` and `parse`.

        Example:
            >>> veltrix.Values({"port": 80}).load(None).name
            'values'
        """
        return without_frames(lambda: self.parse(self.fetch(None, float("inf")), lower), (), BARE)

    def watch_paths(self) -> Sequence[str]:
        """The absolute paths of the files and directories that it reads.

        Example:
            >>> veltrix.Values({"port": 80}).watch_paths()
            ()
        """
        return ()

    def __repr__(self) -> str:
        return f"<veltrix.{type(self).__name__} {getattr(self, 'name', '')!r}>"


class Recipe(Source):
    """A source that cannot be changed once it is made: what all of ours are.

    A copy of one is itself. A pickle holds what it was made with, no file, variable or secret that it reads.
    """

    __slots__ = ()

    if TYPE_CHECKING:

        def load(self, lower: Snapshot | None) -> Layer | None:
            """The layer as it is now."""

    @property
    def _marks(self) -> SecretTuple:
        """The paths that it was given as `secret=`."""
        secret = getattr(self, "_secret", False)
        return secret if isinstance(secret, tuple) else ()

    def fetch(self, previous: Fetched | None, deadline: float) -> Fetched:
        left_out: list[str] = []
        try:
            return without_frames(lambda: self._fetch(previous, left_out), left_out)
        finally:
            previous = None  # the frame of an error must not lead to a value

    def parse(self, fetched: Fetched, lower: Snapshot | None) -> Layer | None:
        left_out: list[str] = []
        try:
            return without_frames(lambda: self._parse(fetched.payload, lower, left_out), left_out)
        finally:
            fetched = None  # type: ignore[assignment]  # as in `fetch`

    def _fetch(self, previous: Fetched | None, left_out: list[str]) -> Fetched:
        """As `fetch`; what is left out, without being wrong, is listed in `left_out`."""
        raise NotImplementedError

    def _parse(self, payload: Any, lower: Snapshot | None, left_out: list[str]) -> Layer | None:
        """As `parse`; what is left out, without being wrong, is listed in `left_out`."""
        raise NotImplementedError

    def _keep(self, **fields: Any) -> None:
        for field, value in fields.items():
            object.__setattr__(self, field, value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is read-only")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __setstate__(self, state: tuple[dict[str, Any] | None, dict[str, Any]]) -> None:
        for fields in state:
            self._keep(**(fields or {}))


class Local(Recipe):
    """A source that reads one file or one directory."""

    __slots__ = ()

    is_directory: ClassVar[bool] = False
    path: str
    """The path as it was given, in the form in which it is shown."""
    absolute_path: str
    optional: bool
    allow_empty: bool

    def watch_paths(self) -> tuple[str, ...]:
        return (self.absolute_path,)


def without_frames(
    read: Callable[[], Result],
    left_out: Iterable[str | ConfigWarning] = (),
    bare: tuple[type[BaseException], ...] = (BaseException,),
) -> Result:
    """Call `read`; whatever it raises leaves it without frames whose locals hold values.

    Exceptions of the kinds `bare` then have no frames and no causes. All others keep their frames, to show
    where they were made, with nothing in them. `left_out` are the warnings that `read` collects. They are
    given here, after it: a warning may be an error, and would keep the frames of `read` as well. An
    interrupt, or what a handler of a signal raises, may come at any place, here too.
    """
    before = sys.exception()
    problem: BaseException | None = None
    results: list[Result] = []
    try:
        try:
            results.append(read())
        except BaseException as error:  # noqa: BLE001  (interrupts and a lack of memory have the same frames)
            problem = error
            if isinstance(error, bare):
                error.__cause__ = error.__traceback__ = None
                error.__suppress_context__ = False  # setting the cause hid what somebody else was handling
                # The raise below would do so by itself, but not on PyPy.
                error.__context__ = None if error is before else before
            else:
                _empty_frames(error, before)
        # An interrupt, or a mistake, is not to be replaced by a warning that is an error.
        for text in left_out if problem is None or isinstance(problem, ConfigError) else ():
            warning = text if isinstance(text, ConfigWarning) else ConfigWarning(printable(text))
            warnings.warn(warning, stacklevel=2)
        if problem is not None:
            raise problem
        return results.pop()
    finally:
        del read
        results.clear()
        before = problem = None


def unframed(error: Error, before: BaseException | None) -> Error:
    """The error without frames, its causes and the problems that it collects too.

    `before` is what was being handled when it was raised, which is somebody else's.
    """
    # The whole chain is known first: on PyPy, an error that is being handled gets its traceback back when
    # another one is raised, and asking for an attribute may raise one.
    for one in list(_chain(error, before)):
        one.__traceback__ = None
    return error


def _empty_frames(error: BaseException, before: BaseException | None) -> None:
    """Drop the locals of all frames that are finished, but for those of what was being handled before."""
    from traceback import clear_frames

    for one in _chain(error, before):
        clear_frames(one.__traceback__)


def _chain(error: BaseException, before: BaseException | None) -> Iterator[BaseException]:
    """The error, what it comes from and what it collects, once each; without what leads to `before`."""
    pending: list[BaseException | None] = [error]
    seen = {id(before)}
    while pending:
        one = pending.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            pending += [one.__cause__, one.__context__]
            pending += [*getattr(one, "exceptions", ()), *getattr(one, "problems", ())]


def secret_paths(secret: SecretPaths) -> bool | SecretTuple:
    """`secret=` in a form that can be kept: True, False, or the paths."""
    if isinstance(secret, bool):
        return secret
    return (secret,) if isinstance(secret, str) else tuple(secret)


def source_name(name: str | None, default: str) -> str:
    """The name that was given, or the default."""
    if name is None:
        return default
    if not isinstance(name, str):
        raise TypeError(f"the name of a source is a str, not {type(name).__name__}")
    return carried(name, "the name of a source")


def carried(text: str, what: str) -> str:
    """The text, if UTF-8 can carry it; ValueError says of what it is not so."""
    if not encodable(text):
        raise ValueError(f"{what} holds a lone surrogate, which UTF-8 cannot carry")
    return text


def encodable(text: str) -> bool:
    """Whether UTF-8 can carry the text: one that was bytes and no UTF-8 it cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
