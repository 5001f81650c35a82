"""Handles that follow what is published: their values are found before the swap, and handed out after it."""

from __future__ import annotations

import warnings

from veltrix.errors import ConfigError, ConfigWarning, MissingKeyError, RefusedError
from veltrix.publishing.change import Place
from veltrix.sources._kernel import View
from veltrix.types import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Generic, NoReturn

    from typing_extensions import TypeVar

    from veltrix._pure import Current, Key, Snapshot
    from veltrix.publishing.change import AnyPath, Touched

    T = TypeVar("T", default=Any)

    class _Typed(Key[T], Generic[T]):
        """For type checkers, to which it is a key as any other; at run time the base is `object`."""

        @property
        def value(self) -> T: ...  # type: ignore[override]

else:
    from types import GenericAlias

    T = None
    _Typed = {T: object}

MANY = 10_000
"""With more keys than this, somebody makes them from data."""


class LiveKey(_Typed[T]):
    """A handle on one path of a live configuration, which follows what is published.

    `value` is read at the speed of an attribute, `path` is the canonical text of the path, and `generation`
    the one that the value came with. Without a default, a change that removes the path is refused, and one
    that gives it another type; with a type, one that cannot be bound as that.
    """

    __slots__ = ("_default", "_form", "_place", "generation", "path", "value")
    __module__ = "veltrix"

    path: str
    generation: int
    _default: Any
    _form: Any
    _place: Place

    if not TYPE_CHECKING:
        __class_getitem__ = classmethod(GenericAlias)

    def __init__(self, place: Place, form: Any, default: Any, snapshot: Snapshot) -> None:
        keep = object.__setattr__
        keep(self, "path", place.path)
        keep(self, "_place", place)
        keep(self, "_form", form)
        keep(self, "_default", default)
        keep(self, "value", self.read(snapshot))
        keep(self, "generation", snapshot.generation)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a LiveKey is read-only")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a LiveKey is read-only")

    def __repr__(self) -> str:
        return f"<veltrix.LiveKey {self.path!r}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle 'LiveKey' object")

    def read(self, snapshot: Snapshot) -> Any:
        """The value of a snapshot, or the default; a `MissingKeyError` where there is neither."""
        if self._form is not None:
            is_there = self._default is MISSING or self.path in snapshot
            return snapshot.bind(self._form, self.path) if is_there else self._default
        return snapshot[self.path] if self._default is MISSING else snapshot.get(self.path, self._default)

    def refusal(self, value: Any) -> str | None:
        """Why a value cannot be the next one."""
        is_open = self._default is not MISSING or self._form is not None
        if is_open or type(value) is type(self.value):
            return None
        return f"it would be {_word(value)} and is {_word(self.value)}"

    def follow(self, value: Any, generation: int) -> None:
        """Hands out another value; nobody but the pass that publishes it calls this."""
        _set_value(self, value)
        _set_generation(self, generation)

    @property
    def is_shared(self) -> bool:
        """Whether the value holds on to its whole snapshot, or stands inside of a leaf."""
        return isinstance(self.value, View) or "[" in self.path


_set_value = vars(LiveKey)["value"].__set__
_set_generation = vars(LiveKey)["generation"].__set__

Found = list[tuple[LiveKey["Any"], "Any"]]


class Keys:
    """The keys of one configuration, made once each, and kept."""

    def __init__(self, report: Callable[[str, BaseException], None]) -> None:
        self._report = report
        self._keys: dict[Any, LiveKey[Any]] = {}
        self._by_path: dict[str, list[LiveKey[Any]]] = {}

    def get(self, path: AnyPath, form: Any, default: Any, config: Current) -> LiveKey[Any]:
        """The key of this path, type and default."""
        place = Place(path)
        name = _name(place.path, form, default)
        known = self._keys.get(name)
        if known is not None:
            return known
        snapshot = config.snapshot
        made: LiveKey[Any] = LiveKey(place, form, default, snapshot)
        key = self._keys.setdefault(name, made)
        if key is made:
            self._by_path.setdefault(place.path, []).append(key)
            if len(self._keys) == MANY + 1:
                text = f"more than {MANY} keys are kept; read paths that come from data from the snapshot"
                warnings.warn(ConfigWarning(text), stacklevel=3)
            while snapshot is not config.snapshot:  # a pass that did not know the key has published it
                snapshot = config.snapshot
                self._update(key, snapshot)
        return key

    def judge(self, touched: Touched, candidate: Snapshot) -> Found:
        """The next values of the keys that a change concerns; a `ConfigError` of those that refuse theirs."""
        found: Found = []
        refused: list[ConfigError] = []
        for key in self._concerned(touched):
            try:
                value = key.read(candidate)
                reason = key.refusal(value)
            except MissingKeyError:
                reason = "it would be missing"
            except ConfigError as error:  # each of its problems names its place
                refused += error.problems
                continue
            if reason is None:
                found.append((key, value))
            else:
                refused.append(RefusedError(reason, f"key {key.path!r}"))
        if refused:
            raise refused[0] if len(refused) == 1 else ConfigError(refused)
        return found

    def follow(self, found: Found, snapshot: Snapshot) -> None:
        """Hands out the values that were found."""
        for key, value in found:
            key.follow(value, snapshot.generation)

    def catch_up(self, since: int, snapshot: Snapshot) -> None:
        """Updates the keys after the first `since`, which were made too late to be judged."""
        for key in list(self._keys.values())[since:]:
            self._update(key, snapshot)

    def refresh(self, snapshot: Snapshot) -> None:
        """Gives keys that hold on to a snapshot of the same content their values of this one."""
        for key in list(self._keys.values()):
            if key.is_shared:
                key.follow(key.read(snapshot), key.generation)

    def __len__(self) -> int:
        return len(self._keys)

    def _update(self, key: LiveKey[Any], snapshot: Snapshot) -> None:
        """Gives a key its value of what is published; one that does not fit it stays as it is."""
        try:
            key.follow(key.read(snapshot), snapshot.generation)
        except MissingKeyError:
            return
        except Exception as error:  # noqa: BLE001  (a type of the program may raise anything)
            self._report(f"key {key.path!r}", error)

    def _concerned(self, touched: Touched) -> Iterable[LiveKey[Any]]:
        keys = list(self._keys.values())
        if not keys:
            return ()
        paths = touched.paths()
        if len(paths) > len(keys):
            return keys
        found = {key: None for key in keys if key.is_shared}
        for path in paths:
            for one in (path, *Place(path).above):
                found.update(dict.fromkeys(self._by_path.get(one, ())))
        return found


def _name(path: str, form: Any, default: Any) -> Any:
    """What a key is known by; a default that has no hash is known by the object that it is."""
    if form is not None:
        from veltrix.binding.sharing import spelled

        form = spelled(form)
    try:
        name = (path, form, _content(default))
        hash(name)
    except TypeError:
        return (path, form, id(default))
    return name


def _content(default: Any) -> Any:
    """What tells defaults apart: 1, 1.0 and True differ wherever they stand, and 0.0 from -0.0."""
    kind = type(default)
    if kind is float:
        return (kind, default.hex())
    if kind is tuple:
        return (kind, tuple(map(_content, default)))
    return (kind, default)


def _word(value: Any) -> str:
    """What a message calls the type of a value."""
    if value is None:
        return "null"
    if isinstance(value, (View, tuple)):
        return "a list" if isinstance(value, tuple) else "a mapping"
    return f"of type {type(value).__name__}"
