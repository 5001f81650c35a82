"""Every error of Veltrix: one tree, one place for every text, used by both implementations.

Each class takes plain positional arguments, keeps them as attributes and makes its text from them, so that an
error pickles, compares, and says the same whoever raises it. No text holds a value: it may be a secret.
"""

from __future__ import annotations

from veltrix._limits import MAX_DEPTH
from veltrix._text import FOR_PROGRAMS, beside, listed, position_in, printable, writable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Self

    from veltrix.types import Origin

    _Facts = tuple[str, str, str | int, Iterable[str], int | None]

ADVICE = FOR_PROGRAMS
_ARGUMENTS: Any = BaseException.args
"""The arguments that an exception keeps, whatever its class says of them."""


class ConfigError(Exception):
    """The base of all errors; raised itself, it is a collection of `problems`.

    `load`, `Config` and `bind` raise it with every problem that they found. `problems` holds these in order,
    and that of a single error is itself. `code` is a word for programs, `advice` a key of `ADVICE`, or None.

    Example:
        >>> try:
        ...     veltrix.load("absent.toml", {"port": 80})
        ... except veltrix.ConfigError as error:
        ...     print([(problem.code, problem.file) for problem in error.problems])
        [('source', 'absent.toml')]
    """

    code = "config"
    advice: str | None = None
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
        return listed(map(text, self.problems), len(self.problems))

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
    """Something in a configuration is left out, or unsafe, and is no reason to refuse it.

    Example:
        >>> warnings.simplefilter("ignore", veltrix.ConfigWarning)
        >>> config = veltrix.load({"port": 80}, secret="password")  # nothing is there
    """


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
        self.reason, self.path, self.file, self.line, self.column = reason, path, file, line, column
        Exception.__init__(self, reason, file, line, column, path)

    def in_file(self, file: str | None) -> Self:
        """The same error with the name of the file."""
        return type(self)(self.reason, file, self.line, self.column, self.path)

    def __str__(self) -> str:
        text = self.reason if self.path is None else f"{self.reason} at {printable(self.path)}"
        position = position_in(self.file, self.line, self.column)
        return f"{position}: {text}" if position else text


class ParseError(_DocumentError, ValueError):
    """A document, or a text in Python data, cannot be understood; raised where a layer is made.

    `reason` says what is wrong, and `file`, `line` and `column` (from 1), or `path`, where, or are None.

    Example:
        >>> veltrix.Layer.parse("app", b"port = ", "json", file="app.json")
        Traceback (most recent call last):
        veltrix.errors.ParseError: app.json:1:1: expected a value
    """

    code = "parse"


class LimitError(_DocumentError):
    """A layer or a stack is beyond a limit: levels, bytes, digits, expansions, layers.

    `reason`, `file`, `line`, `column` and `path` are those of a `ParseError`.

    Example:
        >>> veltrix.resolve([veltrix.Layer("a", {})] * 1001)
        Traceback (most recent call last):
        veltrix.errors.LimitError: more than 1000 layers
    """

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
    """Two definitions of one `path` cannot be merged: a mapping and another value.

    Raised where layers are resolved. `upper_type` and `upper` are the type and the `Origin` of the higher
    definition, `lower_type` and `lower` those of the lower one.

    Example:
        >>> veltrix.resolve([veltrix.Layer("a", {"db": {}}), veltrix.Layer("b", {"db": "url"})])
        Traceback (most recent call last):
        veltrix.errors.ConflictError: db: str in layer 'b' over mapping in layer 'a'; say replace() or ...
    """

    code = "conflict"
    advice = "conflicts"

    def __init__(self, path: str, upper_type: str, upper: Origin, lower_type: str, lower: Origin) -> None:
        self.path = path
        self.upper_type, self.upper = upper_type, upper
        self.lower_type, self.lower = lower_type, lower
        Exception.__init__(self, path, upper_type, upper, lower_type, lower)

    def _text(self) -> str:
        upper, lower = f"{self.upper_type} in {self.upper}", f"{self.lower_type} in {self.lower}"
        return f"{printable(self.path)}: {upper} over {lower}"


class MissingKeyError(ConfigError, KeyError):
    """There is nothing at a path.

    Raised by all reading but `get`, and by `delete`. `prefix` is the longest part of `path` that exists (""
    for the top level), `key` the segment that is missing there, `siblings` the keys beside it, `items` how
    many items a list there has, else None, and `nearest` the key that was perhaps meant.

    Example:
        >>> config["server.prot"]
        Traceback (most recent call last):
        veltrix.errors.MissingKeyError: no key 'prot' in 'server' (did you mean 'port'?)
    """

    # Both kernels hand over names, never the mapping: the error would hold its values. The native one hands
    # over a function that finds all of them, since most of these errors are caught and never shown.
    code = "missing-key"
    _facts: _Facts | None = None
    _kept: tuple[str, ...] | None = None
    _nearest: tuple[str | None] | None = None

    def __init__(
        self, path: str, prefix: str, key: str | int, siblings: Iterable[str] = (), items: int | None = None
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
        """How many items the list there has; None where there is no list."""
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
            from veltrix._nearest import nearest_sibling

            self._nearest = (nearest_sibling(self.path, self.prefix, self.key, self.siblings),)
        return self._nearest[0]

    def __str__(self) -> str:
        from veltrix._nearest import missing

        return missing(self.key, self.prefix, self.items, lambda: self.nearest)

    def _arguments(self) -> tuple[Any, ...]:
        return (self.path, self.prefix, self.key, self.siblings, self.items)


class PathError(ConfigError, ValueError):
    """A path is malformed, or cannot be set; raised by whatever takes a path.

    `text` is the path, `column` where in it, from 1 and None for a tuple, `reason` what is wrong.

    Example:
        >>> config["server..port"]
        Traceback (most recent call last):
        veltrix.errors.PathError: path 'server..port', column 8: empty segment
    """

    code = "path"

    def __init__(self, text: str | tuple[str | int, ...], column: int | None, reason: str) -> None:
        self.text, self.column, self.reason = writable(text), column, reason
        Exception.__init__(self, self.text, column, reason)

    def __str__(self) -> str:
        column = "" if self.column is None else f", column {self.column}"
        return f"path {printable(repr(self.text))}{column}: {self.reason}"


class SourceError(_AdvisedError):
    """A source cannot give its layer: a file, a variable, a directory, a store.

    Loading raises it in a `ConfigError` of all problems. `reason` says what is wrong with the `source`, its
    `file` or the `path`; `advice` is a key of `ADVICE`, `origin` where a variable or secret stands, or None.

    Example:
        >>> veltrix.load("absent.toml")
        Traceback (most recent call last):
        veltrix.errors.ConfigError: absent.toml: no such file ...
    """

    code = "source"

    def __init__(
        self,
        reason: str,
        source: str | None = None,
        file: str | None = None,
        path: str | None = None,
        advice: str | None = None,
        origin: Origin | None = None,
    ) -> None:
        self.reason, self.advice, self.origin = reason, advice, origin
        self.source, self.file, self.path = source, file, path
        Exception.__init__(self, reason, source, file, path, advice, *(() if origin is None else (origin,)))

    def _text(self) -> str:
        places = [printable(place) for place in (self.source, self.file, self.path) if place is not None]
        return ": ".join([*places, self.reason])


class ValidationError(ConfigError):
    """A value does not fit what was declared, or is missing.

    Raised for an override that is not allowed; for a schema and by `bind`, in a `ConfigError`. `reason` says
    what was expected at `path`, and `origin` is the `Origin` of the value, or None. `code` is "validation",
    "unknown-key" for a key that no field takes, or "required" for one that a section lacks.

    Example:
        >>> config.bind(dict[str, int], "server")
        Traceback (most recent call last):
        veltrix.errors.ConfigError: server.host: expected int, not str (layer 'values')
    """

    code = "validation"

    def __init__(
        self, reason: str, path: str | None = None, origin: Origin | None = None, code: str = "validation"
    ) -> None:
        self.reason, self.path, self.origin, self.code = reason, path, origin, code
        Exception.__init__(self, reason, path, origin, *(() if code == "validation" else (code,)))

    def __str__(self) -> str:
        text = self.reason if self.path is None else f"{printable(self.path)}: {self.reason}"
        return text if self.origin is None else f"{text} ({self.origin})"


class RefusedError(_AdvisedError):
    """A guard, a key, a validator or a subscriber refused a change: `by` says which, `reason` why.

    Raised by what publishes, and by a `Config` as it is made. Its cause is what the callback raised;
    `advice` is a key of `ADVICE`, or None.

    Example:
        >>> veltrix.Config({"port": 80}, validate=[lambda snapshot: snapshot["host"]])
        Traceback (most recent call last):
        veltrix.errors.RefusedError: refused by ...
    """

    code = "refused"

    def __init__(self, reason: str, by: str, advice: str | None = None) -> None:
        self.reason, self.by, self.advice = reason, by, advice
        Exception.__init__(self, reason, by, *(() if advice is None else (advice,)))

    def _text(self) -> str:
        return f"refused by {self.by}: {printable(self.reason)}"


class InternalError(ConfigError):
    """A defect of Veltrix itself, which nobody's input explains; `place` says where. Nothing was changed.

    Example:
        >>> print(veltrix.errors.InternalError("snapshot.rs:1"))
        a defect of veltrix at snapshot.rs:1: nothing was changed; please report it
    """

    code = "internal"

    def __init__(self, place: str) -> None:
        self.place = place
        Exception.__init__(self, place)

    def __str__(self) -> str:
        return f"a defect of veltrix at {printable(self.place)}: nothing was changed; please report it"
