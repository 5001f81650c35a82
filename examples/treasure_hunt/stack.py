"""The stack of the treasure hunt, lowest precedence first: for the demo, the tests and the benches."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

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

# What the deployment adds on top, as variables that begin with HUNT_.
VARIABLES = "production.env"
SECRETS = ("storage.players.password",)

# What one request brings along: the player's own settings.
REQUEST = {
    "localisation": {"fallback": "ja"},
    "clues": {"hint": {"cost_growth": 1.0}},
    "chat": {"enabled": False},
}


def parse_layers(kernel: ModuleType) -> list[Any]:
    """Every file of the stack as a layer of one kernel."""
    return [
        kernel.Layer.parse(name, (CONFIG / file).read_bytes(), Path(file).suffix[1:], file=file)
        for name, file in FILES
    ]
