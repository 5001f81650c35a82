"""What changed between two snapshots, leaf by leaf."""

from __future__ import annotations

from veltrix._pure.digest import canonical
from veltrix._pure.path import type_name
from veltrix.types import exchanged_layers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, Self

    from veltrix._pure.layer import Node
    from veltrix.types import Dimension


class Difference:
    """What changed between two snapshots, by path; true if anything did.

    Specified in docs/semantics.md#difference-and-digest.

    Example:
        >>> difference = veltrix.diff(snapshot, snapshot.set("server.port", 80))
        >>> difference.changed, bool(difference)
        ({'server.port': (8080, 80)}, True)
    """

    __slots__ = ("__weakref__", "_added", "_changed", "_removed")
    __module__ = "veltrix"
    __hash__ = None  # type: ignore[assignment]

    _added: dict[str, Any]
    _removed: dict[str, Any]
    _changed: dict[str, tuple[Any, Any]]

    def __new__(cls, *_: object, **__: object) -> Self:
        raise TypeError("cannot create 'Difference' instances")

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("type 'Difference' is not an acceptable base type")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Difference is read-only")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a Difference is read-only")

    @property
    def added(self) -> dict[str, Any]:
        """The values of the leaves that only the snapshot after the change has, by path."""
        return self._added

    @property
    def removed(self) -> dict[str, Any]:
        """The values of the leaves that only the snapshot before the change has, by path."""
        return self._removed

    @property
    def changed(self) -> dict[str, tuple[Any, Any]]:
        """Of each leaf that both have and that differs, by path, its values before and after."""
        return self._changed

    def __bool__(self) -> bool:
        return bool(self._added or self._removed or self._changed)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Difference):
            return NotImplemented
        return (
            self._added == other._added
            and self._removed == other._removed
            and self._changed == other._changed
        )

    def __repr__(self) -> str:
        added, removed, changed = map(len, (self._added, self._removed, self._changed))
        return f"<veltrix.Difference {added} added, {removed} removed, {changed} changed>"

    def __reduce__(self) -> tuple[Any, ...]:
        from veltrix._pickle import FORMAT, restore_difference

        return (restore_difference, (FORMAT, self._added, self._removed, self._changed))

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        from veltrix._pickle import keeping_folds

        restore, state = self.__reduce__()
        return (restore, keeping_folds(state, protocol))


def difference(new: dict[str, Any], old: dict[str, Any]) -> Difference:
    """What was added, removed and changed from one flat mapping to another, in the order of the paths."""
    return restore_difference(
        {path: new[path] for path in sorted(new) if path not in old},
        {path: old[path] for path in sorted(old) if path not in new},
        {
            path: (old[path], new[path])
            for path in sorted(new)
            if path in old and not same(old[path], new[path])
        },
    )


def restore_difference(
    added: dict[str, Any], removed: dict[str, Any], changed: dict[str, tuple[Any, Any]]
) -> Difference:
    """The difference of these three dicts."""
    for part in (added, removed, changed):
        if not isinstance(part, dict):
            raise TypeError(f"a difference is made of dicts, not {type_name(part)}")
    difference = object.__new__(Difference)
    for name, part in (("_added", added), ("_removed", removed), ("_changed", changed)):
        object.__setattr__(difference, name, part)
    return difference


def same(left: Any, right: Any) -> bool:
    """Whether two values are equal and of the same type: 1, 1.0 and True differ, a NaN equals itself."""
    return left is right or canonical(left) == canonical(right)


def same_scopes(old: tuple[Dimension, ...], new: tuple[Dimension, ...]) -> bool:
    """Whether the same can be chosen, and each choice puts the same definitions on top."""
    exchanged = [] if old is new else exchanged_layers(old, new)
    return exchanged is not None and all(same_definitions(one._root, other._root) for one, other in exchanged)


def same_definitions(left: Node, right: Node) -> bool:
    """Whether two nodes define the same: equal values, equal operators, in any order, wherever they stand."""
    if left is right:
        return True
    if left.operator != right.operator or left.is_mapping != right.is_mapping:
        return False
    if not left.is_mapping:
        return same(left.value, right.value)
    return left.value.keys() == right.value.keys() and all(
        same_definitions(child, right.value[name]) for name, child in left.value.items()
    )
