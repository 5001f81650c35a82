"""The stack of the treasure hunt, lowest precedence first: for the demo, the tests and the benches."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import choices
from veltrix import Dimension
from vocabulary import HUNTS

CONFIG = Path(__file__).parent / "config"

# The name of each layer and the file that it is read from.
FILES = (
    ("engine", "defaults/engine.toml"),
    ("economy", "defaults/economy.toml"),
    ("shop", "defaults/shop.yaml"),
    ("rewards", "defaults/rewards.yaml"),
    ("maps", "defaults/maps.json"),
    ("hunts", "defaults/hunts.toml"),
    ("features", "defaults/features.yaml"),
    ("localisation", "defaults/localisation.yaml"),
    ("region eu", "region-eu.toml"),
    ("season winter", "season-winter.yaml"),
    ("hunt frozen_abbey", "hunt-frozen-abbey.yaml"),
    ("segment vip", "segment-vip.json"),
    ("experiment quick_clues", "experiment-quick-clues.toml"),
    ("production", "production.toml"),
)

# The server's order is the one of its requests: what all of them share first, then what each one chooses.
SHARED = (*FILES[:8], FILES[-1])

# The choices that a request makes, lowest precedence first, and the file that each is read from.
DIMENSIONS = {
    "region": {
        "eu": "region-eu.toml",
        **{name: f"region-{name}.json" for name in choices.REGIONS},
    },
    "season": {
        "winter": "season-winter.yaml",
        **{name: f"season-{name}.json" for name in choices.SEASONS},
    },
    "hunt": {
        hunt.slug: f"hunt-{hunt.slug.replace('_', '-')}.{'yaml' if hunt.slug == choices.BY_HAND else 'json'}"
        for hunt in HUNTS
    },
    "segment": {
        "vip": "segment-vip.json",
        **{name: f"segment-{name}.json" for name in choices.SEGMENTS},
    },
    "clue_experiment": {
        "quick_clues": "experiment-quick-clues.toml",
        **{name: f"experiment-{name.replace('_', '-')}.json" for name in choices.CLUE_EXPERIMENTS},
    },
    "spawn_experiment": {
        name: f"experiment-{name.replace('_', '-')}.json" for name in choices.SPAWN_EXPERIMENTS
    },
}

# What the deployment adds on top, as variables that begin with HUNT_.
VARIABLES = "production.env"
SECRETS = ("storage.players.password",)

# What one request brings along: the player's own settings.
REQUEST = {
    "localisation": {"fallback": "ja"},
    "clues": {"hint": {"cost_growth": 1.0}},
    "chat": {"enabled": False},
}


def parse_layers(kernel: ModuleType, files: Iterable[tuple[str, str]] = FILES) -> list[Any]:
    """Files of the stack as layers of one kernel."""
    return [
        kernel.Layer.parse(name, (CONFIG / file).read_bytes(), Path(file).suffix[1:], file=file)
        for name, file in files
    ]


def parse_dimensions(kernel: ModuleType) -> list[Dimension]:
    """The choices of a request as dimensions of one kernel."""
    return [
        Dimension(
            name,
            dict(
                zip(
                    table,
                    parse_layers(kernel, ((f"{name} {choice}", file) for choice, file in table.items())),
                    strict=True,
                )
            ),
        )
        for name, table in DIMENSIONS.items()
    ]
