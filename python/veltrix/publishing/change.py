"""The record of one published change, and the part of it that a path is concerned by."""

from __future__ import annotations

from bisect import bisect_left

from veltrix.sources._kernel import Layer, diff, format_path, parse_path, resolve, restore_difference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from veltrix._pure import Difference, Snapshot

    AnyPath = str | tuple[str | int, ...]

_MISSING = object()


class Change:
    """One change that was published, or is about to be: what `reload` gives and subscribers get.

    Attributes:
        generation: The number of the change.
        previous: The generation before.
        at: When, in seconds since 1970.
        reason: What changed: the names of sources, or of what was called.
        snapshot: The whole configuration from then on.
        difference: What changed; for a subscriber of a path, at that path and below it.

    Example:
        >>> change = config.history[-1]
        >>> (change.generation, change.snapshot["server.port"])
        (1, 8080)
    """

    __slots__ = ("at", "difference", "generation", "previous", "reason", "snapshot")
    __module__ = "veltrix"

    generation: int
    previous: int
    at: float
    reason: str
    snapshot: Snapshot
    difference: Difference

    def __init__(
        self, *, previous: int, at: float, reason: str, snapshot: Snapshot, difference: Difference
    ) -> None:
        keep = object.__setattr__
        keep(self, "generation", snapshot.generation)
        keep(self, "previous", previous)
        keep(self, "at", at)
        keep(self, "reason", reason)
        keep(self, "snapshot", snapshot)
        keep(self, "difference", difference)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Change is read-only")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a Change is read-only")

    def __copy__(self) -> Change:
        return self

    def __deepcopy__(self, _: object) -> Change:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle 'Change' object")

    def __repr__(self) -> str:
        return f"<veltrix.Change, generation {self.generation} after {self.previous}: {self.reason}>"

    def with_difference(self, difference: Difference) -> Change:
        """The same change with another part of what changed."""
        return self._with(self.snapshot, difference)

    def with_snapshot(self, snapshot: Snapshot) -> Change:
        """The same change with a snapshot of the same content."""
        return self._with(snapshot, self.difference)

    def _with(self, snapshot: Snapshot, difference: Difference) -> Change:
        return Change(
            previous=self.previous,
            at=self.at,
            reason=self.reason,
            snapshot=snapshot,
            difference=difference,
        )


class Place:
    """A path that somebody listens to, with the paths of what it stands in."""

    __slots__ = ("above", "path")

    def __init__(self, path: AnyPath) -> None:
        segments = parse_path(path)
        self.path = format_path(segments)
        self.above = tuple(format_path(segments[:depth]) for depth in range(1, len(segments)))


class Touched:
    """Which places a change concerns. The dicts of its difference are made when one is asked for."""

    def __init__(self, change: Change, before: Snapshot) -> None:
        self._change = change
        self._before = before
        self._parts: list[tuple[dict[str, Any], list[str]]] | None = None
        self._found: dict[str, Change | None] = {}

    def at(self, place: Place | None) -> Change | None:
        """The change as a place sees it; None if it is not concerned."""
        if place is None:
            return self._change
        if place.path not in self._found:
            self._found[place.path] = self._restricted(place)
        return self._found[place.path]

    def paths(self) -> list[str]:
        """Every path of a leaf that came, went or changed."""
        return [path for _, paths in self._by_path() for path in paths]

    def _by_path(self) -> list[tuple[dict[str, Any], list[str]]]:
        if self._parts is None:
            difference = self._change.difference
            parts = (difference.added, difference.removed, difference.changed)
            self._parts = [(part, list(part)) for part in parts]
        return self._parts

    def _restricted(self, place: Place) -> Change | None:
        parts = [_within(part, paths, place.path) for part, paths in self._by_path()]
        inside = any(parts)
        for found, (part, _) in zip(parts, self._by_path(), strict=True):
            found.update((path, part[path]) for path in place.above if path in part)
        # What the path stands in may have changed, and not what stands at the path.
        if not (inside or (any(parts) and self._differs(place.path))):
            return None
        return self._change.with_difference(restore_difference(*parts))

    def _differs(self, path: str) -> bool:
        old, new = self._before.get(path, _MISSING), self._change.snapshot.get(path, _MISSING)
        if old is new or type(old) is not type(new):
            return old is not new
        # As the kernel compares: nobody looks into an opaque object.
        return bool(diff(*(resolve([Layer("value", {"value": value})]) for value in (old, new))))


def _within(part: dict[str, Any], paths: list[str], path: str) -> dict[str, Any]:
    """What stands at a path or below it; the paths are in order."""
    first = bisect_left(paths, f"{path}.")
    last = bisect_left(paths, f"{path}/", first)  # "/" is the character after "."
    found = {path: part[path]} if path in part else {}
    found.update((one, part[one]) for one in paths[first:last])
    return found
