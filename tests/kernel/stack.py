"""Short ways to a snapshot."""

from __future__ import annotations

from types import ModuleType
from typing import Any

NAMES = "abcdefgh"


def layers(kernel: ModuleType, *data: Any, **options: Any) -> list[Any]:
    """Layers named a, b, c, … of this data, the lowest first."""
    return [kernel.Layer(name, one, **options) for name, one in zip(NAMES, data, strict=False)]


def stack(kernel: ModuleType, *data: Any, **options: Any) -> Any:
    """The snapshot of layers a, b, c, …"""
    return kernel.resolve(layers(kernel, *data), **options)


def nested(depth: int, leaf: Any = 1) -> dict[str, Any]:
    """Mappings in mappings: the leaf stands at a path of so many segments."""
    data = {"k": leaf}
    for _ in range(depth - 1):
        data = {"k": data}
    return data
