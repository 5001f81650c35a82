"""The functions of the kernel: `resolve`, `diff`, and those that bring back what was pickled."""

from __future__ import annotations

from veltrix._limits import MAX_SCOPE_BYTES, MAX_SCOPES
from veltrix._pure.diff import difference
from veltrix._pure.layer import is_one_of
from veltrix._pure.layer_arguments import checked_layer, declared, generation_argument
from veltrix._pure.path import type_name
from veltrix._pure.scope import Bounds
from veltrix._pure.snapshot import Snapshot, resolved
from veltrix._pure.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from veltrix._pure.diff import Difference
    from veltrix._pure.layer import Layer
    from veltrix.types import Dimension


def resolve(
    layers: Iterable[Layer],
    *,
    conflicts: Literal["error", "replace"] = "error",
    dimensions: Iterable[Dimension] = (),
    generation: int = 1,
    max_scopes: int = MAX_SCOPES,
    max_scope_bytes: int = MAX_SCOPE_BYTES,
) -> Snapshot:
    """The snapshot of a stack of layers.

    Specified in docs/semantics.md#merge and docs/semantics.md#scopes.

    Args:
        layers: `Layer` objects, the lowest precedence first.
        conflicts: "error", or "replace": where a mapping meets another value, the higher one stands.
        dimensions: `Dimension` objects, in which `scope` chooses.
        generation: The number that the snapshot begins to count with, an `int` from 1 to 2**62.
        max_scopes: How many scopes it keeps, and each snapshot that is derived from it, an `int` from 0 to
            2**62. The one that was used longest ago goes first.
        max_scope_bytes: How many bytes they may take, by an estimate: an `int` from 0 to 2**62.

    Raises:
        ConflictError: A mapping meets another value.
        LimitError: There are more than 1,000 layers.
        TypeError: An argument is of a wrong type.
        ValueError: A number is out of its range, `conflicts` is another word, or a dimension stands twice.

    Example:
        >>> defaults = veltrix.Layer("defaults", {"server": {"host": "localhost", "port": 8080}})
        >>> site = veltrix.Layer("site", {"server": {"host": "10.0.0.7"}})
        >>> veltrix.resolve([defaults, site]).to_dict()
        {'server': {'host': '10.0.0.7', 'port': 8080}}
    """
    return _checked(layers, conflicts, dimensions, generation, max_scopes, max_scope_bytes)


resolve.__module__ = "veltrix"


def diff(old: Snapshot, new: Snapshot) -> Difference:
    """What was added, removed and changed from one snapshot to another.

    Specified in docs/semantics.md#difference-and-digest.

    Args:
        old: The snapshot before the change.
        new: The snapshot after it.

    Raises:
        TypeError: They are not two snapshots of this implementation.

    Example:
        >>> veltrix.diff(snapshot, snapshot.set("server.port", 80)).changed
        {'server.port': (8080, 80)}
    """
    for one in (old, new):
        if not isinstance(one, Snapshot):
            raise TypeError(f"diff() takes a Snapshot, not {type_name(one)}")
    return difference(new._leaves(old._tree), old._leaves(new._tree))


diff.__module__ = "veltrix"


def restore_snapshot(
    layers: Iterable[Layer],
    conflicts: Literal["error", "replace"],
    dimensions: Iterable[Dimension],
    generation: int,
    max_scopes: int = MAX_SCOPES,
    max_scope_bytes: int = MAX_SCOPE_BYTES,
) -> Snapshot:
    """The snapshot that was pickled."""
    return _checked(layers, conflicts, dimensions, generation, max_scopes, max_scope_bytes)


def restore_view(snapshot: Snapshot, path: str) -> View:
    """The view that was pickled."""
    if not isinstance(snapshot, Snapshot):
        raise TypeError(f"a view is of a veltrix.Snapshot, not {type_name(snapshot)}")
    view = snapshot[path]
    if not isinstance(view, View):
        raise TypeError(f"a view is of a mapping, not {type_name(view)}")
    return view


def _checked(
    layers: Iterable[Layer],
    conflicts: Literal["error", "replace"],
    dimensions: Iterable[Dimension],
    generation: int,
    max_scopes: int,
    max_scope_bytes: int,
) -> Snapshot:
    """The snapshot of what a caller gives."""
    counted = generation_argument(generation)
    bounds = Bounds(max_scopes, max_scope_bytes)
    if not is_one_of(conflicts, ("error", "replace")):
        raise ValueError(f"conflicts is 'error' or 'replace', not {conflicts!r}")
    stack = tuple(layers)
    for layer in stack:
        checked_layer(layer)
    scopes = declared(dimensions)
    rule: Literal["error", "replace"] = "error" if is_one_of(conflicts, ("error",)) else "replace"
    return resolved(stack, rule, scopes, counted, bounds)
