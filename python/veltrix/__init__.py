"""The configuration layer for Python servers that read configuration on every request."""

from veltrix import errors
from veltrix._select import implementation, implementations, kernel
from veltrix.operators import DELETE, append, prepend, replace
from veltrix.types import Definition, Difference, Dimension, Explanation, FrozenMapping, Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from veltrix._pure.key import Key
    from veltrix._pure.layer import Layer
    from veltrix._pure.snapshot import Snapshot, resolve
    from veltrix._pure.view import View
else:
    Key = kernel.Key
    Layer = kernel.Layer
    Snapshot = kernel.Snapshot
    View = kernel.View
    resolve = kernel.resolve
del TYPE_CHECKING, kernel

__version__ = "0.1.0"

__all__ = [
    "DELETE",
    "Definition",
    "Difference",
    "Dimension",
    "Explanation",
    "FrozenMapping",
    "Key",
    "Layer",
    "Origin",
    "Snapshot",
    "View",
    "append",
    "errors",
    "implementation",
    "implementations",
    "prepend",
    "replace",
    "resolve",
]
