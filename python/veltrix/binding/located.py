"""Where a library's error is: its location, walked through the data and the plan as far as they go."""

from __future__ import annotations

from veltrix.binding.declared import Taken, bare, plan_inside
from veltrix.binding.model import Fielded

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
            at = None if at is None else plan_inside(at, segment)
            model = None if at is None else bare(at)
            model = model.plan if isinstance(model, Taken) else model
            if isinstance(model, Fielded):
                self.name, self.fields = model.name, model.fields
            if isinstance(segment, str):
                self.key = segment


def refuse_unknown(run: Run, locator: Locator) -> None:
    """Note a key that no field takes."""
    others = [name for name in locator.fields if name != locator.key]
    hint = "" if locator.key is None else run.hint(locator.key, others)
    run.refuse(locator.path, f"unknown key{hint}", "unknown-key")
