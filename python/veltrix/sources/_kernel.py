"""What sources and the live object use of the kernel that the switch chose."""

from __future__ import annotations

from veltrix._backend import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from veltrix._pure import Difference, Layer, Snapshot, diff, format_path, parse_path, resolve

    Path = tuple[str | int, ...]
else:
    Difference = kernel.Difference
    Layer = kernel.Layer
    Snapshot = kernel.Snapshot
    diff = kernel.diff
    format_path = kernel.format_path
    parse_path = kernel.parse_path
    resolve = kernel.resolve

__all__ = ["Difference", "Layer", "Snapshot", "diff", "format_path", "parse_path", "resolve"]
