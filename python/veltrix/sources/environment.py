"""The environment: variables with a prefix, `__` between the segments of a path."""

from __future__ import annotations

import os

from veltrix.sources._kernel import Layer
from veltrix.sources._system import UPPER_CASE_VARIABLES
from veltrix.sources.assignments import Assembly, Assignment
from veltrix.sources.matching import EmptySegmentError, Matcher, UnmatchedError
from veltrix.sources.source import Fetched, Recipe, carried, encodable, secret_paths, source_name
from veltrix.types import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from veltrix.sources._kernel import Snapshot
    from veltrix.sources.source import SecretPaths, SecretTuple


class Variable:
    """A variable, from the environment or from a file."""

    __slots__ = ("name", "origin", "text")

    def __init__(self, name: str, text: str, origin: Origin) -> None:
        self.name = name
        self.text = text
        self.origin = origin


class Env(Recipe):
    """The variables of the environment that begin with a prefix: `Env("APP")` reads `APP_SERVER__PORT`.

    `__` leads from a segment to the next, a single `_` never does. A name is matched against the paths of
    the lower layers, upper-cased and with `_` for all that is neither letter nor digit; where there is no
    such path, new lower-case keys are made. A value takes the type of the value that it overrides (see
    `coercion`), and stays a str where there is none. `APP_L__0` overrides one item of a list. An empty
    variable counts as unset unless `allow_empty`. The environment is read once per load, from `os.environ`.
    """

    __slots__ = ("_secret", "allow_empty", "prefix")

    reads_lower = True
    prefix: str
    allow_empty: bool
    _secret: bool | SecretTuple

    def __init__(
        self, prefix: str, *, name: str | None = None, allow_empty: bool = False, secret: SecretPaths = False
    ) -> None:
        checked_prefix(prefix)
        self._keep(
            name=source_name(name, f"env:{prefix}"),
            prefix=prefix,
            allow_empty=allow_empty,
            _secret=secret_paths(secret),
        )

    def _fetch(self, previous: Fetched | None, left_out: list[str]) -> Fetched:
        begin = self._begin()
        names = sorted(name for name in os.environ if name.startswith(begin))
        texts = [(name, os.environ.get(name)) for name in names]
        found = tuple((name, text) for name, text in texts if text is not None)
        return previous if previous is not None and previous.payload == found else Fetched(None, found)

    def _parse(
        self, payload: tuple[tuple[str, str], ...], lower: Snapshot | None, left_out: list[str]
    ) -> Layer:
        variables = [
            Variable(name, text, Origin(self.name, "environment", variable=name)) for name, text in payload
        ]
        assembly = Assembly(self.name, "environment", lower)
        assignments = assigned(variables, self._begin(), assembly, self.allow_empty, left_out)
        return assembly.layer(assignments, self._secret)

    def _begin(self) -> str:
        """What the names of its variables begin with."""
        begin = f"{self.prefix}_"
        return begin.upper() if UPPER_CASE_VARIABLES else begin


def assigned(
    variables: Iterable[Variable], begin: str, assembly: Assembly, allow_empty: bool, left_out: list[str]
) -> list[Assignment]:
    """What the variables, whose names all begin so, assign; what is wrong goes to the assembly.

    What is left out, without being wrong, is listed in `left_out`.
    """
    matcher = Matcher(assembly.lower)
    assignments = []
    for variable in variables:
        if not variable.text and not allow_empty:
            continue
        label = f"variable {variable.name}"
        if variable.origin.file is not None:
            label = f"{label} in {variable.origin}"
        if not (encodable(variable.name) and encodable(variable.text)):
            assembly.refuse(label, "not UTF-8")
            continue
        path = None
        try:
            path = matcher.match(variable.name[len(begin) :])
        except EmptySegmentError as problem:
            left_out.append(f"{label} is ignored: it {problem.reason}")
        except UnmatchedError as problem:
            assembly.problems.append(problem.about(label))
        if path is not None:
            assignments.append(Assignment(label, path, variable.origin, variable.text))
    return assignments


def checked_prefix(prefix: str) -> None:
    """Refuse a prefix that could not be meant."""
    if not isinstance(prefix, str):
        raise TypeError(f"a prefix is a str, not {type(prefix).__name__}")
    if not prefix:
        raise ValueError("an empty prefix would take the whole environment")
    if prefix.endswith("_") or "=" in prefix or "\0" in prefix:
        raise ValueError(f"a prefix is written without its `_`, as 'APP' for APP_PORT, not {prefix!r}")
    carried(prefix, "a prefix")
