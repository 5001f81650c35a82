"""The types that a schema declares, for sources that have nothing but texts.

While a configuration with a schema is loaded, the names of variables are matched against the keys of its
fields as well, and their texts take the declared types. What a document cannot write, such as a path, stays
a text, which binding reads.
"""

from __future__ import annotations

from contextvars import ContextVar

from veltrix._limits import VALUE_LIMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextvars import Token
    from typing import Any

    from veltrix.binding.plans import Plan
    from veltrix.binding.schema import Schema

_whole: ContextVar[Plan | None] = ContextVar("veltrix.declared", default=None)


class declared_by:  # noqa: N801  (it stands in a `with`, as a function of `contextlib` would)
    """Has the sources that are loaded meanwhile know the types of a schema."""

    __slots__ = ("_plan", "_token")

    _token: Token[Plan | None]

    def __init__(self, schema: Schema | None) -> None:
        self._plan = None if schema is None else schema.plan

    def __enter__(self) -> None:
        self._token = _whole.set(self._plan)

    def __exit__(self, *_: object) -> None:
        _whole.reset(self._token)


def declared_plan(path: Iterable[str | int]) -> Plan | None:
    """How the declared type of a path is read; None where nothing is declared."""
    plan = _whole.get()
    if plan is None:
        return None
    from veltrix.binding.declared import plan_inside

    for segment in path:
        plan = None if plan is None else plan_inside(plan, segment)
    return plan


def is_declared(path: Iterable[str | int]) -> bool:
    """Whether a schema takes something at a path."""
    plan = _whole.get()
    if plan is None:
        return False
    from veltrix.binding.declared import is_declared as is_declared_by

    return is_declared_by(plan, path)


def declared_keys(path: Iterable[str | int]) -> Iterable[str]:
    """The keys of the fields that are declared at a path."""
    plan = declared_plan(path)
    if plan is None:
        return ()
    from veltrix.binding.declared import keys_of

    return keys_of(plan)


def declared_value(plan: Plan, text: str) -> Any:
    """The text as a value of the declared type; raises `UnfitError`."""
    from veltrix.binding.declared import value_of
    from veltrix.binding.texts import UnfitError

    if len(text) > VALUE_LIMIT:
        raise UnfitError(f"a text of at most {VALUE_LIMIT} characters")
    return value_of(plan, text)
