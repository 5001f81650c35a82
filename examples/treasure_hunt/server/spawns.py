"""What appears on the map around a player: guardians and chests, the same for all players of a minute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

from server.rules import Reward, SpawnRules, Zone
from server.sessions import Session
from vocabulary import HUNTS, MAPS, REWARD_TABLES

SECONDS = 60
TABLES = tuple(REWARD_TABLES)
ZONE_NAMES = {hunt.slug: MAPS[hunt.map].zones for hunt in HUNTS}


def spawns(session: Session, rules: SpawnRules, now: float, *, night: bool) -> list[dict[str, Any]]:
    """One thing for each zone that is open to the player, with what it hands out."""
    minute = int(now // SECONDS)
    names = ZONE_NAMES[session.choice.hunt]
    weights = sum(zone.spawn_weight for zone in rules.zones) or 1.0
    return [
        _spawn(name, zone, rules, _share(f"{name} {minute}"), zone.spawn_weight / weights)
        for name, zone in zip(names, rules.zones, strict=False)
        if session.experience >= rules.level_base * (zone.unlock_level - 1) and (night or not zone.night_only)
    ]


def _spawn(name: str, zone: Zone, rules: SpawnRules, draw: float, weight: float) -> dict[str, Any]:
    guarded = (
        rules.guardians
        and zone.guardian is not None
        and _share(f"{rules.guardian_salt} {name}") < rules.guardian_rollout
    )
    table = int(draw * len(TABLES))
    return {
        "zone": name,
        "guardian": zone.guardian if guarded else None,
        "danger": zone.danger + (1 if guarded and rules.duels else 0),
        "chance": round(weight, 3),
        "visible_metres": round(max(rules.reveal_metres, zone.radius_metres * (1.0 - zone.fog)), 1),
        "weather": _drawn(zone.weather, draw) if rules.live_weather else None,
        "room": zone.capacity,
        "reward": {"table": TABLES[table], **_reward(rules.rewards[table], draw)},
    }


def _drawn(names: Sequence[str], draw: float) -> str | None:
    return names[int(draw * len(names))] if names else None


def _reward(reward: Reward, draw: float) -> dict[str, int | bool]:
    coins = reward.least_coins + draw * (reward.most_coins - reward.least_coins)
    return {
        "coins": round(reward.rolls * reward.bonus_multiplier * coins),
        "experience": reward.experience,
        "once_per_day": reward.once_per_day,
    }


def _share(text: str) -> float:
    """A number from 0 to 1 that a text always gives."""
    return crc32(text.encode()) / 2**32
