"""Writes the large files of config/defaults/: hunts.toml, maps.json, shop.yaml and rewards.yaml; and choices.

The same seed gives the same text, so `python generate.py --check` can tell whether the committed files are
what this script writes. The smaller files beside them are written by hand.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import choices
from vocabulary import CLUE_KINDS, HUNTS, ITEMS, MAPS, REWARD_TABLES, Hunt, Map

CONFIG = Path(__file__).parent / "config"
SEED = 1883
FIRST_OPENING = datetime(2026, 3, 2, 9, tzinfo=UTC)


def title(slug: str) -> str:
    """`salt_stair` -> `Salt Stair`."""
    return slug.replace("_", " ").title()


def hunts(chance: random.Random) -> Iterator[str]:
    """The lines of hunts.toml."""
    yield "# The hunts that a player can join. Instants are UTC, daily times are the player's own."
    yield "# Fees are in the currencies of economy.toml; a zone is one of the hunt's map in maps.json."
    for number, hunt in enumerate(HUNTS):
        opens = FIRST_OPENING + timedelta(days=9 * number)
        closes = opens + timedelta(days=20 + 4 * hunt.difficulty, hours=12)
        yield ""
        yield f"[hunts.{hunt.slug}]"
        yield f"title = {json.dumps(hunt.title)}"
        yield f'map = "{hunt.map}"'
        yield f"difficulty = {hunt.difficulty}"
        yield f"tags = {json.dumps(hunt.tags)}"
        yield f"opens = {opens:%Y-%m-%dT%H:%M:%SZ}"
        yield f"closes = {closes:%Y-%m-%dT%H:%M:%SZ}"
        yield f"announced_on = {opens - timedelta(days=14):%Y-%m-%d}"
        yield f"daily_start = {chance.choice(('07:30:00', '09:00:00', '18:00:00'))}"
        fee = hunt.difficulty * chance.choice((15, 20, 25))
        yield f'entry = {{ currency = "doubloons", amount = {fee} }}'
        yield f"party = {{ minimum = 1, maximum = {chance.choice((2, 4, 4, 6))} }}"
        yield f"minimum_level = {3 * hunt.difficulty - 2}"
        yield f"story_chapter = {1 + number // 4}"
        yield from clues(hunt, chance)


def clues(hunt: Hunt, chance: random.Random) -> Iterator[str]:
    """The clue tables of one hunt; each clue but the first needs the one before it."""
    zones = MAPS[hunt.map].zones
    for number, clue in enumerate(hunt.clues):
        yield ""
        yield f"[hunts.{hunt.slug}.clues.{clue}]"
        yield f'kind = "{chance.choice(CLUE_KINDS)}"'
        yield f'zone = "{chance.choice(zones)}"'
        yield f"points = {10 * (hunt.difficulty * 3 + number * 2 + chance.randrange(4))}"
        yield f"attempts = {chance.choice((3, 3, 5, 8))}"
        yield f"time_limit_minutes = {chance.choice((7.5, 10.0, 12.5, 20.0, 45.0))}"
        cost, delay = 5 * chance.randrange(1, 7), 30 * chance.randrange(1, 9)
        yield f"hint = {{ cost = {cost}, after_seconds = {delay} }}"
        yield f"requires = {json.dumps([hunt.clues[number - 1]] if number else [])}"
        if number == len(hunt.clues) - 1:
            yield "finale = true"


def maps(chance: random.Random) -> Iterator[str]:
    """The lines of maps.json: every map with its zones."""
    world: dict[str, object] = {}
    for slug, place in MAPS.items():
        world[slug] = {
            "title": place.title,
            "tile_set": place.tile_set,
            "centre": {"latitude": place.latitude, "longitude": place.longitude},
            "day_length_minutes": chance.choice((24, 36, 48)),
            "music": f"themes/{slug}.ogg",
            "zones": {zone: describe_zone(zone, place, chance) for zone in place.zones},
        }
    yield json.dumps({"maps": world}, indent=2)


def describe_zone(zone: str, place: Map, chance: random.Random) -> dict[str, object]:
    """One zone of a map. A zone without a guardian says so with null."""
    return {
        "title": title(zone),
        "danger": chance.randrange(6),
        "capacity": chance.choice((24, 40, 64, 120)),
        "radius_metres": chance.choice((35.0, 60.0, 85.5, 140.0)),
        "unlock_level": chance.choice((1, 1, 2, 4, 7, 10)),
        "night_only": chance.random() < 0.15,
        "fog": round(chance.random() * 0.6, 2),
        "spawn_weight": chance.choice((0.5, 1.0, 1.0, 1.5, 2.25)),
        "guardian": chance.choice(place.guardians) if chance.random() < 0.4 else None,
        "weather": sorted(chance.sample(place.weather, chance.randrange(1, 4))),
    }


def shop(chance: random.Random) -> Iterator[str]:
    """The lines of shop.yaml."""
    yield "# What the outfitter sells. A stock of null never runs out."
    yield "shop:"
    yield "  items:"
    for slug, (name, kind, price, currency) in ITEMS.items():
        yield f"    {slug}:"
        yield f"      title: {json.dumps(name)}"
        yield f"      kind: {kind}"
        yield f"      price: {{currency: {currency}, amount: {price}}}"
        yield f"      stock: {chance.choice((50, 200, 1000)) if kind in ('outfit', 'companion') else 'null'}"
        yield f"      stack_limit: {99 if kind == 'consumable' else 1}"
        yield f"      tradable: {json.dumps(kind not in ('boost', 'companion'))}"
        yield f"      minimum_level: {chance.choice((1, 1, 3, 5, 8))}"


def rewards(chance: random.Random) -> Iterator[str]:
    """The lines of rewards.yaml: for each occasion its coins, experience and weighted drops."""
    yield "# What is handed out when. Weights are relative within one table."
    yield "rewards:"
    for number, (table, kinds) in enumerate(REWARD_TABLES.items()):
        items = [slug for slug, item in ITEMS.items() if item[1] in kinds]
        yield f"  {table}:"
        yield f"    rolls: {1 + number % 3}"
        yield f"    coins: {{minimum: {5 * (number + 1)}, maximum: {12 * (number + 2)}}}"
        yield f"    experience: {25 * (number + 1)}"
        yield f"    pity_after: {chance.choice((10, 20, 50, 'null'))}"
        yield f"    bonus_multiplier: {chance.choice((1.0, 1.25, 1.5))}"
        yield f"    once_per_day: {json.dumps(table in ('daily_login', 'party_bonus'))}"
        yield "    drops:"
        for item in chance.sample(items, min(len(items), chance.randrange(3, 6))):
            weight, most = chance.choice((1, 2, 5, 10, 20)), chance.choice((1, 1, 2, 3))
            yield f"      - {{item: {item}, weight: {weight}, quantity: [1, {most}]}}"


FILES = {
    "defaults/hunts.toml": hunts,
    "defaults/maps.json": maps,
    "defaults/shop.yaml": shop,
    "defaults/rewards.yaml": rewards,
    **choices.FILES,
}


def main(arguments: list[str]) -> int:
    """Write the files, or with --check only say which of them differ."""
    stale = []
    for name, lines in FILES.items():
        path = CONFIG / name
        text = "\n".join(lines(random.Random(f"{SEED} {path.name}"))) + "\n"
        if arguments != ["--check"]:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    if stale:
        print("not what generate.py writes:", ", ".join(stale), file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
