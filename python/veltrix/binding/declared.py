"""What a plan says of texts before there is anything to bind: the plan of a part, and the plain value."""

from __future__ import annotations

from veltrix.binding import texts
from veltrix.binding.containers import Items, Row, Table
from veltrix.binding.model import Fielded
from veltrix.binding.plans import Anything, Checked, Plan, Scalar, Secret, Text, holds_secrets
from veltrix.binding.texts import UnfitError
from veltrix.binding.unions import Either

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

_WRITTEN = {"bool", "int", "float", "bytes", "NoneType", "datetime", "date", "time"}
"""The types of the table of texts that a layer has values of."""


class Judged(Plan):
    """What stands in a model of a library, which judges the texts that cannot be read."""

    __slots__ = ("plan",)

    def __init__(self, plan: Plan) -> None:
        self.plan = plan


_SHAPES = (Fielded, Items, Row, Table)


def bare(plan: Plan) -> Plan:
    """A plan without what only judges its value."""
    while isinstance(plan, (Checked, Secret, Judged)):
        plan = plan.plan
    return plan


def plan_inside(plan: Plan, segment: str | int) -> Plan | None:
    """The plan of what stands in a value of another plan; None where that says nothing."""
    found = [inner for one in _shaped(plan) if (inner := _at(one, segment)) is not None]
    if not found or any(one is not found[0] for one in found):
        return None
    inner = bare(found[0])
    return Judged(inner) if _is_judged(plan) else inner


def _is_judged(plan: Plan) -> bool:
    """Whether a library judges a value, or in a union what stands in it."""
    if isinstance(plan, Judged):
        return True
    plan = bare(plan)
    if isinstance(plan, Either):
        return any(map(_is_judged, plan.plans))
    return isinstance(plan, Fielded) and plan.is_judged


def _at(plan: Plan, segment: str | int) -> Plan | None:
    if isinstance(plan, Fielded):
        return plan.fields.get(str(segment))
    if isinstance(plan, Items):
        return plan.item
    if isinstance(plan, Table):
        return plan.value
    if isinstance(plan, Row) and isinstance(segment, int) and segment < len(plan.plans):
        return plan.plans[segment]
    return None


def keys_of(plan: Plan) -> Iterable[str]:
    """The keys of the fields of a plan."""
    return dict.fromkeys(key for one in _shaped(plan) if isinstance(one, Fielded) for key in one.fields)


def _shaped(plan: Plan) -> list[Plan]:
    """A plan, or those of a union that other values stand in."""
    plan = bare(plan)
    if isinstance(plan, Fielded) and plan.stands_for is not None:
        return _shaped(plan.stands_for)
    if not isinstance(plan, Either):
        return [plan]
    return [one for inner in plan.plans for one in _shaped(inner) if isinstance(one, _SHAPES)]


def secret_paths(
    plan: Plan, above: tuple[str, ...] = (), models: tuple[Plan, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """The paths of the fields whose types say that they are secret.

    What stands in lists, under any name, or in a model that holds itself, has no path that is known before.
    """
    if plan.is_secret:
        yield above
        return
    plan = bare(plan)
    if isinstance(plan, Either):
        for one in plan.plans:
            yield from secret_paths(one, above, models)
    elif isinstance(plan, Fielded) and not any(plan is one for one in models) and holds_secrets(plan):
        if plan.stands_for is not None:
            yield from secret_paths(plan.stands_for, above, (*models, plan))
            return
        for key, inner in plan.fields.items():
            yield from secret_paths(inner, (*above, key), (*models, plan))


def value_of(plan: Plan, text: str) -> Any:
    """A text as the plain value of a layer; the text itself where binding is to read it.

    Raises `UnfitError`.
    """
    try:
        return _read(plan, text)
    except UnfitError:
        if not _is_judged(plan):
            raise
    return text


def _read(plan: Plan, text: str) -> Any:
    plan = bare(plan)
    if isinstance(plan, Fielded) and plan.stands_for is not None:
        return _read(plan.stands_for, text)
    if isinstance(plan, Scalar) and plan.kind.__name__ in _WRITTEN:
        return plan.of_text(text)
    if isinstance(plan, Either):
        return _first_of(plan, text)
    if isinstance(plan, (Items, Row)):
        inner = plan.item if isinstance(plan, Items) else Anything()
        return [_read(inner, item) if isinstance(item, str) else item for item in texts.items_of(text)]
    return texts.mapping_of(text) if isinstance(plan, (Fielded, Table)) else text


def _first_of(plan: Either, text: str) -> Any:
    for one in map(bare, plan.plans):
        if isinstance(one, Text):
            break
        try:
            return _read(one, text)
        except UnfitError:
            pass
    return text
