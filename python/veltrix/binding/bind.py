"""`bind`: a section of a snapshot as an object of a type, and the same object for as long as it is unchanged.

bind(snapshot, ("server",), Server, None)
  memo ─► the object that the snapshot has already
  section ─► that of a snapshot in which it is the same, or a new one with the sections in it
  plan ─► where there are problems: a ConfigError with every one
"""

from __future__ import annotations

from veltrix import _pickle
from veltrix.binding.compiled import compiled
from veltrix.binding.plain import thawed
from veltrix.binding.run import Run
from veltrix.binding.section import section
from veltrix.binding.sharing import keep, keep_texts, spelled
from veltrix.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from veltrix import Snapshot
    from veltrix.binding.run import Extra, Segments

    Path = str | tuple[str | int, ...]

_MISSING = object()


def bind(
    snapshot: Snapshot, above: Segments, form: Any, path: Path | None, extra: Extra | None = None
) -> Any:
    """What stands at a path, which lies below `above`, as an object of a type.

    Without `extra`, keys that no field takes are what the schema of the snapshot says of them; without one, a
    problem.
    Raises what `Snapshot.bind` raises.
    """
    memo: dict[Any, Any] = snapshot._memo
    is_quick = not above and isinstance(form, type) and (path is None or type(path) is str)
    quick = (path, form, extra) if is_quick else None
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
    if extra is None:
        schema = snapshot._schema
        extra = "forbid" if schema is None else schema.extra
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
    plan = compiled(key[1])
    value = snapshot[segments] if segments else snapshot
    run = Run(snapshot, key[2])
    found = section(plan, value, run, key)
    if run.problems:
        # Again, and nothing shared: what a section notes as it is read, for example that it is secret,
        # counts for the problems of the mapping around it.
        again = Run(snapshot, key[2])
        plan.read(thawed(value), again, segments)
        del value
        raise ConfigError(again.errors(again.problems or run.problems))
    if run.unknown:
        run.warn()
    memo = snapshot._memo
    for inner, bound, is_new, texts in run.sections:
        memo[inner] = bound
        keep_texts(snapshot, inner, texts)
        keep(snapshot, inner, is_new)
    return found
