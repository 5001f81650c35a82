"""The layers of the choices that nobody wrote by hand: for `generate.py`, which writes them into config/.

One function for each dimension gives what a choice of it changes, as paths and values.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from vocabulary import HUNTS, MAPS

REGIONS = ("us", "jp", "br", "in")
SEASONS = ("spring", "summer", "autumn")
SEGMENTS = ("newcomer", "regular", "lapsed")
CLUE_EXPERIMENTS = ("far_clues", "long_streaks")
SPAWN_EXPERIMENTS = ("rare_guardians", "crowded_zones", "early_fog")
BY_HAND = "frozen_abbey"

Changes = dict[str, Any]


def region(name: str, chance: random.Random) -> Changes:
    """What operations and the law change: prices with tax, how good a position is, and the hosts."""
    fallback = {"us": "en", "jp": "ja", "br": "pt", "in": "en"}[name]
    return {
        "geography.accuracy.good_metres": chance.choice((6.0, 9.0, 12.0)),
        "geography.accuracy.usable_metres": chance.choice((25.0, 35.0, 40.0)),
        "geography.snap_to_path_metres": chance.choice((8.0, 10.0, 15.0)),
        "anti_cheat.speed.walking_metres_per_second": chance.choice((2.8, 3.0, 3.5)),
        "anti_cheat.thresholds.flag": chance.choice((0.55, 0.65)),
        "economy.tax.included": chance.random() < 0.5,
        "economy.tax.rate": chance.choice((0.0, 0.1, 0.17)),
        "economy.packs.galleon.price": chance.choice((24.99, 27.99, 29.99)),
        "localisation.fallback": fallback,
        "storage.players.host": f"players.{name}.internal",
        "storage.sessions.host": f"sessions.{name}.internal",
        "telemetry.traces.endpoint": f"otel.{name}.internal:4317",
    }


def season(_name: str, chance: random.Random) -> Changes:
    """What game design changes three times a year: bonuses, and weather in some zones."""
    changes: Changes = {
        "scoring.multipliers.night": chance.choice((1.2, 1.3, 1.4)),
        "scoring.multipliers.solo": chance.choice((1.1, 1.2)),
        "scoring.time_bonus_per_second": chance.choice((0.3, 0.45, 0.6)),
        "rewards.daily_login.experience": chance.choice((60, 70, 90)),
        "rewards.clue_solved.bonus_multiplier": chance.choice((1.1, 1.4, 1.6)),
        "features.snowball_fights.enabled": False,
    }
    for slug, place in MAPS.items():
        zone = chance.choice(place.zones)
        changes[f"maps.{slug}.zones.{zone}.danger"] = chance.randrange(6)
        changes[f"maps.{slug}.zones.{zone}.fog"] = round(chance.random() * 0.6, 2)
    return changes


def hunt(name: str, chance: random.Random) -> Changes:
    """What the author of one hunt changes in the engine, and in the first clues."""
    changes: Changes = {
        "clues.reveal_radius_metres": chance.choice((15.0, 20.0, 30.0)),
        "clues.maximum_open": chance.choice((1, 2, 4)),
        "scoring.base_points": chance.choice((90, 120, 150)),
        "scoring.streak_bonus": chance.choice(([0, 10, 30, 60], [0, 20, 50, 90, 140])),
        "scoring.multipliers.expert": chance.choice((1.5, 1.8, 2.0)),
        "matchmaking.maximum_wait_seconds": chance.choice((30, 60, 90)),
        f"hunts.{name}.party.minimum": chance.choice((1, 2)),
        f"hunts.{name}.party.maximum": chance.choice((4, 6, 8)),
        "rewards.hunt_won.bonus_multiplier": chance.choice((1.75, 2.0, 2.25)),
        "rewards.hunt_won.pity_after": chance.choice((5, 15)),
    }
    clues = next(one.clues for one in HUNTS if one.slug == name)
    for clue in clues[:3]:
        changes[f"hunts.{name}.clues.{clue}.points"] = 10 * chance.randrange(8, 25)
        changes[f"hunts.{name}.clues.{clue}.attempts"] = chance.choice((4, 6))
    return changes


def segment(_name: str, chance: random.Random) -> Changes:
    """What the shop's back office changes for a kind of players."""
    return {
        "clues.hint.first_free": chance.random() < 0.7,
        "clues.hint.maximum_per_hunt": chance.choice((8, 12, 15)),
        "economy.currencies.doubloons.balance_cap": chance.choice((40_000, 75_000)),
        "economy.level_curve.base": chance.choice((60, 70, 100)),
        "economy.refund_hours": chance.choice((72, 96)),
        "economy.spending_limits.per_day": chance.choice((30.0, 60.0)),
        "anti_cheat.answers.weight": chance.choice((0.3, 0.35, 0.45)),
        "features.spectator_mode.rollout": chance.choice((0.2, 0.5)),
        "notifications.maximum_per_day": chance.choice((3, 4, 5)),
    }


def clue_experiment(name: str, chance: random.Random) -> Changes:
    """What an experiment with clues and hints changes."""
    return {
        "experiment.name": name,
        "experiment.arm": "b",
        "experiment.share": 0.5,
        "clues.cooldown_after_wrong_seconds": chance.choice((5, 10)),
        "clues.hint.cost_growth": chance.choice((1.3, 1.6)),
        "scoring.hint_penalty_share": chance.choice((0.1, 0.25)),
        "scoring.wrong_answer_penalty": chance.choice((5, 10, 20)),
        "scoring.photo_finish_seconds": chance.choice((1.0, 2.0)),
    }


def spawn_experiment(name: str, chance: random.Random) -> Changes:
    """What an experiment with the things that appear on a map changes."""
    changes: Changes = {"features.guardians.rollout": chance.choice((0.5, 0.75))}
    field, values = {
        "rare_guardians": ("guardian", (None,)),
        "crowded_zones": ("spawn_weight", (2.5, 3.0, 4.0)),
        "early_fog": ("fog", (0.5, 0.65, 0.8)),
    }[name]
    for slug, place in MAPS.items():
        for zone in chance.sample(place.zones, 3):
            changes[f"maps.{slug}.zones.{zone}.{field}"] = chance.choice(values)
    return changes


def document(
    changes: Callable[[str, random.Random], Changes], name: str, chance: random.Random
) -> Iterator[str]:
    """The lines of a choice's file."""
    tree: dict[str, Any] = {}
    for path, value in changes(name, chance).items():
        *parents, last = path.split(".")
        at = tree
        for parent in parents:
            at = at.setdefault(parent, {})
        at[last] = value
    yield json.dumps(tree, indent=2)


def _files() -> Iterator[tuple[str, Callable[[random.Random], Iterator[str]]]]:
    for dimension, changes, names in (
        ("region", region, REGIONS),
        ("season", season, SEASONS),
        ("hunt", hunt, tuple(one.slug for one in HUNTS if one.slug != BY_HAND)),
        ("segment", segment, SEGMENTS),
        ("experiment", clue_experiment, CLUE_EXPERIMENTS),
        ("experiment", spawn_experiment, SPAWN_EXPERIMENTS),
    ):
        for name in names:
            yield f"{dimension}-{name.replace('_', '-')}.json", partial(document, changes, name)


FILES = dict(_files())
"""Each file of config/ that is written so, with what yields its lines."""
