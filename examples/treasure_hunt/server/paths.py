"""The paths of tunables that depend on where a player is: written out once, when the server starts."""

from __future__ import annotations

from typing import NamedTuple

from vocabulary import HUNTS, MAPS, REWARD_TABLES, Hunt

ZONES = 6
"""How many zones of a map things appear in; every map has at least so many."""


class HuntPaths(NamedTuple):
    """Of one hunt."""

    minimum_level: str
    fee: str
    currency: str
    party_minimum: str
    party_maximum: str
    difficulty: str


class CluePaths(NamedTuple):
    """Of one clue of a hunt."""

    points: str
    attempts: str
    time_limit_minutes: str
    hint_cost: str
    hint_after_seconds: str
    kind: str


class ZonePaths(NamedTuple):
    """Of one zone of a map."""

    danger: str
    capacity: str
    radius_metres: str
    unlock_level: str
    night_only: str
    fog: str
    spawn_weight: str
    guardian: str
    weather: str


class RewardPaths(NamedTuple):
    """Of one table of rewards."""

    rolls: str
    least_coins: str
    most_coins: str
    experience: str
    pity_after: str
    bonus_multiplier: str
    once_per_day: str


def _hunt(hunt: Hunt) -> HuntPaths:
    at = f"hunts.{hunt.slug}"
    return HuntPaths(
        f"{at}.minimum_level",
        f"{at}.entry.amount",
        f"{at}.entry.currency",
        f"{at}.party.minimum",
        f"{at}.party.maximum",
        f"{at}.difficulty",
    )


def _clue(hunt: Hunt, clue: str) -> CluePaths:
    at = f"hunts.{hunt.slug}.clues.{clue}"
    return CluePaths(
        f"{at}.points",
        f"{at}.attempts",
        f"{at}.time_limit_minutes",
        f"{at}.hint.cost",
        f"{at}.hint.after_seconds",
        f"{at}.kind",
    )


def _under(parent: str, names: tuple[str, ...]) -> list[str]:
    return [f"{parent}.{name}" for name in names]


HUNT = {hunt.slug: _hunt(hunt) for hunt in HUNTS}
CLUES = {hunt.slug: tuple(_clue(hunt, clue) for clue in hunt.clues) for hunt in HUNTS}
ZONES_OF = {
    hunt.slug: tuple(
        ZonePaths(*_under(f"maps.{hunt.map}.zones.{zone}", ZonePaths._fields))
        for zone in MAPS[hunt.map].zones[:ZONES]
    )
    for hunt in HUNTS
}
REWARDS = tuple(
    RewardPaths(
        *_under(
            f"rewards.{table}",
            (
                "rolls",
                "coins.minimum",
                "coins.maximum",
                "experience",
                "pity_after",
                "bonus_multiplier",
                "once_per_day",
            ),
        )
    )
    for table in REWARD_TABLES
)
