"""Everything that is wrong with a configuration, as far as it can be known while some of it cannot be read.

    every source  ──►  what fails is listed, and nothing takes its place
    the rest      ──►  resolved, and bound as the schema: what is wrong there is listed as well

What a source that failed could still bring is no problem of the rest: what is missing, and what code of a
model refuses, which sees the whole.
"""

from __future__ import annotations

from veltrix.binding.schema import settings
from veltrix.errors import ConfigError, ConflictError, ValidationError
from veltrix.loading.given import Plan, schema_argument
from veltrix.loading.once import FirstPass
from veltrix.loading.steps import Seen
from veltrix.sources._kernel import Layer, parse_path
from veltrix.sources.declared import declared_by
from veltrix.sources.source import Fetched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, Literal

    from veltrix.binding.schema import Schema
    from veltrix.sources.source import Source


def of_the_rest(
    found: Iterable[ConfigError], sources: Sequence[Source], secret: Sequence[str], form: Any
) -> list[ConfigError]:
    """What a schema says of the sources that can be read, where `found` is what is wrong with the others.

    Raises whatever code of the schema raises that is no problem.
    """
    asked = schema_argument(form, "forbid", False)
    assert asked is not None
    try:
        with declared_by(asked):
            problems = _judged(sources, secret, asked)
    except ConfigError:  # a stack of too many layers, which is in `found`
        return []
    conflicts = [parse_path(one.path) for one in found if isinstance(one, ConflictError)]
    return [one for one in problems if not (_may_be_mended(one) or _is_within(one, conflicts))]


def _judged(sources: Sequence[Source], secret: Sequence[str], asked: Schema) -> tuple[ConfigError, ...]:
    def nothing(failed: Mapping[int, ConfigError]) -> dict[int, Seen]:
        return {at: Seen(Fetched(None, None), (Layer(sources[at].name, {}),), False) for at in failed}

    conflicts: Literal["replace"] = "replace"
    snapshot = FirstPass(Plan(sources, conflicts, (), secret, asked), [], nothing).snapshot
    try:
        settings(snapshot, asked)
    except ConfigError as error:
        return error.problems
    return ()


def _may_be_mended(problem: ConfigError) -> bool:
    return not isinstance(problem, ValidationError) or (
        problem.code == "required" or problem.reason.startswith("refused by")
    )


def _is_within(problem: ConfigError, places: Sequence[tuple[str | int, ...]]) -> bool:
    path = getattr(problem, "path", None)
    segments = parse_path(path) if path else ()
    return any(segments[: len(place)] == place for place in places)
