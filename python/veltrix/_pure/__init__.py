"""The reference implementation of the kernel: the specification, written to be read.

path ──► value ──► layer ──► resolve ──► snapshot ──► functions · current
                     │          │           │
                    edit     derive     reading ──► view · key · explain · digest ──► diff
"""

from veltrix._pure.current import Current
from veltrix._pure.diff import Difference, restore_difference
from veltrix._pure.functions import diff, resolve, restore_snapshot, restore_view
from veltrix._pure.key import Key
from veltrix._pure.layer import Layer, restore_layer
from veltrix._pure.path import format_path, parse_path
from veltrix._pure.snapshot import Snapshot
from veltrix._pure.view import View

__all__ = [
    "Current",
    "Difference",
    "Key",
    "Layer",
    "Snapshot",
    "View",
    "diff",
    "format_path",
    "parse_path",
    "resolve",
    "restore_difference",
    "restore_layer",
    "restore_snapshot",
    "restore_view",
]
