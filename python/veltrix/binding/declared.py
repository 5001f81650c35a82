"""What types declare before there is anything to bind: keys, secrets, and how a text is read.

That counts as well for what code of a model takes first, and Veltrix does not read: `Taken` and `Converted`.
"""

from __future__ import annotations

from veltrix.binding import texts
from veltrix.binding.containers import Items, Row, Table
from veltrix.binding.model import Fielded
from veltrix.binding.plans import Anything, Checked, Plan, Scalar, Secret, Text, frozen, holds_secrets, tried
from veltrix.binding.texts import UnfitError
from veltrix.binding.unions import Either

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from veltrix.binding.run import Run, Segments

_WRITTEN = {"bool", "int", "float", "bytes", "NoneType", "datetime", "date", "time"}
"""The types of the table of texts that a layer has values of."""


class Judged(Plan):
    """What stands in a model of a library, which judges the texts that cannot be read."""

    __slots__ = ("plan",)

    def __init__(self, plan: Plan) -> None:
        self.plan = plan


class Taken(Plan):
    """What code of a model takes as it stands: of the declared type, its keys and its secrets count."""

    __slots__ = ("is_plain", "is_secret", "plan")

    def __init__(self, plan: Plan) -> None:
        self.is_secret = plan.is_secret
        self.is_plain = (plan.is_plain or plan.is_leaf) and not plan.is_secret
        inner = bare(plan)
        self.plan: Plan = inner.plan if isinstance(inner, Taken) else inner

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The value, frozen."""
        return frozen(self.prepare(value, run, path))

    def prepare(self, value: Any, run: Run, path: Segments) -> Any:
        """The value, and notes of what is secret in it."""
        if not self.is_plain:
            _mark([self], value, run, path)
        return value

    def inside(self) -> Iterable[Plan]:
        """The plan of the declared type."""
        return [self.plan]


class Converted(Taken):
    """What a converter takes that makes a value of this type: a text of a flat source is read before."""

    __slots__ = ()

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The value, frozen; of a text what the type reads, or the text for the converter to judge."""
        is_flat = type(value) is str and run.is_flat(path)
        return tried(self.plan, value, run, path) if is_flat else super().read(value, run, path)


_SHAPES = (Anything, Fielded, Items, Row, Table)


def _mark(plans: list[Plan], value: Any, run: Run, path: Segments) -> None:
    """Note what types say is secret in a value that they do not read, and that may have another shape."""
    if any(plan.is_secret for plan in plans):
        run.mark_secret(path)
    elif any(map(holds_secrets, plans)):
        run.mark_around(path)
        pairs = value.items() if type(value) is dict else enumerate(value) if type(value) is list else ()
        for segment, child in pairs:
            _mark(_inside(plans, segment), child, run, (*path, segment))


def bare(plan: Plan) -> Plan:
    """A plan without what only judges its value."""
    while isinstance(plan, (Checked, Secret, Judged)):
        plan = plan.plan
    return plan


def plan_inside(plan: Plan, segment: str | int) -> Plan | None:
    """The plan of what stands in a value of another plan; None where that says nothing."""
    found = [inner[0] for one in _shaped(plan) if (inner := _at(one, segment))]
    if not found or any(one is not found[0] for one in found):
        return None
    only = bare(found[0])
    return Judged(only) if _is_judged(plan) else only


def _is_judged(plan: Plan) -> bool:
    """Whether a library judges a value, or in a union what stands in it."""
    if isinstance(plan, Judged):
        return True
    plan = bare(plan)
    if isinstance(plan, Taken):
        return True
    if isinstance(plan, Either):
        return any(map(_is_judged, plan.plans))
    return isinstance(plan, Fielded) and plan.is_judged


def is_declared(plan: Plan, path: Iterable[str | int]) -> bool:
    """Whether a type, or one of several, takes something at a path; what says nothing takes anything."""
    plans = [plan]
    for segment in path:
        if any(isinstance(one, Anything) for inner in plans for one in _shaped(inner)):
            return True
        plans = _inside(plans, segment)
    return bool(plans)


def _inside(plans: Iterable[Plan], segment: str | int) -> list[Plan]:
    """All that may stand at a key or an index; each once, as models may hold each other in many ways."""
    found = {id(inner): inner for plan in plans for one in _shaped(plan) for inner in _at(one, segment)}
    return [*found.values()]


def _at(plan: Plan, segment: str | int) -> list[Plan]:
    """The plans of what a key or an index leads to: that of the field, and then those that reach into it."""
    if isinstance(plan, Fielded):
        return [one[str(segment)] for one in (plan.fields, plan.known) if str(segment) in one]
    if isinstance(plan, Items):
        return [plan.item]
    if isinstance(plan, Table):
        return [plan.value]
    if isinstance(plan, Row) and isinstance(segment, int):
        return [*plan.plans[segment : segment + 1]]
    return []


def keys_of(plan: Plan) -> Iterable[str]:
    """The keys of the fields of a plan."""
    models = [one for one in _shaped(plan) if isinstance(one, Fielded)]
    return dict.fromkeys(key for one in models for key in (*one.fields, *one.known))


def _shaped(plan: Plan) -> list[Plan]:
    """A plan, or those of a union that other values stand in."""
    plan = bare(plan)
    if isinstance(plan, Taken):
        return _shaped(plan.plan)
    if isinstance(plan, Fielded) and plan.stands_for is not None:
        return _shaped(plan.stands_for)
    if not isinstance(plan, Either):
        return [plan]
    return [one for inner in plan.plans for one in _shaped(inner) if isinstance(one, _SHAPES)]


def secret_paths(
    plan: Plan, above: tuple[str, ...] = (), models: tuple[Plan, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """The paths of the fields whose types say that they are secret.

    What stands in a list, or under any name, has no path that is known before, and a model that leads back
    into one around it would have endless ones: where there is a secret in these, they are secret as a whole.
    """
    if plan.is_secret:
        yield above
        return
    plan = bare(plan)
    if isinstance(plan, Either):
        for one in plan.plans:
            yield from secret_paths(one, above, models)
    elif isinstance(plan, Taken):
        yield from secret_paths(plan.plan, above, models)
    elif isinstance(plan, (Items, Row, Table)) and holds_secrets(plan):
        yield above
    elif isinstance(plan, Fielded) and holds_secrets(plan):
        if models and _leads_into(plan, models):
            yield above
        elif plan.stands_for is not None:
            yield from secret_paths(plan.stands_for, above, (*models, plan))
        else:
            for key, inner in (*plan.fields.items(), *plan.known.items()):
                yield from secret_paths(inner, (*above, key), (*models, plan))


def _leads_into(plan: Plan, models: tuple[Plan, ...]) -> bool:
    """Whether a plan is one of these, or anything in it is."""
    around, waiting, met = {id(one) for one in models}, [plan], {id(plan)}
    while waiting:
        one = waiting.pop()
        if id(one) in around:
            return True
        inside = [inner for inner in one.inside() if id(inner) not in met]
        met.update(map(id, inside))
        waiting += inside
    return False


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
