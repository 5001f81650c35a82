"""A schema: the type that the whole of a configuration has to be bound as before it counts."""

from __future__ import annotations

from veltrix.binding.bind import bind
from veltrix.binding.compiled import compiled
from veltrix.binding.declared import secret_paths
from veltrix.binding.model import Model
from veltrix.binding.plain import thawed
from veltrix.binding.run import Problem, Run
from veltrix.binding.sharing import spelled
from veltrix.errors import ConfigError, ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set
    from typing import Any

    from veltrix import Snapshot
    from veltrix.binding.plans import Plan
    from veltrix.binding.run import Extra


class Schema:
    """What a caller asks for: a type, what is done with other keys, and whether each layer has to fit alone.

    Raises a `TypeError` for a type that nothing can be read as or that is secret as a whole, and a
    `ValueError` for another word.
    """

    __slots__ = ("_fields", "check_layers", "extra", "form", "plan", "secret")

    def __init__(self, form: Any, extra: Extra, check_layers: bool) -> None:
        if extra not in ("forbid", "ignore", "warn"):
            raise ValueError(f"extra is 'forbid', 'ignore' or 'warn', not {extra!r}")
        self.plan = compiled(spelled(form))
        self.secret = tuple(dict.fromkeys(secret_paths(self.plan)))
        """The paths that its fields say are secret."""
        if () in self.secret:
            raise TypeError("a schema says of named fields that they are secret, and not of the whole")
        self._fields = _independent_fields(self.plan, form)
        self.form = form
        self.extra: Extra = extra
        self.check_layers = check_layers

    def problems(self, snapshot: Snapshot) -> list[ConfigError]:
        """All that does not fit in a snapshot, which has its settings from then on if nothing does."""
        problems: list[ConfigError] = []
        try:
            settings(snapshot, self)
        except ConfigError as error:
            problems += error.problems
        if self.check_layers:
            known = {(one.path, one.origin) for one in problems if isinstance(one, ValidationError)}
            problems += [one for one in self._of_layers(snapshot) if (one.path, one.origin) not in known]
        return problems

    def problems_at(self, snapshot: Snapshot, keys: Set[str]) -> list[ValidationError]:
        """What does not fit in a snapshot that differs from one that fits at these top-level keys.

        Nothing is kept of it, and it warns of nothing.
        """
        run = Run(snapshot, "ignore" if self.extra == "warn" else self.extra)
        fields = self._fields
        if keys <= fields.keys() & set(map(str, snapshot)):
            for key in keys:
                fields[key].read(thawed(snapshot[(key,)]), run, (key,))
        else:
            self.plan.read(snapshot.to_dict(), run, ())
        return run.errors(run.problems)

    def _of_layers(self, snapshot: Snapshot) -> Iterator[ValidationError]:
        """The values of a wrong type of each layer alone, the lowest first."""
        names = snapshot.layer_names
        for name in names:
            alone = snapshot.with_layers(without=[other for other in names if other != name])
            run = Run(alone, self.extra)
            run.secrets = snapshot
            self.plan.read(alone.to_dict(), run, ())
            yield from run.errors(one for one in run.problems if _is_of_its_layer(one))


def _independent_fields(plan: Plan, form: Any) -> Mapping[str, Plan]:
    """The fields of a dataclass that has no code of its own to judge them together; else none."""
    is_judged = not hasattr(form, "__dataclass_fields__") or hasattr(form, "__post_init__")
    return plan.fields if isinstance(plan, Model) and not is_judged else {}


def _is_of_its_layer(problem: Problem) -> bool:
    """Whether a problem cannot come from what only other layers have."""
    return problem.code != "required" and not problem.reason.startswith("refused by")


def settings(snapshot: Snapshot, schema: Schema | None) -> Any:
    """The whole of a snapshot as its schema has it; the native kernel finds it in the memo from then on."""
    if schema is None:
        raise AttributeError("a snapshot without a schema has no settings: load it with schema=")
    bound = snapshot._memo[schema] = bind(snapshot, (), schema.form, None, schema.extra)
    return bound
