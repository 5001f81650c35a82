"""Where the treasures lie, and how far it is to them."""

from __future__ import annotations

from collections.abc import Mapping
from math import asin, cos, radians, sin, sqrt
from random import Random
from typing import NamedTuple

from vocabulary import HUNTS, MAPS

EARTH_METRES = 6_371_000.0
SPREAD_DEGREES = 0.01
"""How far from the centre of its map a treasure can lie, to the north, south, east and west."""


class Position(NamedTuple):
    """A place on earth, in degrees."""

    latitude: float
    longitude: float


class Treasure(NamedTuple):
    """What a clue leads to."""

    clue: str
    position: Position


def treasures(world_seed: int) -> Mapping[str, tuple[Treasure, ...]]:
    """The treasures of every hunt, in the order of its clues: the same for each seed on every machine."""
    return {
        hunt.slug: tuple(
            Treasure(clue, _near(MAPS[hunt.map].latitude, MAPS[hunt.map].longitude, f"{world_seed} {clue}"))
            for clue in hunt.clues
        )
        for hunt in HUNTS
    }


def metres_between(one: Position, other: Position) -> float:
    """The distance of two places along the ground, by the haversine formula."""
    north, south = radians(one.latitude), radians(other.latitude)
    half_up = sin((south - north) / 2)
    half_across = sin(radians(other.longitude - one.longitude) / 2)
    return 2 * EARTH_METRES * asin(sqrt(half_up**2 + cos(north) * cos(south) * half_across**2))


def _near(latitude: float, longitude: float, seed: str) -> Position:
    chance = Random(seed)
    return Position(
        round(latitude + chance.uniform(-SPREAD_DEGREES, SPREAD_DEGREES), 6),
        round(longitude + chance.uniform(-SPREAD_DEGREES, SPREAD_DEGREES), 6),
    )
