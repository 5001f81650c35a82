"""`bind`: a section of a snapshot as an object of a type, and the same object for as long as it is unchanged.

bind(snapshot, ("server",), Server, None)
  memo ─► the object that the snapshot has already
  sharing ─► the object of a snapshot in which the section is the same
  plan ─► a new one, or a ConfigError with every problem
"""

from __future__ import annotations

from collections.abc import Mapping

from veltrix import _pickle
from veltrix.binding.compiled import compiled, spelled
from veltrix.binding.run import INVALID, Run
from veltrix.binding.sharing import keep, known_of, shared, unchanged
from veltrix.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from veltrix import Snapshot
    from veltrix.binding.run import Extra, Segments

    Path = str | tuple[str | int, ...]

_MISSING = object()
_READERS: set[type] = set()
"""The classes of snapshots and views that were met."""


def bind(snapshot: Snapshot, above: Segments, form: Any, path: Path | None, extra: Extra = "forbid") -> Any:
    """What stands at a path, which lies below `above`, as an object of a type.

    Raises what `Snapshot.bind` raises.
    """
    memo: dict[Any, Any] = snapshot._memo
    quick = (path, form, extra) if not above and isinstance(form, type) and type(path) is not tuple else None
    if quick is not None:
        known = memo.get(quick, _MISSING)
        if known is not _MISSING:
            return known
    if path is None:
        segments = above
    elif type(path) is str and path.isidentifier():
        segments = (*above, path)
    else:
        segments = above + tuple(_pickle.kernel.parse_path(path))
    whole = (segments, spelled(form), extra)
    known = memo.get(whole, _MISSING)
    if known is _MISSING:
        known = memo[whole] = _bound(snapshot, segments, whole)
    if quick is not None:
        memo[quick] = known
    return known


def key_value(snapshot: Snapshot, above: Segments, path: Path, form: Any, default: Any) -> tuple[str, Any]:
    """The canonical text of a key's path, and its value; an ellipsis as the default stands for none."""
    segments = above + tuple(_pickle.kernel.parse_path(path))
    text = _pickle.kernel.format_path(segments)
    if default is not ... and text not in snapshot:
        return text, default
    return text, bind(snapshot, above, form, path)


def _bound(snapshot: Snapshot, segments: Segments, key: tuple[Any, ...]) -> Any:
    of_type = compiled(key[1])
    value = snapshot[segments] if segments else snapshot
    others = known_of(of_type, key)
    if others:
        found = shared(others, snapshot, segments, key)
        if found is not INVALID:
            keep(of_type, others, snapshot, key)
            return found
    run = Run(snapshot, key[2])
    found = of_type.plan.read(_thawed(value), run, segments)
    del value
    if run.problems:
        raise ConfigError(run.errors(run.problems))
    if others:
        found = unchanged(others, key, found)
    if run.unknown:
        run.warn()
    keep(of_type, others, snapshot, key)
    return found


def _thawed(value: Any) -> Any:
    """A value as plain dicts and lists, which plans read."""
    if type(value) in _READERS:
        return value.to_dict()
    if isinstance(value, Mapping):
        if hasattr(value, "to_dict"):
            _READERS.add(type(value))
            return value.to_dict()
        return {str(name): _thawed(child) for name, child in value.items()}
    return [_thawed(item) for item in value] if type(value) is tuple else value
