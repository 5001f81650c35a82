"""The parsers that Python programs usually read documents with, by format."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(text: str) -> Any:
    """A YAML document by the fastest loader of PyYAML that is there."""
    return yaml.load(text, _LOADER)


PARSERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "json": ("json.loads", json.loads),
    "toml": ("tomllib.loads", tomllib.loads),
    "yaml": (f"yaml.{_LOADER.__name__}", load_yaml),
}
