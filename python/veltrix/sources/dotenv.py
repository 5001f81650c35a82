"""A `.env` file, whose variables mean paths as those of the environment do."""

from __future__ import annotations

import os

from veltrix.sources._kernel import Layer, resolve
from veltrix.sources.assignments import Assembly
from veltrix.sources.environment import (
    Rules,
    Variable,
    assigned,
    checked_choice,
    checked_names,
    checked_prefix,
)
from veltrix.sources.file import File, parse_document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from veltrix.sources._kernel import Path, Snapshot
    from veltrix.sources.environment import Names, Unmatched
    from veltrix.sources.source import SecretPaths


class DotEnv(File):
    """A file of `NAME=value` lines, whose names and values mean what `Env` makes of them.

    The file is read as `File` reads one. Each name may stand once.

    Args:
        path: The path of the file.
        prefix: What the names begin with that count; without it all do.
        names: A mapping from whole names to paths, as for `Env`.
        unmatched: What becomes of a variable that matches nothing, as for `Env`.
        name: The name of the layer, if not the path.
        optional: Whether the file may be absent.
        allow_empty: Whether the file, or a value in it, may be empty.
        secret: True for everything in it, or a path or paths that are secret.

    Raises:
        TypeError: The path is no path, or another argument is of a wrong type.
        ValueError: The prefix is empty or ends with `_`, or `unmatched` is none of the three.
        PathError: A path in `names` is malformed.

    Example:
        >>> veltrix.load({"port": 80}, veltrix.DotEnv(optional=True))["port"]
        80
    """

    __slots__ = ("_names", "prefix", "unmatched")

    reads_lower = True
    prefix: str | None
    unmatched: Unmatched
    _names: dict[str, Path]

    def __init__(
        self,
        path: str | os.PathLike[str] = ".env",
        *,
        prefix: str | None = None,
        names: Names | None = None,
        unmatched: Unmatched = "add",
        name: str | None = None,
        optional: bool = False,
        allow_empty: bool = False,
        secret: SecretPaths = False,
    ) -> None:
        if prefix is not None:
            checked_prefix(prefix)
        super().__init__(path, "env", name=name, optional=optional, allow_empty=allow_empty, secret=secret)
        self._keep(prefix=prefix, unmatched=checked_choice(unmatched), _names=checked_names(names))

    def _parse(self, payload: bytes | None, lower: Snapshot | None, left_out: list[str]) -> Layer | None:
        if payload is None:
            return None
        begin = "" if self.prefix is None else f"{self.prefix}_"
        document = resolve([parse_document(self, payload, "env")])
        variables = []
        for variable, text in document.items():
            if variable.startswith(begin) or variable in self._names:
                origin = document.explain((str(variable),)).origin
                assert origin is not None
                variables.append(Variable(str(variable), text, origin._replace(variable=str(variable))))
        assembly = Assembly(self.name, "file", lower)
        rules = Rules(begin, self._names, self.unmatched, self.allow_empty)
        assignments = assigned(variables, rules, assembly, left_out)
        return assembly.layer(assignments, self._secret)
