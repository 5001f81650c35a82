"""The names of the game's world, from which `generate.py` tells the bulk of the configuration."""

from __future__ import annotations

from typing import NamedTuple


class Hunt(NamedTuple):
    """One hunt: where it plays and which clues lead through it, first to last."""

    slug: str
    title: str
    map: str
    difficulty: int
    tags: tuple[str, ...]
    clues: tuple[str, ...]


class Map(NamedTuple):
    """One map: its centre in degrees, what the weather and the guardians can be, and its zones."""

    title: str
    latitude: float
    longitude: float
    tile_set: str
    weather: tuple[str, ...]
    guardians: tuple[str, ...]
    zones: tuple[str, ...]


HUNTS = (
    Hunt(
        "drowned_lighthouse",
        "The Drowned Lighthouse",
        "gull_coast",
        3,
        ("coast", "night"),
        ("rusted_key", "tide_table", "keepers_log", "fresnel_lens", "bell_code", "salt_stair", "lamp_room"),
    ),
    Hunt(
        "smugglers_tithe",
        "The Smugglers' Tithe",
        "gull_coast",
        2,
        ("coast", "family"),
        ("marked_barrel", "chapel_ledger", "false_wall", "signal_flags", "low_tide_door", "tithe_chest"),
    ),
    Hunt(
        "wreck_of_the_meridian",
        "Wreck of the Meridian",
        "gull_coast",
        4,
        ("coast", "diving"),
        (
            "ships_manifest",
            "broken_sextant",
            "figurehead",
            "captains_riddle",
            "anchor_chain",
            "star_chart",
            "strongbox",
        ),
    ),
    Hunt(
        "clockmakers_attic",
        "The Clockmaker's Attic",
        "old_town",
        2,
        ("indoor", "puzzle"),
        ("stopped_watch", "gear_train", "moon_dial", "cuckoo_song", "pendulum_weight", "thirteenth_hour"),
    ),
    Hunt(
        "archive_of_whispers",
        "The Archive of Whispers",
        "old_town",
        4,
        ("indoor", "cipher"),
        (
            "missing_folio",
            "margin_notes",
            "dewey_maze",
            "inkless_page",
            "reading_lamp",
            "echo_gallery",
            "whispering_door",
        ),
    ),
    Hunt(
        "midnight_tram",
        "The Midnight Tram",
        "old_town",
        3,
        ("night", "city"),
        ("torn_ticket", "route_map", "conductors_whistle", "dead_switch", "third_rail_code", "last_stop"),
    ),
    Hunt(
        "salt_road",
        "The Salt Road",
        "amber_desert",
        3,
        ("desert", "trek"),
        ("caravan_seal", "dry_well", "camel_bell", "mirage_stone", "salt_ledger", "oasis_gate"),
    ),
    Hunt(
        "buried_observatory",
        "The Buried Observatory",
        "amber_desert",
        5,
        ("desert", "night", "expert"),
        (
            "sand_compass",
            "meridian_line",
            "brass_astrolabe",
            "comet_tablet",
            "blind_lens",
            "zodiac_floor",
            "dome_winch",
            "polar_vault",
        ),
    ),
    Hunt(
        "scarab_market",
        "The Scarab Market",
        "amber_desert",
        1,
        ("family", "beginner"),
        ("spice_riddle", "weighing_scale", "carpet_pattern", "lantern_row", "golden_scarab"),
    ),
    Hunt(
        "frozen_abbey",
        "The Frozen Abbey",
        "silver_peaks",
        4,
        ("mountain", "winter"),
        (
            "cracked_bell",
            "monks_cipher",
            "ice_organ",
            "candle_count",
            "snow_crypt",
            "rose_window",
            "reliquary",
        ),
    ),
    Hunt(
        "cable_car_seven",
        "Cable Car Seven",
        "silver_peaks",
        2,
        ("mountain", "family"),
        ("lost_glove", "altimeter", "yodel_code", "summit_register", "winch_house"),
    ),
    Hunt(
        "dragons_ledger",
        "The Dragon's Ledger",
        "silver_peaks",
        5,
        ("mountain", "expert"),
        (
            "singed_map",
            "hoard_index",
            "claw_marks",
            "forge_riddle",
            "molten_lock",
            "scale_count",
            "ember_bridge",
            "dragons_seal",
        ),
    ),
    Hunt(
        "moss_king",
        "Court of the Moss King",
        "fern_hollow",
        3,
        ("forest", "story"),
        ("acorn_crown", "hollow_oak", "owl_toll", "mushroom_ring", "root_stair", "moss_throne"),
    ),
    Hunt(
        "beekeepers_will",
        "The Beekeeper's Will",
        "fern_hollow",
        1,
        ("forest", "beginner"),
        ("smoke_tin", "honeycomb_grid", "waggle_dance", "sealed_hive", "amber_drop"),
    ),
    Hunt(
        "ferrymans_debt",
        "The Ferryman's Debt",
        "fern_hollow",
        3,
        ("river", "story"),
        ("two_coins", "knotted_rope", "reed_pipe", "flooded_shrine", "far_bank", "toll_book"),
    ),
)

MAPS = {
    "gull_coast": Map(
        "Gull Coast",
        54.4120,
        -1.8341,
        "shoreline",
        ("clear", "drizzle", "fog", "gale"),
        ("harbour_seal", "old_bosun"),
        (
            "breakwater",
            "fishmarket",
            "lighthouse_rock",
            "sea_caves",
            "chapel_hill",
            "shipyard",
            "tidal_flats",
        ),
    ),
    "old_town": Map(
        "Old Town",
        50.0871,
        14.4212,
        "cobbles",
        ("clear", "drizzle", "snow"),
        ("brass_automaton", "night_watchman"),
        (
            "clock_square",
            "tram_depot",
            "rooftops",
            "printers_lane",
            "grand_library",
            "undercroft",
            "night_bazaar",
        ),
    ),
    "amber_desert": Map(
        "Amber Desert",
        27.1815,
        30.9912,
        "dunes",
        ("clear", "heat_haze", "sandstorm"),
        ("sand_viper", "mirage_djinn"),
        ("caravanserai", "glass_dunes", "dry_river", "observatory_pit", "scarab_row", "palm_oasis"),
    ),
    "silver_peaks": Map(
        "Silver Peaks",
        46.5475,
        7.9852,
        "alpine",
        ("clear", "snow", "thunder", "gale"),
        ("frost_wolf", "abbey_ghost"),
        ("base_station", "glacier_tongue", "abbey_cloister", "pine_terrace", "forge_gorge", "summit_ridge"),
    ),
    "fern_hollow": Map(
        "Fern Hollow",
        57.2710,
        -4.4905,
        "woodland",
        ("clear", "drizzle", "fog"),
        ("moss_golem", "toll_owl"),
        (
            "mossy_gate",
            "owl_clearing",
            "hive_meadow",
            "ferry_landing",
            "sunken_shrine",
            "old_growth",
            "mushroom_glen",
        ),
    ),
}

CLUE_KINDS = ("cipher", "riddle", "search", "photo", "sound", "assembly", "trade", "observation")

# slug: (title, kind, price, currency)
ITEMS = {
    "brass_compass": ("Brass Compass", "tool", 120, "doubloons"),
    "spyglass": ("Spyglass", "tool", 260, "doubloons"),
    "storm_lantern": ("Storm Lantern", "tool", 90, "doubloons"),
    "waxed_rope": ("Waxed Rope", "tool", 45, "doubloons"),
    "lockpick_roll": ("Lockpick Roll", "tool", 310, "doubloons"),
    "tide_almanac": ("Tide Almanac", "book", 75, "doubloons"),
    "cipher_wheel": ("Cipher Wheel", "book", 180, "doubloons"),
    "blank_map": ("Blank Map", "book", 20, "doubloons"),
    "field_journal": ("Field Journal", "book", 35, "doubloons"),
    "hot_chocolate": ("Hot Chocolate", "consumable", 8, "doubloons"),
    "ships_biscuit": ("Ship's Biscuit", "consumable", 3, "doubloons"),
    "smelling_salts": ("Smelling Salts", "consumable", 15, "doubloons"),
    "signal_flare": ("Signal Flare", "consumable", 25, "doubloons"),
    "second_wind": ("Second Wind", "boost", 4, "rubies"),
    "lucky_thimble": ("Lucky Thimble", "boost", 6, "rubies"),
    "double_points_hour": ("Double Points Hour", "boost", 10, "rubies"),
    "hint_bundle": ("Bundle of Five Hints", "boost", 5, "rubies"),
    "tricorn_hat": ("Tricorn Hat", "outfit", 14, "rubies"),
    "oilskin_coat": ("Oilskin Coat", "outfit", 18, "rubies"),
    "explorers_boots": ("Explorer's Boots", "outfit", 16, "rubies"),
    "velvet_mask": ("Velvet Mask", "outfit", 22, "rubies"),
    "parrot_companion": ("Parrot Companion", "companion", 40, "rubies"),
    "ferret_companion": ("Ferret Companion", "companion", 35, "rubies"),
    "golden_spade": ("Golden Spade", "tool", 60, "rubies"),
}

# table: the kinds of item that it can drop
REWARD_TABLES = {
    "beginner_chest": ("consumable", "book"),
    "daily_login": ("consumable", "tool"),
    "clue_solved": ("consumable",),
    "hunt_finished": ("tool", "book", "boost"),
    "hunt_won": ("outfit", "boost", "tool"),
    "weekly_league": ("boost", "outfit"),
    "guardian_defeated": ("tool", "boost"),
    "hidden_cache": ("book", "tool", "consumable"),
    "party_bonus": ("consumable", "boost"),
    "season_finale": ("companion", "outfit", "boost"),
}
