"""Where a library's error is: its location, walked through the data and the plan as far as they go."""

from __future__ import annotations

from veltrix.binding.containers import Items, Row, Table
from veltrix.binding.model import Fielded
from veltrix.binding.plans import Checked, Either, Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from veltrix.binding.plans import Plan
    from veltrix.binding.run import Run, Segments


class Locator:
    """The path of a location, the model that it leads to, and the key that is wrong there, if one is."""

    __slots__ = ("fields", "key", "name", "path")

    def __init__(self, plan: Plan, data: Any, path: Segments, location: Iterable[str | int]) -> None:
        self.path = path
        self.name = getattr(plan, "name", "its model")
        self.fields: Iterable[str] = getattr(plan, "fields", ())
        self.key: str | None = None
        at: Plan | None = plan
        for segment in location:
            is_key = isinstance(data, dict) and isinstance(segment, str) and segment in data
            is_index = isinstance(data, list) and isinstance(segment, int) and segment < len(data)
            if not is_key and not is_index:
                continue  # the name of a branch or of a validator, which is no part of the path
            data = data[segment]
            self.path = (*self.path, segment)
            at = _inside(at, segment)
            if isinstance(at, Fielded):
                self.name, self.fields = at.name, at.fields
            if isinstance(segment, str):
                self.key = segment


def refuse_unknown(run: Run, locator: Locator) -> None:
    """Note a key that no field takes."""
    from veltrix._nearest import nearest
    from veltrix._text import quoted

    meant = None if locator.key is None else nearest(locator.key, locator.fields)
    hint = "" if meant is None else f" (did you mean {quoted(meant)}?)"
    run.refuse(locator.path, f"unknown key{hint}", "unknown-key")


def _inside(plan: Plan | None, segment: str | int) -> Plan | None:
    """The plan of what stands in a value of another plan."""
    while isinstance(plan, (Checked, Secret)):
        plan = plan.plan
    if isinstance(plan, Either):
        shaped = [one for one in map(_bare, plan.plans) if isinstance(one, (Fielded, Items, Row, Table))]
        plan = shaped[0] if len(shaped) == 1 else None
    if isinstance(plan, Fielded):
        found = plan.fields.get(str(segment))
        return None if found is None else _bare(found)
    if isinstance(plan, Items):
        return _bare(plan.item)
    if isinstance(plan, Table):
        return _bare(plan.value)
    if isinstance(plan, Row) and isinstance(segment, int) and segment < len(plan.plans):
        return _bare(plan.plans[segment])
    return None


def _bare(plan: Plan) -> Plan:
    while isinstance(plan, (Checked, Secret)):
        plan = plan.plan
    return plan
