"""A schema: the type that the whole of a configuration has to be bound as before it counts."""

from __future__ import annotations

from veltrix.binding.bind import bind
from veltrix.binding.compiled import compiled, spelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from veltrix import Snapshot
    from veltrix.binding.run import Extra

    Schema = tuple[Any, Extra]


def schema_of(form: Any, extra: Extra) -> Schema:
    """The schema that a caller gives.

    Raises a `TypeError` for a type that nothing can be read as, and a `ValueError` for another word.
    """
    if extra not in ("forbid", "ignore", "warn"):
        raise ValueError(f"extra is 'forbid', 'ignore' or 'warn', not {extra!r}")
    compiled(spelled(form))
    return form, extra


def declare(snapshot: Snapshot, schema: Schema) -> None:
    """Give a snapshot its schema, which all that is derived from it has, and see that it fits.

    Raises a `ConfigError` with every problem.
    """
    settings(snapshot, schema)
    snapshot._declare(schema)


def settings(snapshot: Snapshot, schema: Schema | None) -> Any:
    """The whole of a snapshot as its schema has it."""
    if schema is None:
        raise AttributeError("a snapshot without a schema has no settings: load it with schema=")
    return bind(snapshot, (), schema[0], None, schema[1])
