"""Every error of Veltrix: one tree, one place for every text, used by both implementations.

Each class takes plain positional arguments, keeps them as attributes and makes its text from them, so
that an error pickles, compares, and says the same whoever raises it. No text holds a value: a value may
be a secret.
"""

from __future__ import annotations

from itertools import islice

from veltrix._limits import LONGEST_SIBLING, MAX_DEPTH, SIBLINGS
from veltrix._text import place_in_file, printable, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Self

    from veltrix.types import Origin

    _Facts = tuple[str, str, str | int, Iterable[str], int | None]

_SHOWN_PROBLEMS = 20
_ARGUMENTS: Any = BaseException.args
"""The arguments that an exception keeps, whatever its class says of them."""

ADVICE = {
    "allow-empty": "say allow_empty=True if that is meant",
    "binary": "say binary= if that is meant",
    "conflicts": 'say replace() or conflicts="replace" if that is meant',
    "format": "name it .toml, .json, .yaml or .env, or say format=",
}
"""What a program can do about a problem, by the `advice` of the error."""


class ConfigError(Exception):
    """The root of the tree; itself it is a collection of problems."""

    code = "config"
    advice: str | None = None
    """The key of `ADVICE` for what can be done about it."""
    _problems: tuple[ConfigError, ...] | None = None

    def __init__(self, problems: Iterable[ConfigError] = ()) -> None:
        self._problems = tuple(single for problem in problems for single in problem.problems)
        super().__init__(self._problems)

    @property
    def problems(self) -> tuple[ConfigError, ...]:
        """All single problems; for a single one, itself."""
        return (self,) if self._problems is None else self._problems

    def __str__(self) -> str:
        return self._listed(str)

    def worded(self, advice: Mapping[str, str]) -> str:
        """The text with other words for what can be done: those of a command line, by the same keys."""
        return str(self) if self._problems is None else self._listed(lambda problem: problem.worded(advice))

    def _listed(self, text: Callable[[ConfigError], str]) -> str:
        if len(self.problems) == 1:
            return text(self.problems[0])
        lines = [f"{len(self.problems)} problems"]
        lines += [f"  {text(problem)}" for problem in self.problems[:_SHOWN_PROBLEMS]]
        if len(self.problems) > _SHOWN_PROBLEMS:
            lines.append(f"  and {len(self.problems) - _SHOWN_PROBLEMS} more")
        return "\n".join(lines)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return self._arguments() == other._arguments()

    def __hash__(self) -> int:
        return hash((type(self), str(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        notes = getattr(self, "__notes__", None)
        state = (type(self), self._arguments())
        return state if notes is None else (*state, {"__notes__": notes})

    def _arguments(self) -> tuple[Any, ...]:
        return self.args


class ConfigWarning(UserWarning):
    """Something in a configuration that is left out, or unsafe, and yet no reason to refuse it."""


class _DocumentError(ConfigError):
    """Something wrong at a position in a text, or at a path in Python data."""

    def __init__(
        self,
        reason: str,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        path: str | None = None,
    ) -> None:
        self.reason = reason
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        Exception.__init__(self, reason, file, line, column, path)

    def in_file(self, file: str | None) -> Self:
        """The same error with the name of the file."""
        return type(self)(self.reason, file, self.line, self.column, self.path)

    def __str__(self) -> str:
        text = self.reason if self.path is None else f"{self.reason} at {printable(self.path)}"
        position = self._position()
        return f"{position}: {text}" if position else text

    def _position(self) -> str:
        if self.file is not None:
            return place_in_file(self.file, self.line, self.column)
        if self.line is None:
            return ""
        return f"line {self.line}" if self.column is None else f"line {self.line}, column {self.column}"


class ParseError(_DocumentError, ValueError):
    """A document, or text in Python data, that cannot be understood."""

    code = "parse"


class LimitError(_DocumentError):
    """Input beyond a limit: levels, bytes, digits, expansions."""

    code = "limit"

    @classmethod
    def too_deep(cls, path: str) -> LimitError:
        """For the first path of too many segments."""
        return cls(f"deeper than {MAX_DEPTH} levels", path=path)


class _AdvisedError(ConfigError):
    """A single problem about which something can perhaps be done."""

    def __str__(self) -> str:
        return self.worded(ADVICE)

    def worded(self, advice: Mapping[str, str]) -> str:
        """The text, and what can be done, in the words for it."""
        hint = None if self.advice is None else advice.get(self.advice)
        return self._text() if hint is None else f"{self._text()}; {hint}"

    def _text(self) -> str:
        raise NotImplementedError


class ConflictError(_AdvisedError):
    """Two definitions of one path that cannot stand together."""

    code = "conflict"
    advice = "conflicts"

    def __init__(self, path: str, upper_type: str, upper: Origin, lower_type: str, lower: Origin) -> None:
        self.path = path
        self.upper_type = upper_type
        self.upper = upper
        self.lower_type = lower_type
        self.lower = lower
        Exception.__init__(self, path, upper_type, upper, lower_type, lower)

    def _text(self) -> str:
        upper, lower = f"{self.upper_type} in {self.upper}", f"{self.lower_type} in {self.lower}"
        return f"{printable(self.path)}: {upper} over {lower}"


class MissingKeyError(ConfigError, KeyError):
    """A path where nothing stands.

    `prefix` is the longest part of `path` where something does ("" for the top level), `key` the segment
    that is missing there, `siblings` the keys that are not, and `items`, where a list stands there, how many
    it has. Both kernels hand over names, never the mapping: the error would hold its values. The native one
    hands over a function that finds all of them, since most of these errors are caught and never shown.
    """

    code = "missing-key"
    _facts: _Facts | None = None
    _kept: tuple[str, ...] | None = None
    _nearest: tuple[str | None] | None = None

    def __init__(
        self,
        path: str,
        prefix: str,
        key: str | int,
        siblings: Iterable[str] = (),
        items: int | None = None,
    ) -> None:
        self._facts = (path, prefix, key, siblings, items)
        Exception.__init__(self, path, prefix, key)

    def _found(self) -> _Facts:
        """Path, prefix, key, siblings and items, found out now if they were not yet."""
        if self._facts is None:
            (find,) = _ARGUMENTS.__get__(self)
            self._facts = find()
            _ARGUMENTS.__set__(self, self._facts[:3])
        return self._facts

    @property
    def path(self) -> str:
        """The whole path."""
        return self._found()[0]

    @property
    def prefix(self) -> str:
        """The longest part of it where something stands."""
        return self._found()[1]

    @property
    def key(self) -> str | int:
        """The segment that is missing there."""
        return self._found()[2]

    @property
    def siblings(self) -> tuple[str, ...]:
        """Of the first 1,000 keys beside the missing one those of at most 300 characters."""
        if self._kept is None:
            self._kept = beside(self._found()[3])
            self._facts = (*self._found()[:3], self._kept, self.items)
        return self._kept

    @property
    def items(self) -> int | None:
        """How many items the list has that stands there."""
        return self._found()[4]

    @property
    def args(self) -> tuple[Any, ...]:
        """Path, prefix and key."""
        self._found()
        arguments: tuple[Any, ...] = _ARGUMENTS.__get__(self)
        return arguments

    @args.setter
    def args(self, arguments: tuple[Any, ...]) -> None:
        self._found()
        _ARGUMENTS.__set__(self, arguments)

    def __repr__(self) -> str:
        self._found()
        return Exception.__repr__(self)

    @property
    def nearest(self) -> str | None:
        """The sibling that the key was perhaps meant to be."""
        if self._nearest is None:
            from veltrix._nearest import begun, nearest

            found = None
            if isinstance(self.key, str):
                rest = self.path[len(self.prefix) :].removeprefix(".")
                found = begun(rest, self.siblings) or nearest(self.key, self.siblings)
            self._nearest = (found,)
        return self._nearest[0]

    def __str__(self) -> str:
        where = f"in {quoted(self.prefix)}" if self.prefix else "at the top level"
        if isinstance(self.key, int):
            return f"no item {self.key} {where}"
        meant = self._meant(self.key)
        hint = "" if meant is None else f" (did you mean {quoted(meant)}?)"
        return f"no key {quoted(self.key)} {where}{hint}"

    def _meant(self, key: str) -> str | None:
        """A name, or a path where the missing one lacks quotes or brackets."""
        if self.items is not None:
            is_index = len(key) < 19 and key.isascii() and key.isdecimal() and key == str(int(key))
            return f"{self.prefix}[{key}]" if is_index and int(key) < self.items else None
        nearest = self.nearest
        if nearest is not None and "." in nearest and "." not in key and not {*'"\\'} & {*nearest}:
            return f'{self.prefix}."{nearest}"'.removeprefix(".")
        return nearest

    def _arguments(self) -> tuple[Any, ...]:
        return (self.path, self.prefix, self.key, self.siblings, self.items)


def beside(names: Iterable[str]) -> tuple[str, ...]:
    """What the error of a missing name keeps of the others."""
    return tuple(str(name) for name in islice(iter(names), SIBLINGS) if len(name) <= LONGEST_SIBLING)


class PathError(ConfigError, ValueError):
    """A malformed path; `column` is 1-based and `None` for a tuple."""

    code = "path"

    def __init__(self, text: str | tuple[str | int, ...], column: int | None, reason: str) -> None:
        self.text = text
        self.column = column
        self.reason = reason
        Exception.__init__(self, text, column, reason)

    def __str__(self) -> str:
        column = "" if self.column is None else f", column {self.column}"
        return f"path {printable(repr(self.text))}{column}: {self.reason}"


class SourceError(_AdvisedError):
    """A source that cannot give its layer: a file, a variable, a directory, a store."""

    code = "source"

    def __init__(
        self,
        reason: str,
        source: str | None = None,
        file: str | None = None,
        path: str | None = None,
        advice: str | None = None,
    ) -> None:
        self.reason = reason
        self.source = source
        self.file = file
        self.path = path
        self.advice = advice
        Exception.__init__(self, reason, source, file, path, advice)

    def _text(self) -> str:
        places = [printable(place) for place in (self.source, self.file, self.path) if place is not None]
        return ": ".join([*places, self.reason])


class ValidationError(ConfigError):
    """A value that is well-formed but not allowed, or one that is missing.

    `code` is "validation", "unknown-key" for a key that no field takes, or "required" for a key that a
    section lacks; the origin is then that of the section.
    """

    code = "validation"

    def __init__(
        self,
        reason: str,
        path: str | None = None,
        origin: Origin | None = None,
        code: str = "validation",
    ) -> None:
        self.reason = reason
        self.path = path
        self.origin = origin
        self.code = code
        Exception.__init__(self, reason, path, origin, *(() if code == "validation" else (code,)))

    def __str__(self) -> str:
        text = self.reason if self.path is None else f"{printable(self.path)}: {self.reason}"
        return text if self.origin is None else f"{text} ({self.origin})"


class RefusedError(ConfigError):
    """A candidate that a guard, a key, a validator or a subscriber refused: `by` says which, `reason` why."""

    code = "refused"

    def __init__(self, reason: str, by: str) -> None:
        self.reason = reason
        self.by = by
        Exception.__init__(self, reason, by)

    def __str__(self) -> str:
        return f"refused by {self.by}: {printable(self.reason)}"


class InternalError(ConfigError):
    """A defect of Veltrix itself; `place` says where in its source."""

    code = "internal"

    def __init__(self, place: str) -> None:
        self.place = place
        Exception.__init__(self, place)

    def __str__(self) -> str:
        return f"a defect of veltrix at {printable(self.place)}: nothing was changed; please report it"
