"""A schema: the type that the whole of a configuration has to be bound as before it counts."""

from __future__ import annotations

from veltrix.binding.bind import bind
from veltrix.binding.compiled import compiled
from veltrix.binding.declared import secret_paths
from veltrix.binding.run import Problem, Run
from veltrix.binding.sharing import spelled
from veltrix.errors import ConfigError, ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from veltrix import Snapshot
    from veltrix.binding.run import Extra


class Schema:
    """What a caller asks for: a type, what is done with other keys, and whether each layer has to fit alone.

    Raises a `TypeError` for a type that nothing can be read as or that is secret as a whole, and a
    `ValueError` for another word.
    """

    __slots__ = ("check_layers", "extra", "form", "plan", "secret")

    def __init__(self, form: Any, extra: Extra, check_layers: bool) -> None:
        if extra not in ("forbid", "ignore", "warn"):
            raise ValueError(f"extra is 'forbid', 'ignore' or 'warn', not {extra!r}")
        self.plan = compiled(spelled(form))
        self.secret = tuple(dict.fromkeys(secret_paths(self.plan)))
        """The paths that its fields say are secret."""
        if () in self.secret:
            raise TypeError("a schema says of fields that they are secret, and not of the whole")
        self.form = form
        self.extra: Extra = extra
        self.check_layers = check_layers

    def declare(self, snapshot: Snapshot) -> None:
        """Give a snapshot this schema, which all that is derived from it has, and see that it fits.

        Raises a `ConfigError` with every problem.
        """
        problems: list[ConfigError] = []
        try:
            settings(snapshot, self)
        except ConfigError as error:
            problems += error.problems
        if self.check_layers:
            known = {(one.path, one.origin) for one in problems if isinstance(one, ValidationError)}
            problems += [one for one in self._of_layers(snapshot) if (one.path, one.origin) not in known]
        if problems:
            raise ConfigError(problems)
        snapshot._declare(self)

    def _of_layers(self, snapshot: Snapshot) -> Iterator[ValidationError]:
        """The values of a wrong type of each layer alone, the lowest first."""
        names = snapshot.layer_names
        for name in names:
            alone = snapshot.with_layers(without=[other for other in names if other != name])
            run = Run(alone, self.extra)
            run.secrets = snapshot
            self.plan.read(alone.to_dict(), run, ())
            yield from run.errors(one for one in run.problems if _is_of_its_layer(one))


def _is_of_its_layer(problem: Problem) -> bool:
    """Whether a problem cannot come from what only other layers have."""
    return problem.code != "required" and not problem.reason.startswith("refused by")


def settings(snapshot: Snapshot, schema: Schema | None) -> Any:
    """The whole of a snapshot as its schema has it; the native kernel finds it in the memo from then on."""
    if schema is None:
        raise AttributeError("a snapshot without a schema has no settings: load it with schema=")
    bound = snapshot._memo[schema] = bind(snapshot, (), schema.form, None, schema.extra)
    return bound
