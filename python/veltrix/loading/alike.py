"""Whether layers that were made again are the same as before."""

from __future__ import annotations

from veltrix.sources._kernel import Layer, diff, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def alike(left: Sequence[Layer], right: Sequence[Layer]) -> bool:
    """Whether both say the same, and say it at the same places: 1, 1.0 and True differ."""
    if len(left) != len(right):
        return False
    pairs = list(zip(left, right, strict=True))
    if any(one.__reduce__()[1] != other.__reduce__()[1] for one, other in pairs):
        return False
    return not any(diff(resolve([one]), resolve([other])) for one, other in pairs)
