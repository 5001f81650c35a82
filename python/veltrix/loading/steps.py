"""The steps of a pass: fetch everything first, then ask each source for its layers, from low to high."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from veltrix.errors import ConfigError, LimitError
from veltrix.sources._kernel import Layer, Snapshot, resolve
from veltrix.sources.read_set import one_read_set
from veltrix.sources.source import Fetched, Local, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from veltrix.types import Dimension

    Result = TypeVar("Result")
    Answer = Fetched | ConfigError | None

FETCH_SECONDS = 30.0
SAVED = object()
"""The revision of what another process saved."""
_NOTHING = Fetched(None, None, 0.0)


class Seen:
    """What one source gave. It never changes: each pass that finds something else makes another one."""

    __slots__ = ("below", "fetched", "is_present", "lower", "outcome")

    def __init__(
        self,
        fetched: Fetched,
        outcome: tuple[Layer, ...] | ConfigError,
        is_present: bool,
        below: tuple[Layer, ...] = (),
        lower: Snapshot | None = None,
    ) -> None:
        self.fetched = fetched
        """What was parsed; nothing, of a source that is loaded as a whole."""
        self.outcome = outcome
        """The layers, from low to high, or why there are none."""
        self.is_present = is_present
        """Whether it gave a layer; an absent source leaves an empty one, for its place and name."""
        self.below = below
        """The lower layers, of a source that reads them."""
        self.lower = lower
        """What those resolve to."""


def is_polled(source: Source) -> bool:
    """Whether it has a `load` of its own, and is asked by nothing else."""
    return type(source).load is not Source.load


def as_read_set(sources: Sequence[Source], known: Sequence[Seen | None]) -> one_read_set:
    """Within, the files and the directories of secrets of these sources are read as one set."""
    files: dict[str, Fetched | None] = {}
    directories: dict[str, Fetched | None] = {}
    for source, seen in zip(sources, known, strict=True):
        previous = None if seen is None else seen.fetched
        if isinstance(source, Local):
            known_here = directories if source.is_directory else files
            known_here[source.absolute_path] = previous
    return one_read_set(files, directories)


def of_unknown_state(sources: Sequence[Source], known: Sequence[Seen | None]) -> list[Seen | None]:
    """What is known, so that files are read again though their state is the same."""
    found = list(known)
    for at, (source, seen) in enumerate(zip(sources, known, strict=True)):
        if isinstance(source, Local) and seen is not None and seen.fetched.payload is not None:
            fetched = Fetched((), seen.fetched.payload, seen.fetched.at)
            found[at] = Seen(fetched, seen.outcome, seen.is_present, seen.below, seen.lower)
    return found


class Asking:
    """Asks the sources of one pass, and keeps what they could not answer, in their order.

    `polling` is a pass that nobody asked for: what it would raise, a mistake in one source, reaches nobody
    and would stop all others. It is a problem of that source there.
    """

    def __init__(self, sources: Sequence[Source], known: list[Seen | None], polling: bool = False) -> None:
        self._polling = polling
        self.sources = sources
        self.known = known
        self.problems: list[ConfigError] = []
        self._deadline = time.monotonic() + FETCH_SECONDS
        self._last: tuple[tuple[Layer, ...], Snapshot] | None = None

    def fetch(self, at: int) -> Answer:
        """What a source says now, or why it cannot; None for one that is loaded as a whole."""
        source, seen = self.sources[at], self.known[at]
        if is_polled(source):
            return None
        previous = None if seen is None else seen.fetched
        found = self._held(
            source, lambda: self._asked(source, lambda: _checked(source.fetch(previous, self._deadline)))
        )
        if isinstance(found, ConfigError):
            self.problems.append(found)
        return found

    def see(self, at: int, answer: Answer, stack: Sequence[Layer]) -> Seen | ConfigError:
        """What a source gives over the lower layers, or why nothing can be had of it.

        What was parsed already is not parsed again.
        """
        source, seen = self.sources[at], self.known[at]
        if isinstance(answer, ConfigError):
            return answer
        below = tuple(stack) if source.reads_lower else ()
        is_parsed = seen is not None and answer is not None and answer.payload is seen.fetched.payload
        if seen is None or answer is None or not (is_parsed and is_same(seen.below, below)):
            return self._held(source, lambda: self._parsed(source, answer, below, self._lower(at, below)))
        if answer is seen.fetched:
            return seen
        return Seen(answer, seen.outcome, seen.is_present, seen.below, seen.lower)

    def _parsed(
        self, source: Source, answer: Fetched | None, below: tuple[Layer, ...], lower: Snapshot | None
    ) -> Seen | ConfigError:
        if answer is None:
            given = self._asked(source, lambda: _layers(source.name, source.load(lower)))
            if isinstance(given, ConfigError):
                return given
        else:
            given = self._asked(source, lambda: _layers(source.name, source.parse(answer, lower)))
        if given is None:
            return Seen(answer or _NOTHING, (Layer(source.name, {}),), False, below, lower)
        return Seen(answer or _NOTHING, given, True, below, lower)

    def _lower(self, at: int, below: tuple[Layer, ...]) -> Snapshot | None:
        """What the lower layers resolve to; a conflict in it is reported where all are resolved."""
        if not below:
            return None
        seen = self.known[at]
        last = self._last if seen is None or seen.lower is None else (seen.below, seen.lower)
        try:
            found = None if last is None else derived(last[1], last[0], below)
            if found is None:
                found = resolve(below, conflicts="replace")
        except LimitError as error:  # too many layers: there is nothing to be read over
            raise ConfigError([*self.problems, error]) from None
        self._last = (below, found)
        return found

    def _held(self, source: Source, ask: Callable[[], Result]) -> Result | ConfigError:
        """What is found; of a mistake, the problem that it is in a pass that nobody asked for.

        The next pass asks again: one that was asked for raises it.
        """
        before = sys.exception()
        try:
            return ask()
        except ConfigError:
            raise
        except Exception as error:
            if not self._polling:
                raise
            from veltrix.loading.problems import mistake  # most loads have none

            return mistake(error, source.name, before)

    def _asked(self, source: Source, ask: Callable[[], Result]) -> Result | ConfigError:
        before = sys.exception()
        try:
            return ask()
        except Exception as error:
            from veltrix.loading.problems import problem  # most loads have none

            found = problem(error, source.name, before)
            if found is None:
                if self.problems and not self._polling:
                    error.add_note(f"found before this: {ConfigError(self.problems)}")
                raise
            return found


def derived(
    snapshot: Snapshot,
    before: Sequence[Layer],
    after: Sequence[Layer],
    dimensions: Sequence[Dimension] | None = None,
    generation: int | None = None,
) -> Snapshot | None:
    """The snapshot of another stack, from that of the stack before; None where order or names forbid it."""
    names = [layer.name for layer in after]
    kept = set(names).intersection(snapshot.layer_names)
    in_order = [name for name in snapshot.layer_names if name in kept]
    in_order += [name for name in names if name not in kept]
    if in_order != names or len(set(names)) < len(names):
        return None
    held = set(map(id, before))
    return snapshot.with_layers(
        *(layer for layer in after if id(layer) not in held),
        without=[name for name in snapshot.layer_names if name not in kept],
        dimensions=dimensions,
        generation=generation,
    )


def is_same(left: Sequence[object], right: Sequence[object]) -> bool:
    """Whether both hold the very same objects."""
    return len(left) == len(right) and all(one is other for one, other in zip(left, right, strict=True))


def _checked(fetched: object) -> Fetched:
    if not isinstance(fetched, Fetched):
        raise TypeError(f"fetch gives a veltrix.Fetched, not {type(fetched).__name__}")
    return fetched


def _layers(source: str, given: Any) -> tuple[Layer, ...] | None:
    """The layers that a source gave, each of a name of its own; None where it is absent."""
    if given is None:
        return None
    if isinstance(given, Layer):
        return (given,)
    if isinstance(given, Sequence) and all(isinstance(layer, Layer) for layer in given):
        names = [layer.name for layer in given]
        if len({*names}) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"source {source!r} gives two layers that are named {twice!r}")
        return tuple(given)
    raise TypeError(f"a source loads a veltrix.Layer, not {type(given).__name__}")
