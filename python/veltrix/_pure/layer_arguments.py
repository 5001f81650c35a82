"""What a caller gives for a stack: layers, dimensions with tables of layers, a generation."""

from __future__ import annotations

from veltrix._pure.layer import Layer, is_one_of
from veltrix._pure.origin import number_argument
from veltrix._pure.path import type_name
from veltrix.types import Dimension

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_LAST_GENERATION = 2**62
"""The highest generation that is taken from outside; a number of 64 bits leaves as much room above it."""


def checked_layer(layer: object) -> Layer:
    """A `Layer`, or the error for anything else."""
    if not isinstance(layer, Layer):
        raise TypeError(f"a layer is a veltrix.Layer, not {type_name(layer)}")
    return layer


def by_name(layers: tuple[Layer, ...]) -> dict[str, Layer]:
    """Layers that a caller gives, none of them twice."""
    given: dict[str, Layer] = {}
    for layer in [checked_layer(layer) for layer in layers]:
        if layer.name in given:
            raise ValueError(f"layer {layer.name!r} is given twice")
        given[layer.name] = layer
    return given


def generation_argument(generation: int) -> int:
    """The number of a generation."""
    return number_argument("a generation", generation, _LAST_GENERATION)


def declared(dimensions: Iterable[Dimension]) -> tuple[Dimension, ...]:
    """Dimensions that a caller gives, none of them twice, with tables of layers."""
    given = tuple(dimensions)
    seen = set()
    for dimension in given:
        if not isinstance(dimension, Dimension):
            raise TypeError(f"a dimension is a veltrix.Dimension, not {type_name(dimension)}")
        if dimension.name in seen:
            raise ValueError(f"dimension {dimension.name!r} is declared twice")
        seen.add(dimension.name)
        for layer in dimension.layers.values():
            checked_layer(layer)
    return given


def check_is_of_no_dimension(name: str, dimensions: tuple[Dimension, ...]) -> None:
    """Refuses to put on top, for everyone, what a scope is to choose."""
    for dimension in dimensions:
        if any(layer.name == name for layer in dimension.layers.values()):
            owner = f"layer {name!r} belongs to dimension {dimension.name!r}"
            raise ValueError(f"{owner}: give dimensions= with it in its table")


def position(layers: tuple[Layer, ...], name: str | None) -> int:
    """Where the topmost layer of a name stands; without a name, the topmost layer of all."""
    return len(layers) - 1 if name is None and layers else _named(layers, name)


def _named(layers: tuple[Layer, ...], name: str | None) -> int:
    if not layers:
        raise ValueError("the snapshot has no layers; with_layers() adds one")
    for at in reversed(range(len(layers))):
        if is_one_of(name, (layers[at].name,)):
            return at
    known = ", ".join(repr(layer.name) for layer in layers)
    raise ValueError(f"no layer named {name!r}; the layers are {known}")


def left_out(names: Iterable[str], given: dict[str, Layer], layers: tuple[Layer, ...]) -> list[int]:
    """Where the layers stand that are left out, none of which may be given as well."""
    if isinstance(names, str):
        raise TypeError(f"without is an iterable of names, not {type_name(names)}")
    gone: list[int] = []
    for name in names:
        at = _named(layers, name)
        found = layers[at].name
        if found in given:
            raise ValueError(f"layer {found!r} is given and left out")
        if at in gone:
            raise ValueError(f"layer {found!r} is left out twice")
        gone.append(at)
    return gone


def restacked(
    layers: tuple[Layer, ...], given: dict[str, Layer], gone: list[int], dimensions: tuple[Dimension, ...]
) -> tuple[Layer, ...]:
    """The stack with given layers in the places of their names, or on top, and without those left out."""
    places = {layer.name: at for at, layer in enumerate(layers)}
    coming = {name: layer for name, layer in given.items() if name not in places}
    for name in coming:
        check_is_of_no_dimension(name, dimensions)
    staying = ((at, layer) for at, layer in enumerate(layers) if at not in gone)
    stack = [given.get(one.name, one) if places[one.name] == at else one for at, one in staying]
    return (*stack, *coming.values())
