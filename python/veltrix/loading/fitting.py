"""Whether a snapshot may count: its schema fits, and every choice of its dimensions on top of it, each alone.

Several choices at once are tried where somebody asks for them: there are too many combinations.
"""

from __future__ import annotations

from veltrix.errors import ConfigError, ValidationError
from veltrix.sources._kernel import diff, parse_path, resolve
from veltrix.types import Dimension

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from veltrix.binding.schema import Schema
    from veltrix.sources._kernel import Layer, Snapshot

    Misfit = tuple[ConfigError, Dimension, str]


class Fitting:
    """What snapshots have to fit, one after the other."""

    def __init__(self, schema: Schema | None) -> None:
        self._schema = schema
        self._parts: dict[int, tuple[Layer, frozenset[str]]] = {}
        """The top-level keys that a choice has a say in, by the address of its layer, which is held."""

    def judge(self, snapshot: Snapshot, before: Snapshot | None = None) -> None:
        """Gives a snapshot its schema; raises a `ConfigError` with every problem if it does not fit.

        `before` is the last one that did: of its choices those are tried again that have a say in a part
        of the configuration which has changed since.
        """
        problems = [] if self._schema is None else self._schema.problems(snapshot)
        known = set(problems)
        for problem, dimension, choice in self._misfits(snapshot, before):
            if problem not in known:
                known.add(problem)
                problems.append(_named(problem, dimension, choice))
        if problems:
            raise ConfigError(problems)
        if self._schema is not None:
            snapshot._declare(self._schema)

    def _misfits(self, snapshot: Snapshot, before: Snapshot | None) -> Iterator[Misfit]:
        """The problems of each choice that is tried; the scopes that are made for it are not kept."""
        if not snapshot.dimensions:
            return
        parts: dict[int, tuple[Layer, frozenset[str]]] = {}
        fitted = set() if before is None else {id(layer) for _, _, layer in _choices(before)}
        changed = frozenset() if before is None else _changed(before, snapshot)
        over = snapshot.overlay({})
        for dimension, choice, layer in _choices(snapshot):
            held = self._parts.get(id(layer)) if id(layer) in fitted else None
            if held is not None and changed.isdisjoint(held[1]):
                parts[id(layer)] = held
                continue
            try:
                scoped = over.scope({dimension.name: [choice] if dimension.many else choice})
            except ConfigError as error:
                yield error, dimension, choice
                continue
            if held is None:
                # What it deletes is not in the layer alone, and what is the same there is no difference.
                touched = _changed(over, scoped).union(map(str, resolve([layer])))
                parts[id(layer)] = layer, touched
            else:
                touched = held[1] & changed
                parts[id(layer)] = held
            if self._schema is not None:
                for problem in self._schema.problems_at(scoped, touched):
                    yield problem, dimension, choice
        self._parts = parts


def _choices(snapshot: Snapshot) -> Iterator[tuple[Dimension, str, Layer]]:
    """Every choice with its layer, but for those of a class of its own, which chooses as it likes."""
    for dimension in snapshot.dimensions:
        if type(dimension) is Dimension:
            for choice, layer in dimension.layers.items():
                yield dimension, choice, layer


def _named(problem: ConfigError, dimension: Dimension, choice: str) -> ConfigError:
    """A problem that says with which choice it comes, unless it stands in the layer of that one."""
    if not isinstance(problem, ValidationError):
        return problem
    origin = problem.origin
    if origin is not None and origin.layer == dimension.layers[choice].name:
        return problem
    reason = f"{problem.reason}, with {dimension.name}={choice!r}"
    return ValidationError(reason, problem.path, origin, problem.code)


def _changed(before: Snapshot, snapshot: Snapshot) -> frozenset[str]:
    """The top-level keys below which something differs."""
    found = diff(before, snapshot)
    paths = (*found.added, *found.removed, *found.changed)
    return frozenset(str(parse_path(path)[0]) for path in paths)
