"""Whether layers that were made again are the same as before."""

from __future__ import annotations

from veltrix.operators import Append, Delete, Prepend, Replace
from veltrix.sources._kernel import Layer, diff, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def alike(left: Sequence[Layer], right: Sequence[Layer]) -> bool:
    """Whether both say the same, and say it at the same places: 1, 1.0 and True differ."""
    if len(left) != len(right):
        return False
    pairs = list(zip(left, right, strict=True))
    if any(_without_values(one) != _without_values(other) for one, other in pairs):
        return False
    return not any(diff(resolve([one]), resolve([other])) for one, other in pairs)


def _without_values(layer: Layer) -> Any:
    """What `diff` does not look at. It compares the values, and no object that nobody may look into."""
    _, origin, data, origins, secret = layer.__reduce__()[1]
    return origin, _operators(data), origins, secret


def _operators(value: Any) -> Any:
    """Where mappings and operators stand, and which."""
    kind = type(value)
    if kind is dict:
        return {name: _operators(inner) for name, inner in value.items()}
    if kind is Replace:
        return Replace, _operators(value.value)
    return next((one for one in (Append, Delete, Prepend) if kind is one), None)
