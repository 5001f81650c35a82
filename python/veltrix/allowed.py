"""What outsiders may override: paths, and what each of them takes.

Allowed({"chat.enabled": bool})  ──►  {"chat.enabled": rule}
override(values, allowed=…)      ──►  each path has a rule, each value passes it, and all of it is small
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from veltrix import _pickle
from veltrix.annotated import constraints_in, meets, words_of
from veltrix.errors import LimitError, PathError, ValidationError
from veltrix.operators import Operator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    Path = str | tuple[str | int, ...]
    ByPath = Mapping[str, Any] | Mapping[tuple[Any, ...], Any] | Mapping[Path, Any]
    Check = Callable[[Any], bool]

_EXACT: Final = (NoneType, bool, int, float, str, bytes, list, tuple, dict)
_PLAIN: Final = (bool, int, str, bytes)
_LEAST: Final = 8
"""The bytes that are counted of anything that has fewer."""


class _Rule:
    """What one path takes: values that pass `check`; or whatever `convert` gives."""

    __slots__ = ("check", "convert", "kind", "path", "size", "words")

    def __init__(self, path: str, given: Any) -> None:
        self.path = path
        self.size = _size(path)
        self.kind: Any = given if any(given is kind for kind in _PLAIN) else None
        """The exact type of all values that pass, where that says it all."""
        self.convert: Callable[[Any], Any] | None = None
        self.check: Check = _never
        if _is_converter(given):
            self.convert = given
            self.words = f"what {_name(given)} takes"
            return
        try:
            self.words, self.check = _compiled(given)
        except TypeError as error:
            raise TypeError(f"{path}: {error}") from None

    def passed(self, value: Any) -> Any:
        """The value that counts, if this one may be given."""
        odd = next(filter(None, map(_oddity, _all_in(value))), None)
        if odd is None:
            if self.convert is None:
                if self.check(value):
                    return value
            else:
                try:
                    return self.convert(value)
                except Exception:  # noqa: BLE001  (what it says may hold the value, and is left behind)
                    pass
        is_of_its_type = self.kind is None and odd is None
        other = "" if is_of_its_type else f", not {odd or type(value).__name__}"
        raise ValidationError(f"expected {self.words}{other}", self.path)


class Allowed:
    """The paths that outsiders may override, and what each of them takes.

    A path that is not listed is refused, and so is a value that its path does not take.

    Args:
        paths: A mapping from a path to a type, a `Literal`, a union, an `Annotated` type with constraints,
            or a callable that returns the value or raises.
        max_overrides: How many overrides one call may have.
        max_bytes: How large all of them may be: each path, value, item of a list and key of a mapping counts
            its bytes, texts in UTF-8, and at least 8.

    Raises:
        TypeError: No value can be checked against what a path is said to take.
        PathError: A path is malformed, or leads into a list.
        ValueError: A path is listed twice, or a number is out of its range.

    Example:
        >>> flags = veltrix.Allowed({"server.port": int})
        >>> config.snapshot.override({"server.port": 9090}, allowed=flags)["server.port"]
        9090
        >>> config.snapshot.override({"server.host": "evil"}, allowed=flags)
        Traceback (most recent call last):
        veltrix.errors.ValidationError: server.host: not open to overrides
    """

    __slots__ = ("_max_bytes", "_max_overrides", "_rules")

    def __init__(self, paths: ByPath, *, max_overrides: int = 32, max_bytes: int = 4096) -> None:
        if not isinstance(paths, Mapping):
            raise TypeError(f"allowed paths are a mapping, not {type(paths).__name__}")
        self._max_overrides = _bound("max_overrides", max_overrides)
        self._max_bytes = _bound("max_bytes", max_bytes)
        self._rules: dict[Path, _Rule] = {}
        for path, given in paths.items():
            segments = _pickle.kernel.parse_path(path)
            text = _pickle.kernel.format_path(segments)
            if any(isinstance(segment, int) for segment in segments):
                raise PathError(text, None, "a list's item cannot be set alone; give the whole list")
            if segments in self._rules:
                raise ValueError(f"{text}: allowed twice")
            self._rules[text] = self._rules[segments] = _Rule(text, given)

    def __repr__(self) -> str:
        return f"<veltrix.Allowed {len(self._rules) // 2} paths>"

    def _checked(self, pairs: Iterable[tuple[Path, Any]]) -> list[tuple[Path, Any]]:
        """The overrides as they may be made; the first that may not is an error that names its path."""
        checked: list[tuple[Path, Any]] = []
        rules, left = self._rules, self._max_bytes
        for path, value in pairs:
            if len(checked) == self._max_overrides:
                raise LimitError(f"more than {self._max_overrides} overrides")
            rule = rules.get(path) if type(path) is str else None
            if rule is None:
                if isinstance(path, str) and str.__len__(path) > left:  # nobody parses what is too long
                    raise LimitError(f"overrides of more than {self._max_bytes} bytes")
                rule = self._rule_of(path)
            left -= rule.size
            kind = type(value)
            if kind is str and value.isascii():
                left -= _LEAST
                if len(value) > _LEAST:
                    left -= len(value) - _LEAST
            elif kind is bool or kind is float or value is None:
                left -= _LEAST
            else:
                left = _left(value, left)
            if left < 0:
                raise LimitError(f"overrides of more than {self._max_bytes} bytes", path=rule.path)
            checked.append((rule.path, value if kind is rule.kind else rule.passed(value)))
        return checked

    def _rule_of(self, path: Path) -> _Rule:
        """The rule of a path in any spelling."""
        segments = _pickle.kernel.parse_path(path)
        if segments not in self._rules:
            raise ValidationError("not open to overrides", _pickle.kernel.format_path(segments))
        return self._rules[segments]


def _bound(name: str, number: int) -> int:
    if type(number) is not int:
        raise TypeError(f"{name} is an int, not {type(number).__name__}")
    if number < 0:
        raise ValueError(f"{name} is at least 0")
    return number


def _all_in(value: Any) -> Iterator[Any]:
    """A value, and all items, keys and values that stand in it; without end where it holds itself."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, list | tuple):
            waiting += one
        elif isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]


def _oddity(value: Any) -> str | None:
    """What nobody may give from outside, whatever a path takes."""
    if isinstance(value, Operator):
        return "an operator"
    if isinstance(value, Mapping) and not all(isinstance(key, str) for key in value):
        return "a mapping with a key that is no str"
    return None


def _left(value: Any, left: int) -> int:
    """How many bytes are left after a value; a number below 0 if they do not suffice."""
    for one in _all_in(value):
        left -= _size(one)
        if left < 0:
            break
    return left


def _size(value: Any) -> int:
    """The bytes that count of a value, without those of what stands in it."""
    kind = type(value)
    size = 0
    if kind is str:
        size = len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))
    elif kind is int:
        size = (value.bit_length() + 7) // 8
    elif kind is bytes:
        size = len(value)
    return max(_LEAST, size)


def _never(value: object) -> bool:
    return False


def _name(given: Any) -> str:
    return str(getattr(given, "__name__", type(given).__name__))


def _is_converter(given: Any) -> bool:
    """Whether it is a callable, and not one of the forms of a type that can be called as well."""
    is_form = isinstance(given, type) or given is Any or get_origin(given) is not None
    return callable(given) and not is_form and not hasattr(given, "__supertype__")


def _compiled(form: Any) -> tuple[str, Check]:
    """Words for what a type takes, and whether it takes a value."""
    form = getattr(form, "__supertype__", getattr(form, "__value__", form))
    if form is None or form is Any:
        form = NoneType if form is None else object
    origin, arguments = get_origin(form), get_args(form)
    if origin is None and isinstance(form, type):
        return _of_class(form)
    if origin is Literal:
        return " or ".join(map(repr, arguments)), _one_of([(type(one), one) for one in arguments])
    if origin is Union or origin is UnionType:
        choices = [_compiled(one) for one in arguments]
        checks = [check for _, check in choices]
        return " or ".join(words for words, _ in choices), lambda value: any(check(value) for check in checks)
    if origin is Annotated:
        return _constrained(*_compiled(arguments[0]), arguments[1:])
    if origin is list or (origin is tuple and arguments[1:] == (...,)):
        words, item = _compiled(arguments[0])
        kinds = (list, tuple)
        return f"list of {words}", lambda value: type(value) in kinds and all(map(item, value))
    if origin is dict and arguments[0] is str:
        words, item = _compiled(arguments[1])
        return (
            f"mapping of {words}",
            lambda value: (
                type(value) is dict
                and all(type(key) is str for key in value)
                and all(map(item, value.values()))
            ),
        )
    raise TypeError(f"no value can be checked against {form!r}; a callable can check anything")


def _of_class(form: type) -> tuple[str, Check]:
    if form is float:
        return "float", lambda value: type(value) is float or type(value) is int
    if form is list or form is tuple:
        return "list", lambda value: type(value) is list or type(value) is tuple
    words = "null" if form is NoneType else form.__name__
    if form in _EXACT:
        return words, lambda value: type(value) is form
    return words, lambda value: isinstance(value, form)


def _one_of(choices: list[tuple[type, Any]]) -> Check:
    return lambda value: any(type(value) is kind and value == one for kind, one in choices)


def _constrained(words: str, check: Check, metadata: Iterable[Any]) -> tuple[str, Check]:
    found = [bound for one in metadata for bound in _known(one)]

    def passes(value: Any) -> bool:
        try:
            return check(value) and meets(value, found)
        except Exception:  # noqa: BLE001  (what cannot be compared does not pass)
            return False

    said = words_of(found)
    return f"{words} with {said}" if said else words, passes


def _known(one: Any) -> list[tuple[str, Any]]:
    """The constraints that a piece of metadata has, which has some if it is no text."""
    known = constraints_in(one)
    if not known and not isinstance(one, str):
        raise TypeError(
            f"no value can be checked against the constraint {_name(one)}; a callable can check anything"
        )
    return known
