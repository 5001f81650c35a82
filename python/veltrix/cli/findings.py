"""What `check` has found, in one form for every kind of problem: what is wrong, and where."""

from __future__ import annotations

from veltrix.cli.advice import ADVICE
from veltrix.errors import ConflictError, LimitError, ParseError, SourceError, ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from veltrix.errors import ConfigError
    from veltrix.types import Origin


class Finding:
    """One problem. What is not known of its place is None; no text holds a value."""

    __slots__ = ("code", "column", "file", "layer", "line", "message", "path", "variable")

    def __init__(
        self,
        code: str,
        message: str,
        path: str | None = None,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        variable: str | None = None,
        layer: str | None = None,
    ) -> None:
        self.code = code
        self.message = message
        self.path = path
        self.file = file
        self.line = line
        self.column = column
        self.variable = variable
        self.layer = layer

    @property
    def place(self) -> str:
        """Where it is: `app.toml:3:1`, as editors and terminals take it, or else a variable or a layer."""
        if self.file is not None:
            return ":".join(str(one) for one in (self.file, self.line, self.column) if one is not None)
        if self.variable is not None:
            return self.variable
        return self.layer or ""

    @property
    def subject(self) -> str | None:
        """What it is about, where its place does not say so: a path, or a variable of a file."""
        if self.path is None and self.file is not None:
            return self.variable
        return self.path


def findings(problems: Iterable[ConfigError]) -> list[Finding]:
    """The findings, those of a file together and in the order of its lines."""
    found = [_finding(one) for one in problems]
    order: dict[str | None, int] = {}
    for one in found:
        order.setdefault(one.file, len(order))
    return sorted(found, key=lambda one: (order[one.file], one.line or 0, one.column or 0))


def _finding(problem: ConfigError) -> Finding:
    """A single problem of a load as a finding."""
    if isinstance(problem, ValidationError):
        return _at(problem.code, problem.reason, problem.path, problem.origin)
    if isinstance(problem, ConflictError):
        upper, lower = problem.upper, problem.lower
        reason = f"{problem.upper_type} over the {problem.lower_type} in {lower}; {ADVICE['conflicts']}"
        return _at(problem.code, reason, problem.path, upper)
    if isinstance(problem, (ParseError, LimitError)):
        place = (problem.file, problem.line, problem.column)
        return Finding(problem.code, problem.reason, problem.path, *place)
    if isinstance(problem, SourceError):
        hint = ADVICE.get(problem.advice or "")
        reason = problem.reason if hint is None else f"{problem.reason}; {hint}"
        if problem.origin is not None:
            return _at(problem.code, reason, problem.path, problem.origin)
        return Finding(problem.code, reason, problem.path, problem.file, layer=problem.source)
    return Finding(problem.code, problem.worded(ADVICE))


def _at(code: str, message: str, path: str | None, origin: Origin | None) -> Finding:
    if origin is None:
        return Finding(code, message, path)
    place = (origin.file, origin.line, origin.column)
    return Finding(code, message, path, *place, origin.variable, origin.layer)
