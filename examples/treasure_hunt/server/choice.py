"""What a request chooses, and what it overrides: the two things that its settings depend on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import stack
from server.errors import RequestError


class Choice(NamedTuple):
    """The layers that a session's settings are resolved over, one of each dimension."""

    region: str
    season: str
    hunt: str
    segment: str
    clue_experiment: str
    spawn_experiment: str


Overrides = Mapping[str, Any]
"""What one request sets for itself: paths and values."""

HEADER = "hunt-settings"
MOST_BYTES = 1024

LANGUAGES = frozenset({"en", "de", "fr", "es", "it", "pt", "pl", "ja"})


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _growth(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 1 <= value <= 3


def _language(value: Any) -> bool:
    return isinstance(value, str) and value in LANGUAGES


ALLOWED: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "chat.enabled": (_flag, "true or false"),
    "clues.hint.cost_growth": (_growth, "a number from 1 to 3"),
    "localisation.fallback": (_language, f"one of {', '.join(sorted(LANGUAGES))}"),
    "accessibility.large_text": (_flag, "true or false"),
}
"""The paths that a player may set, and what the value has to be. No layer has the last one: it is new."""


def choice_of(body: Mapping[str, Any]) -> Choice:
    """The choices that a request names; each has to be one that there is a layer of."""
    chosen = []
    for dimension, table in stack.DIMENSIONS.items():
        name = body.get(dimension)
        if not isinstance(name, str) or name not in table:
            raise RequestError(422, f"{dimension!r} has to be one of {', '.join(table)}")
        chosen.append(name)
    return Choice(*chosen)


def overrides_of(header: str | None) -> Overrides:
    """The settings that a request brings along, as JSON in its header: `{"chat.enabled": false}`."""
    if header is None:
        return {}
    if len(header) > MOST_BYTES:
        raise RequestError(431, f"{HEADER} has more than {MOST_BYTES} bytes")
    try:
        overrides = json.loads(header)
    except (ValueError, RecursionError):
        raise RequestError(400, f"{HEADER} is no JSON") from None
    if not isinstance(overrides, dict):
        raise RequestError(422, f"{HEADER} has to be an object of paths and values")
    for path, value in overrides.items():
        if path not in ALLOWED:
            raise RequestError(422, f"{HEADER} may set {', '.join(ALLOWED)} and nothing else")
        fits, expected = ALLOWED[path]
        if not fits(value):
            raise RequestError(422, f"{HEADER}: {path} has to be {expected}")
    return overrides
