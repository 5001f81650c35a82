"""From assignments, each a path and a text, to the data of a layer.

The environment, `.env` files, secret directories and command-line arguments are flat: they say path by
path what they set, in text. Here the texts take the types of the values that they override, two that cannot
stand together are found, and the items of lists are put into copies of the lists.
"""

from __future__ import annotations

from collections.abc import Mapping

from veltrix._limits import MAX_DEPTH
from veltrix.errors import ConfigError, SourceError, ValidationError
from veltrix.sources._kernel import Layer, format_path
from veltrix.sources.coercion import UnfitError, coerce
from veltrix.sources.declared import declared_plan, declared_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from veltrix.sources._kernel import Path, Snapshot
    from veltrix.types import Origin

_MISSING = object()


class Assignment:
    """One thing that a flat source says.

    `label` is what messages call it. `parse` reads the text whatever the lower layers hold; without it the
    text takes the type of the value that it overrides.
    """

    __slots__ = ("label", "origin", "parse", "path", "text")

    def __init__(
        self,
        label: str,
        path: Path,
        origin: Origin,
        text: str | bytes,
        parse: Callable[[str], Any] | None = None,
    ) -> None:
        self.label = label
        self.path = path
        self.origin = origin
        self.text = text
        self.parse = parse


class Assembly:
    """Collects what the assignments of one source say, and all that is wrong with them."""

    def __init__(self, name: str, source: str, lower: Snapshot | None) -> None:
        self.name = name
        self.source = source
        self.lower = lower
        self.problems: list[ConfigError] = []
        self._accepted: dict[Path, Assignment] = {}
        self._data: dict[str, Any] = {}
        self._origins: dict[tuple[str, ...], Origin] = {}
        self._lists: dict[tuple[str, ...], list[Any]] = {}

    def layer(self, assignments: Iterable[Assignment], secret: Any) -> Layer:
        """The layer that the assignments make; raises `ConfigError` with every problem."""
        for assignment in assignments:
            self._accept(assignment)
        self._refuse_inside_another()
        for assignment in self._accepted.values():
            self._add(assignment)
        if self.problems:
            raise ConfigError(self.problems)
        return Layer(self.name, self._data, source=self.source, origins=self._origins, secret=secret)

    def refuse(self, label: str, origin: Origin, reason: str, advice: str | None = None) -> None:
        """Note a problem with what the label names, and where that stands."""
        self.problems.append(SourceError(reason, label, advice=advice, origin=origin))

    def _accept(self, assignment: Assignment) -> None:
        other = self._accepted.setdefault(assignment.path, assignment)
        if other is not assignment:
            path = format_path(assignment.path)
            self.refuse(assignment.label, assignment.origin, f"sets {path}, which {other.label} sets too")

    def _refuse_inside_another(self) -> None:
        whole = dict(self._accepted)
        for path, one in whole.items():
            outer = next((path[:length] for length in range(1, len(path)) if path[:length] in whole), None)
            if outer is not None:
                del self._accepted[path]
                other = f"{whole[outer].label} sets {format_path(outer)} as a whole"
                self.refuse(one.label, one.origin, f"sets {format_path(path)}, but {other}")

    def _add(self, assignment: Assignment) -> None:
        path, text = assignment.path, assignment.text
        lower = self._find(path)
        expected, is_declared = "", False
        value: Any = text
        try:
            if isinstance(text, str):
                if assignment.parse is not None:
                    value = assignment.parse(text)
                elif (declared := declared_plan(path)) is not None:
                    is_declared = True
                    value = declared_value(declared, text)
                elif lower is not _MISSING:
                    value = coerce(text, lower)
        except UnfitError as unfit:
            expected = unfit.expected
        if expected:
            self._expected(assignment, expected, is_declared)
        else:
            self._put(assignment, value)

    def _expected(self, assignment: Assignment, expected: str, is_declared: bool) -> None:
        path = format_path(assignment.path)
        reason = f"expected {expected}"
        if assignment.parse is None and self.lower is not None and not is_declared:
            reason = f"{reason} as in {self.lower.explain(assignment.path).origin}"
        self.problems.append(ValidationError(reason, path, assignment.origin))

    def _find(self, path: Path) -> Any:
        return _MISSING if self.lower is None else self.lower.get(path, _MISSING)

    def _put(self, assignment: Assignment, value: Any) -> None:
        names = tuple(segment for segment in assignment.path if isinstance(segment, str))
        indexes = [position for position, segment in enumerate(assignment.path) if isinstance(segment, int)]
        if not indexes:
            self._define(names, value, assignment.origin)
            self._mark(names, value, assignment.origin)
            return
        owner = names[: indexes[0]]
        inner = assignment.path[indexes[0] :]
        reason = self._put_item(owner, inner, value)
        if reason:
            self.refuse(assignment.label, assignment.origin, reason)
            return
        self._define(owner, self._lists[owner], assignment.origin)
        self._origins[owner] = _joined(self._origins.get(owner), assignment.origin)

    def _put_item(self, owner: tuple[str, ...], inner: Path, value: Any) -> str:
        """Put the value into the copy of the list; the answer says why that is not possible."""
        items = self._lists.get(owner)
        if items is None:
            lower = self._find(owner)
            if type(lower) is not tuple:
                return f"sets an item of {format_path(owner)}, which is not a list in lower layers"
            items = self._lists[owner] = _thawed(lower)
        node: Any = items
        for position, segment in enumerate(inner):
            where: Path = (*owner, *inner[:position])
            if isinstance(segment, int):
                if not isinstance(node, list):
                    return f"sets an item of {format_path(where)}, which is not a list"
                if segment >= len(node):
                    return f"sets item {segment} of {format_path(where)}, which has {len(node)}"
            elif not isinstance(node, dict):
                return f"sets a key of {format_path(where)}, which is not a mapping"
            if position == len(inner) - 1:
                node[segment] = value
            else:
                node = node.setdefault(segment, {}) if isinstance(node, dict) else node[segment]
        return ""

    def _define(self, names: tuple[str, ...], value: Any, origin: Origin) -> None:
        node = self._data
        for depth, name in enumerate(names[:-1], 1):
            node = node.setdefault(name, {})
            self._origins.setdefault(names[:depth], origin)
        node[names[-1]] = value

    def _mark(self, names: tuple[str, ...], value: Any, origin: Origin) -> None:
        """Everything in a mapping that one text gave comes from it; what is too deep makes no layer."""
        self._origins[names] = origin
        if isinstance(value, Mapping) and len(names) <= MAX_DEPTH:
            for key, child in value.items():
                self._mark((*names, key), child, origin)


def _thawed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _thawed(child) for key, child in value.items()}
    if type(value) is tuple:
        return [_thawed(item) for item in value]
    return value


def _joined(first: Origin | None, second: Origin) -> Origin:
    """Where a list comes from of which several assignments set items."""
    if first is None or first.variable is None or second.variable is None:
        return second
    return first._replace(variable=f"{first.variable}, {second.variable}")
