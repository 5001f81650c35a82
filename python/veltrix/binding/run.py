"""One run of a binding: where values come from, and all that is wrong with them.

    plan.read(value, run, path)  ──►  the bound value, or INVALID and a problem in the run

Problems are notes while the run lasts, since a union tries and forgets; `errors` finds their places. No text
of one holds a value.
"""

from __future__ import annotations

from veltrix._text import printable, quoted
from veltrix.binding.named import names
from veltrix.errors import MissingKeyError, ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Literal

    from veltrix import Snapshot
    from veltrix.binding.places import Places
    from veltrix.types import Explanation, Origin

    Segments = tuple[str | int, ...]
    Texts = tuple[tuple[Segments, bool], ...]
    Extra = Literal["forbid", "ignore", "warn"]

INVALID: Any = object()
"""What a plan gives for a value that it has refused."""

_FLAT_SOURCES = frozenset(("environment", "argument", "secrets"))
_WORDS = {"dict": "mapping", "tuple": "list", "NoneType": "null"}


class Problem:
    """What is wrong at a path; its place is that of `at`."""

    __slots__ = ("at", "code", "path", "reason")

    def __init__(self, path: Segments, reason: str, code: str, at: Segments) -> None:
        self.path = path
        self.reason = reason
        self.code = code
        self.at = at


class Run:
    """The snapshot that values come from, and the problems with them so far."""

    __slots__ = (
        "_around_marked",
        "_flat",
        "_marked",
        "_secret",
        "_suggested",
        "extra",
        "problems",
        "secrets",
        "sections",
        "snapshot",
        "texts",
        "tries",
        "unknown",
    )

    def __init__(self, snapshot: Snapshot, extra: Extra) -> None:
        self.snapshot = self.secrets = snapshot
        """Where values come from, and what knows which paths are secret."""
        self.extra = extra
        self.problems: list[Problem] = []
        self.tries: dict[tuple[int, Segments], tuple[Any, Any, list[Problem], Any]] = {}
        """What a type of a union gave at a path: for which value, what, its problems, its unknown keys."""
        self.sections: list[tuple[tuple[Any, ...], Any, bool, Texts]] = []
        """What was bound so far: key, object, whether it is new in this generation, its texts."""
        self.texts: list[tuple[Segments, bool]] = []
        """The texts whose reading depended on whether they come from a flat source, and whether they do."""
        self.unknown: list[Problem] = []
        """Keys that no field takes, where that is no problem but worth a warning."""
        self._marked: set[Segments] = set()
        self._around_marked: set[Segments] = set()
        """The paths whose declared types say that they are secret; these, and all paths above them."""
        self._flat: dict[Segments, bool] = {}
        self._secret: dict[Segments, bool] = {}
        """What the snapshot has said: whether a path is of a flat source, and whether it holds a secret."""
        self._suggested = 0

    def refuse(
        self, path: Segments, reason: str, code: str = "validation", at: Segments | None = None
    ) -> Any:
        """Note what is wrong at a path."""
        self.problems.append(Problem(path, reason, code, path if at is None else at))
        return INVALID

    def expected(self, path: Segments, words: str, value: Any) -> Any:
        """Note a value of a wrong type."""
        return self.refuse(path, f"expected {words}, not {kind_of(value)}")

    def noted(self) -> tuple[int, int, int]:
        """How much is noted so far."""
        return len(self.problems), len(self.unknown), self._suggested

    def forget(self, since: tuple[int, int, int]) -> list[Problem]:
        """Take back what was noted since then: the problems of it."""
        problems, unknown, self._suggested = since
        dropped = self.problems[problems:]
        del self.problems[problems:]
        if len(self.unknown) > unknown:
            self.unknown = self.unknown[:unknown]
        return dropped

    def required(self, section: Segments, key: str, model: str) -> None:
        """Note that a section lacks a key."""
        self.refuse((*section, key), f"missing, and {model} requires it", "required", section)

    def unknown_keys(self, section: Segments, keys: Iterable[str], known: Iterable[str]) -> None:
        """Note keys that no field takes, as far as that matters."""
        if self.extra == "ignore":
            return
        for key in keys:
            path = (*section, key)
            note = Problem(path, f"unknown key{self.hint(key, known)}", "unknown-key", path)
            if self.extra == "warn":
                self.unknown.append(note)
            else:
                self.problems.append(note)

    def hint(self, key: str, known: Iterable[str]) -> str:
        """What an unknown key was perhaps meant to be, as the end of a message."""
        from veltrix._nearest import MOST, nearest

        if self._suggested == MOST:
            return ""
        self._suggested += 1
        meant = nearest(key, known)
        return "" if meant is None else f" (did you mean {quoted(meant)}?)"

    def raised(self, path: Segments, by: str, error: Exception) -> Any:
        """Note what code of the model raised; its text counts only where nothing secret stands."""
        from veltrix.binding.raised import text_of

        text = "" if self.holds_secret(path) else text_of(error)
        return self.refuse(path, f"refused by {by}: {text}" if text else f"refused by {by}")

    def mark_secret(self, path: Segments) -> None:
        """Note that the declared type of a path says that it is secret."""
        self._marked.add(path)
        self.mark_around(path)

    def mark_around(self, path: Segments) -> None:
        """Note that something secret may stand in what is at a path."""
        length = len(path)
        while length >= 0 and path[:length] not in self._around_marked:
            self._around_marked.add(path[:length])
            length -= 1

    def holds_secret(self, path: Segments) -> bool:
        """Whether anything at a path, above it or below it is secret."""
        if path in self._around_marked or any(path[:length] in self._marked for length in range(len(path))):
            return True
        named = names(path)
        if named not in self._secret:
            self._secret[named] = self._layers_hold_secret(named)
        return self._secret[named]

    def _layers_hold_secret(self, path: Segments) -> bool:
        """Whether a layer marks anything at a path, above it or below it as secret."""
        for length in range(len(path), 0, -1):
            explained = _explained(self.secrets, path[:length])
            if explained is not None:
                if explained.secret:
                    return True
                break
        below = (_explained(self.secrets, inner) for inner in self._below(path))
        return any(explained is not None and explained.secret for explained in below)

    def is_flat(self, path: Segments) -> bool:
        """Whether what stands at a path comes from a source that has nothing but texts."""
        named = names(path)
        answer = self._flat.get(named)
        if answer is None:
            origin = self.origin(named)
            answer = self._flat[named] = origin is not None and _is_of_texts(origin)
        self.texts.append((named, answer))
        return answer

    def origin(self, path: Segments) -> Origin | None:
        """The origin of the nearest definition at a path or above it; None for the whole."""
        return self._nearest(path)[1]

    def _nearest(self, path: Segments) -> tuple[Segments, Origin | None]:
        for length in range(len(path), 0, -1):
            explained = _explained(self.snapshot, path[:length])
            if explained is not None:
                return path[:length], explained.origin
        return (), None

    def _place(self, at: Segments, is_section: bool, places: Places) -> Origin | None:
        """Where a problem is mended: for what a section lacks, where a document has it."""
        if is_section and at:
            explained = _explained(self.snapshot, at)
            for one in () if explained is None else explained.definitions:
                is_part = one.role != "overridden" and one.type == "mapping"
                if is_part and one.origin.file is not None and not _is_of_texts(one.origin):
                    return places.placed(at, one.origin)
        path, origin = self._nearest(at)
        return None if origin is None else places.placed(path, origin)

    def errors(self, problems: Iterable[Problem]) -> list[ValidationError]:
        """The problems with their places."""
        from veltrix import _pickle
        from veltrix.binding.places import Places

        places = Places(self.snapshot)
        found: dict[tuple[Segments, bool], Origin | None] = {}
        errors = []
        for one in problems:
            asked = places.asked(one.at), one.code == "required"
            if asked not in found:
                found[asked] = self._place(*asked, places)
            path = _pickle.kernel.format_path(one.path) if one.path else None
            errors.append(ValidationError(one.reason, path, found[asked], one.code))
        return errors

    def warn(self) -> None:
        """Warn of the keys that no field takes."""
        from veltrix.binding.warned import warn

        for error in self.errors(self.unknown):
            warn(str(error))

    def _below(self, path: Segments) -> Iterator[Segments]:
        """The paths of all leaves below a path."""
        from collections.abc import Mapping

        section: Any = self.secrets.get(path) if path else self.secrets
        waiting: list[tuple[Segments, Any]] = [(path, section)]
        while waiting:
            at, value = waiting.pop()
            if isinstance(value, Mapping):
                waiting += [((*at, str(key)), child) for key, child in value.items()]
            elif at != path:
                yield at


def _explained(snapshot: Snapshot, path: Segments) -> Explanation | None:
    """Why a path has its value; None for one that has none."""
    try:
        explained = snapshot.explain(path)
    except MissingKeyError:
        return None
    return explained if explained.present else None


def _is_of_texts(origin: Origin) -> bool:
    """Whether an origin is of a source that has nothing but texts."""
    if origin.variable is not None or origin.source in _FLAT_SOURCES:
        return True
    return origin.file is not None and origin.file.endswith(".env")


def kind_of(value: Any) -> str:
    """The word for what a value is."""
    name = type(value).__name__
    return _WORDS.get(name, printable(name))
