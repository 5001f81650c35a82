"""What somebody at the command line can do about a problem; a program has other ways."""

from __future__ import annotations

from veltrix.cli.text import one_line, shortened
from veltrix.errors import ConfigError
from veltrix.loading.given import SameNameError
from veltrix.sources.marks import UnmatchedMark, listed

ADVICE = {
    "acknowledge": "start the command again to take it as it is",
    "allow-empty": "leave it out if that is meant",
    "binary": "the command line reads texts only",
    "conflicts": "say --conflicts replace if that is meant",
    "format": "name it .toml, .json, .yaml or .env",
}
"""By the keys of `veltrix.errors.ADVICE`."""

_LONGEST = 200


class UnreachableError(Exception):
    """Nothing answers at a URL, or something that is no `veltrix.web`."""


class UnknownSchemaError(Exception):
    """A name that leads to no schema: what was asked for, why it failed, and where."""

    def __init__(self, name: str, reason: str, place: str) -> None:
        super().__init__(
            f"cannot use the schema {name}\n  {shortened(one_line(reason), _LONGEST)}\n  {place}"
        )


def worded(problem: ConfigError | SameNameError | UnmatchedMark) -> str:
    """The text of a problem, in the words of the command line."""
    if isinstance(problem, ConfigError):
        return problem.worded(ADVICE)
    if isinstance(problem, UnmatchedMark):
        return f"--secret names {listed(problem.paths)}, where nothing is"
    name = problem.name
    return f"two sources are named {name!r}; write one of them otherwise, as {f'./{name}'!r}"
