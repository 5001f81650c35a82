"""Scopes: which layers are chosen, and the scoped snapshots that were used last.

scope(region="eu")  ──►  asked_for  ──►  chosen_layers  ──►  find in the cache, or derive and keep
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress

from veltrix._limits import MAX_SCOPE_BYTES, MAX_SCOPES, SCOPE_BYTES, SCOPED_VALUE_BYTES
from veltrix._pure.layer_arguments import checked_layer
from veltrix._pure.origin import number_argument
from veltrix._pure.path import type_name
from veltrix.types import ScopeCacheInfo, chosen_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from veltrix._pure.layer import Layer, Node
    from veltrix.types import Dimension

    Choice = str | Iterable[str] | None
    Known = tuple[int, int, Any]

_LAST = 2**62


class Bounds:
    """How many scopes a snapshot keeps, and how many bytes they may take."""

    __slots__ = ("max_bytes", "max_scopes")

    def __init__(self, max_scopes: int = MAX_SCOPES, max_scope_bytes: int = MAX_SCOPE_BYTES) -> None:
        self.max_scopes = number_argument("max_scopes", max_scopes, _LAST, first=0)
        self.max_bytes = number_argument("max_scope_bytes", max_scope_bytes, _LAST, first=0)

    def state(self) -> tuple[int, ...]:
        """What a pickle holds of them: nothing where they are the default."""
        state = (self.max_scopes, self.max_bytes)
        return () if state == (MAX_SCOPES, MAX_SCOPE_BYTES) else state


class ScopeCache:
    """The scopes of one snapshot that were used last, within bounds."""

    __slots__ = ("_bytes", "_hits", "_kept", "_misses", "bounds")

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._kept: OrderedDict[tuple[Known, ...], tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._hits = 0
        self._misses = 0

    def find(self, chosen: dict[Known, Layer]) -> Any:
        """The scope of these choices if it is kept, which counts as used, or None."""
        known = tuple(chosen)
        found = self._kept.get(known)
        if found is None:
            self._misses += 1
            return None
        self._hits += 1
        with suppress(KeyError):  # another thread may have let it go
            self._kept.move_to_end(known)
        return found[0]

    def keep(self, chosen: dict[Known, Layer], scoped: Any) -> Any:
        """The scope of these choices: this one, or the one that another thread has made meanwhile."""
        size = SCOPE_BYTES + SCOPED_VALUE_BYTES * sum(count(layer._root) for layer in chosen.values())
        if self.bounds.max_scopes == 0 or size > self.bounds.max_bytes:
            return scoped
        made = (scoped, size)
        kept = self._kept.setdefault(tuple(chosen), made)
        if kept is made:
            self._bytes += size
        while len(self._kept) > self.bounds.max_scopes or self._bytes > self.bounds.max_bytes:
            self._bytes -= self._kept.popitem(last=False)[1][1]
        return kept[0]

    def info(self) -> ScopeCacheInfo:
        """The statistics since the snapshot was made."""
        return ScopeCacheInfo(self._hits, self._misses, len(self._kept), self._bytes)


def asked_for(choices: Mapping[str, Choice] | None, more: dict[str, Choice]) -> dict[str, Choice]:
    """The choices of a mapping and of keywords, none of them twice."""
    if choices is None:
        return more
    if not isinstance(choices, Mapping):
        raise TypeError(f"choices are a mapping, not {type_name(choices)}")
    asked = dict(choices)
    for name in more:
        if name in asked:
            raise TypeError(f"dimension {name!r} is chosen twice")
    return {**asked, **more}


def chosen_layers(dimensions: tuple[Dimension, ...], asked: dict[str, Choice]) -> dict[Known, Layer]:
    """The layers of these choices, in the order of the dimensions, by what a scope is known by."""
    names = {dimension.name for dimension in dimensions}
    for name in asked:
        if name not in names:
            known = ", ".join(repr(dimension.name) for dimension in dimensions) or "none"
            raise TypeError(f"unknown dimension {name!r}; declared are {known}")
    chosen: dict[Known, Layer] = {}
    for number, dimension in enumerate(dimensions):
        for name, layer in chosen_by(dimension, asked.get(dimension.name)):
            # Numbered, as a dimension of its own class may choose one layer twice.
            chosen[number, len(chosen), name] = checked_layer(layer)
    return chosen


def count(node: Node) -> int:
    """How many definitions that are no mapping there are at a path and below it; a list is one."""
    return sum(map(count, node.value.values())) if node.is_mapping else 1
