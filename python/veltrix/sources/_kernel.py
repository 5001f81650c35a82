"""What sources and publishing use of the kernel that the switch chose."""

from __future__ import annotations

from veltrix._backend import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from veltrix._pure import (
        Difference,
        Layer,
        Snapshot,
        View,
        diff,
        format_path,
        parse_path,
        resolve,
        restore_difference,
    )

    Path = tuple[str | int, ...]
else:
    Difference = kernel.Difference
    Layer = kernel.Layer
    Snapshot = kernel.Snapshot
    View = kernel.View
    diff = kernel.diff
    format_path = kernel.format_path
    parse_path = kernel.parse_path
    resolve = kernel.resolve
    restore_difference = kernel.restore_difference

__all__ = [
    "Difference",
    "Layer",
    "Snapshot",
    "View",
    "diff",
    "format_path",
    "parse_path",
    "resolve",
    "restore_difference",
]
