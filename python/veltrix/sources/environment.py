"""The environment: variables with a prefix, `__` between the segments of a path."""

from __future__ import annotations

import os
from collections.abc import Mapping

from veltrix.sources._kernel import Layer, parse_path
from veltrix.sources._system import UPPER_CASE_VARIABLES
from veltrix.sources.assignments import Assembly, Assignment
from veltrix.sources.matching import EmptySegmentError, Matcher, UnmatchedError
from veltrix.sources.source import Fetched, Recipe, carried, encodable, secret_paths, source_name
from veltrix.types import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from veltrix.sources._kernel import Path, Snapshot
    from veltrix.sources.source import SecretPaths, SecretTuple

    Unmatched = Literal["add", "ignore", "error"]
    Names = Mapping[str, str | Path]


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
    such path, new lower-case keys are made. A value takes the type of the value that it overrides, and stays
    a `str` where there is none; with a schema it takes the declared type, and names are matched against
    declared keys too. `APP_L__0` overrides one item of a list. The environment is read once per load, from
    `os.environ`.

    Args:
        prefix: What the names begin with, without its `_`.
        names: A mapping from whole names to paths, for variables that others have named.
        unmatched: What becomes of a variable that matches nothing: "add" makes new keys and warns of what
            looks like a slip, "ignore" leaves it out, "error" refuses it.
        name: The name of the layer, if not `env:PREFIX`.
        allow_empty: Whether an empty variable counts; else it is as good as unset.
        secret: True for everything in it, or a path or paths that are secret.

    Raises:
        TypeError: Neither a prefix nor names are given, or one is of a wrong type.
        ValueError: The prefix is empty or ends with `_`, or `unmatched` is none of the three.
        PathError: A path in `names` is malformed.

    Example:
        >>> import os
        >>> os.environ["SHOP_PORT"] = "9090"
        >>> veltrix.load({"port": 80}, veltrix.Env("SHOP"))["port"]
        9090
    """

    __slots__ = ("_names", "_secret", "allow_empty", "prefix", "unmatched")

    reads_lower = True
    prefix: str | None
    allow_empty: bool
    unmatched: Unmatched
    _names: dict[str, Path]
    _secret: bool | SecretTuple

    def __init__(
        self,
        prefix: str | None = None,
        *,
        names: Names | None = None,
        unmatched: Unmatched = "add",
        name: str | None = None,
        allow_empty: bool = False,
        secret: SecretPaths = False,
    ) -> None:
        if prefix is None and not names:
            raise TypeError("an Env has a prefix, or names")
        if prefix is not None:
            checked_prefix(prefix)
        self._keep(
            name=source_name(name, "env" if prefix is None else f"env:{prefix}"),
            prefix=prefix,
            allow_empty=allow_empty,
            unmatched=checked_choice(unmatched),
            _names=checked_names(names),
            _secret=secret_paths(secret),
        )

    def _fetch(self, previous: Fetched | None, left_out: list[str]) -> Fetched:
        begin = self._begin()
        names = sorted(
            name
            for name in os.environ
            if name in self._names or (self.prefix is not None and name.startswith(begin))
        )
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
        rules = Rules(self._begin(), self._names, self.unmatched, self.allow_empty)
        assignments = assigned(variables, rules, assembly, left_out)
        return assembly.layer(assignments, self._secret)

    def _begin(self) -> str:
        """What the names of its variables begin with."""
        begin = "" if self.prefix is None else f"{self.prefix}_"
        return begin.upper() if UPPER_CASE_VARIABLES else begin


class Rules:
    """What a source says of its variables."""

    __slots__ = ("allow_empty", "begin", "names", "unmatched")

    def __init__(self, begin: str, names: dict[str, Path], unmatched: Unmatched, allow_empty: bool) -> None:
        self.begin = begin
        self.names = names
        self.unmatched = unmatched
        self.allow_empty = allow_empty


def assigned(
    variables: Iterable[Variable], rules: Rules, assembly: Assembly, left_out: list[str]
) -> list[Assignment]:
    """What variables assign; what is wrong goes to the assembly.

    What is left out, without being wrong, is listed in `left_out`.
    """
    matcher = Matcher(assembly.lower)
    assignments = []
    kept = [one for one in variables if one.text or rules.allow_empty]
    begin = len(rules.begin)
    strangers: list[tuple[Assignment, str]] = []
    for variable in kept:
        label = f"variable {variable.name}"
        if variable.origin.file is not None:
            label = f"{label} in {variable.origin}"
        if not (encodable(variable.name) and encodable(variable.text)):
            assembly.refuse(label, variable.origin, "not UTF-8")
            continue
        path = rules.names.get(variable.name)
        rest = variable.name[begin:]
        if path is None:
            try:
                path = matcher.match(rest)
            except EmptySegmentError as problem:
                left_out.append(f"{label} is ignored: it {problem.reason}")
            except UnmatchedError as problem:
                assembly.problems.append(problem.about(label, variable.origin))
        if path is None:
            continue
        assignment = Assignment(label, path, variable.origin, variable.text)
        assignments.append(assignment)
        if variable.name not in rules.names and not matcher.is_known(path):
            strangers.append((assignment, rest))
    if strangers:
        from veltrix.sources.unmatched import without_strangers

        texts = {one.name[begin:]: one.text for one in kept if one.name not in rules.names}
        return without_strangers(assignments, strangers, texts, rules.unmatched, matcher, assembly, left_out)
    return assignments


def checked_choice(unmatched: Unmatched) -> Unmatched:
    """Refuse what is none of the choices."""
    if unmatched not in ("add", "ignore", "error"):
        raise ValueError(f"unmatched is 'add', 'ignore' or 'error', not {unmatched!r}")
    return unmatched


def checked_names(names: Names | None) -> dict[str, Path]:
    """The paths that whole names mean; raises `PathError`, and `TypeError` for what is no mapping of such."""
    if names is None:
        return {}
    if not isinstance(names, Mapping):
        raise TypeError(f"names are a mapping, not {type(names).__name__}")
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"the name of a variable is a str, not {type(name).__name__}")
    return {name: parse_path(path) for name, path in names.items()}


def checked_prefix(prefix: str) -> None:
    """Refuse a prefix that could not be meant."""
    if not isinstance(prefix, str):
        raise TypeError(f"a prefix is a str, not {type(prefix).__name__}")
    if not prefix:
        raise ValueError("an empty prefix would take the whole environment")
    if prefix.endswith("_") or "=" in prefix or "\0" in prefix:
        raise ValueError(f"a prefix is written without its `_`, as 'APP' for APP_PORT, not {prefix!r}")
    carried(prefix, "a prefix")
