"""Assignments from a command line: `server.port=8080`."""

from __future__ import annotations

from veltrix._limits import MAX_DEPTH
from veltrix.errors import ConfigError, LimitError, SourceError
from veltrix.sources._kernel import Layer, format_path, parse_path
from veltrix.sources.assignments import Assembly, Assignment
from veltrix.sources.coercion import parse_json
from veltrix.sources.source import Fetched, Recipe, secret_paths, source_name
from veltrix.types import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from veltrix.sources._kernel import Path, Snapshot
    from veltrix.sources.source import SecretPaths, SecretTuple


class Arguments(Recipe):
    """What a command line sets.

    `path=text` gives the text the type of the value that it overrides, as for a variable; where there is no
    value, it stays a `str`. `path:=json` gives the value of the JSON text. The last assignment to a path
    counts.

    Args:
        assignments: The texts; a path is written as for a snapshot, `servers[0].host` within a list.
        name: The name of the layer, if not "arguments".
        secret: True for everything in it, or a path or paths that are secret.

    Raises:
        TypeError: An assignment is no `str`.

    Example:
        >>> veltrix.load({"port": 80}, veltrix.Arguments(["port=9090", "tags:=[1, 2]"])).to_dict()
        {'port': 9090, 'tags': [1, 2]}
    """

    __slots__ = ("_assignments", "_secret")

    reads_lower = True
    _assignments: tuple[str, ...]
    _secret: bool | SecretTuple

    def __init__(
        self, assignments: Iterable[str], *, name: str | None = None, secret: SecretPaths = False
    ) -> None:
        kept = (assignments,) if isinstance(assignments, str) else tuple(assignments)
        for assignment in kept:
            if not isinstance(assignment, str):
                raise TypeError(f"an assignment is a str, not {type(assignment).__name__}")
        self._keep(name=source_name(name, "arguments"), _assignments=kept, _secret=secret_paths(secret))

    def _fetch(self, previous: Fetched | None, left_out: list[str]) -> Fetched:
        return previous or Fetched(None, self._assignments)

    def _parse(self, payload: tuple[str, ...], lower: Snapshot | None, left_out: list[str]) -> Layer:
        assembly = Assembly(self.name, "argument", lower)
        last: dict[Path, Assignment] = {}
        for number, assignment in enumerate(payload, 1):
            try:
                written, path, is_json, text = parse_assignment(assignment, number)
            except ConfigError as error:
                assembly.problems.append(error.with_traceback(None))
                continue
            label, origin = f"assignment to {written}", Origin(self.name, "argument")
            last[path] = Assignment(label, path, origin, text, _json if is_json else None)
        return assembly.layer(last.values(), self._secret)


def parse_assignment(assignment: str, number: int) -> tuple[str, Path, bool, str]:
    """The path as it is written and parsed, whether JSON follows, and the text; raises `ConfigError`."""
    split = _split(assignment)
    if split is None:
        raise SourceError("expected path=value or path:=json", f"assignment {number}")
    written, is_json, text = split
    path = parse_path(written)
    if len(path) > MAX_DEPTH:
        raise LimitError.too_deep(format_path(path[: MAX_DEPTH + 1])).in_file(f"assignment {number}")
    return written, path, is_json, text


def _split(assignment: str) -> tuple[str, bool, str] | None:
    """Path, whether JSON follows, and text, parted at the first `=` outside quotes."""
    quoted = escaped = False
    for position, char in enumerate(assignment):
        if escaped:
            escaped = False
        elif quoted and char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == "=" and not quoted:
            path, text = assignment[:position], assignment[position + 1 :]
            return (path[:-1], True, text) if path.endswith(":") else (path, False, text)
    return None


def _json(text: str) -> object:
    return parse_json(text, "JSON after :=")
