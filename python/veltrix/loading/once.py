"""`veltrix.load`: every source once, lowest precedence first, resolved to a snapshot."""

from __future__ import annotations

from veltrix.errors import ConfigError, ConfigWarning
from veltrix.loading.given import Plan, schema_argument
from veltrix.loading.steps import Asking, Seen, as_read_set
from veltrix.sources._kernel import Layer, Snapshot, resolve
from veltrix.sources.declared import declared_by
from veltrix.sources.source import BARE, without_frames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, Literal

    from typing_extensions import TypeVar

    from veltrix.binding.schema import Schema
    from veltrix.loading.given import Dimensions, SourceLike
    from veltrix.loading.steps import Answer

    Instead = Callable[[Mapping[int, ConfigError]], Mapping[int, Seen]]
    S = TypeVar("S", default=Any)


def load(
    *sources: SourceLike,
    conflicts: Literal["error", "replace"] = "error",
    dimensions: Dimensions = (),
    secret: str | Iterable[str | tuple[str | int, ...]] = (),
    schema: type[S] | None = None,
    extra: Literal["forbid", "ignore", "warn"] = "forbid",
    check_layers: bool = False,
) -> Snapshot[S]:
    """Reads each source once, and gives the snapshot that they resolve to: a read-only mapping.

    Where two sources have a value for one path, the later one wins; `explain` says where a value comes from.
    For a configuration that follows its sources while the program runs, there is `Config`.

    Args:
        *sources: What to read, the lowest precedence first. A path is short for `File` (for `DotEnv`, if it
            ends with `.env`), a mapping for `Values`; a `Layer` stands for itself.
        conflicts: "error", or "replace": where a mapping meets another value, the higher one stands.
        dimensions: `Dimension` objects, or a mapping of names to tables of sources.
        secret: A path or paths that are secret, in whatever layer they stand.
        schema: A type, such as a dataclass, that the whole has to fit. `settings` of the snapshot, and of
            each that is derived from it, is an object of it.
        extra: What becomes of a key that no field takes: "forbid", "ignore", or "warn" (`ConfigWarning`).
        check_layers: Whether each layer alone has to fit, even where a higher one hides it.

    Raises:
        ConfigError: With every problem of every source, or else every one of the schema and of each choice.
        TypeError: An argument is of a wrong type, or nothing can be read as the schema.
        ValueError: An argument has a value that it cannot have.

    Example:
        >>> import veltrix
        >>> defaults = {"server": {"host": "localhost", "port": 8080}}
        >>> config = veltrix.load(defaults, veltrix.File("site.toml", optional=True), veltrix.Env("APP"))
        >>> config["server.port"], config["server"]["host"], config.get("server.timeout", 30)
        (8080, 'localhost', 30)
    """
    left_out: list[ConfigWarning] = []
    try:
        asked = schema_argument(schema, extra, check_layers)
        with declared_by(asked):
            return without_frames(
                lambda: _fitting(Plan(sources, conflicts, dimensions, secret, asked), asked, left_out),
                left_out,
                BARE,
            )
    finally:
        # The frames of an error must not lead to a value. The function shares these variables.
        sources = dimensions = ()


def _fitting(plan: Plan, schema: Schema | None, left_out: list[ConfigWarning]) -> Snapshot:
    snapshot = FirstPass(plan, left_out).snapshot
    if schema is not None or snapshot.dimensions:
        from veltrix.loading.fitting import Fitting  # most loads have neither

        Fitting(schema).judge(snapshot)
    return snapshot


class FirstPass:
    """A pass with nothing before it: what every source gave, and the snapshot of all layers.

    Raises `ConfigError` with every problem; what is left out without being wrong is added to `left_out`.
    `instead` is asked for what counts in the place of sources that failed.
    """

    def __init__(self, plan: Plan, left_out: list[ConfigWarning], instead: Instead | None = None) -> None:
        asking = Asking(plan.every, [None] * len(plan.every))
        with as_read_set(plan.every, asking.known):
            answers = [asking.fetch(at) for at in range(len(plan.every))]
            layers = self._way_up(plan, asking, answers, {})
            if self.failed and instead is not None:
                layers = self._way_up(plan, asking, answers, instead(self.failed))
        dimensions = plan.dimensions(layers)
        try:
            self.snapshot = resolve(self.stack, conflicts=plan.conflicts, dimensions=dimensions)
        except ConfigError as error:
            asking.problems.append(error.with_traceback(None))
        if asking.problems:
            raise ConfigError(asking.problems)
        marks = plan.marks(self.seen)
        if marks:
            from veltrix.loading.marked import unmatched_marks  # most loads have none

            left_out += unmatched_marks(marks, self.snapshot, dimensions)

    def _way_up(
        self, plan: Plan, asking: Asking, answers: Sequence[Answer], instead: Mapping[int, Seen]
    ) -> list[tuple[Layer, ...]]:
        """The layers of every source; `instead` of what some of them give."""
        asking.problems.clear()  # in the order of the sources, they come from here on
        self.failed: dict[int, ConfigError] = {}
        self.seen: list[Seen] = []
        self.stack = list(plan.bottom)
        layers = []
        for at, answer in enumerate(answers):
            one = instead[at] if at in instead else asking.see(at, answer, self.stack)
            outcome = one if isinstance(one, ConfigError) else one.outcome
            if isinstance(outcome, ConfigError):
                asking.problems.append(outcome)
                self.failed[at], outcome = outcome, ()
            elif isinstance(one, Seen):
                self.seen.append(one)
            layers.append(outcome)
            if at < len(plan.sources):
                self.stack += outcome
        return layers
