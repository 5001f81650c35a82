"""The schema that a program asks for; without one nothing of binding is imported."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from veltrix._pure import Snapshot
    from veltrix.binding.schema import Schema


def schema_argument(form: Any, extra: Any, check_layers: bool) -> Schema | None:
    """What `schema=`, `extra=` and `check_layers=` ask for."""
    if form is None:
        return None
    from veltrix.binding.schema import Schema

    return Schema(form, extra, check_layers)


def fitting(snapshot: Snapshot[Any], schema: Schema | None) -> Snapshot[Any]:
    """The snapshot with its schema; raises a `ConfigError` if it does not fit."""
    if schema is not None:
        schema.declare(snapshot)
    return snapshot
