"""Generated configurations of a known shape, the same for the same arguments.

    generate("half shared", per_layer=10_000)

    defaults      ████████░░░░░░░░                           seven layers of 10,000 leaves each;
    region        ████████        ░░░░░░░░                   █ is defined by every layer,
    season        ████████                ░░░░░░░░           ░ by one layer alone:
    …                                                        40,000 leaves when resolved

A path reads `billing.invoice_gateway_7.database.pool_size`. What layers share is cut at whole sections, so
the layers meet in the same services, as an environment's overrides do. Every layer comes out of a JSON text
of its own: its keys are equal to those of the other layers and not identical, as when files are read.
Seven layers are what is measured elsewhere; fewer or more show what a layer costs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

from benches.vocabulary import (
    AREAS,
    HOST_PARTS,
    MODES,
    ROLES,
    SECTIONS,
    SERVICE_SETTINGS,
    SUBJECTS,
)

LAYERS = ("defaults", "region", "season", "hunt", "segment", "experiment", "environment")
MIDDLE = LAYERS[3]
MORE_LAYERS = ("tenant", "rollout", "incident", "machine", "session")
# Of a layer's leaves, the share that every layer defines.
SHAPES = {"same keys": 1.0, "half shared": 0.5, "mostly disjoint": 0.1}
CACHE = Path(__file__).resolve().parents[1] / ".cache" / "bench-data"
_FORMAT = 1  # of the cached texts; raise it when other texts come out

Tree = dict[str, Any]
Setting = tuple[tuple[str, ...], str]  # a path and the kind of its value


@dataclass(frozen=True)
class Generated:
    """The JSON texts of a stack of layers, lowest first."""

    texts: dict[str, str]

    def trees(self) -> dict[str, Tree]:
        """Every layer's data, made anew."""
        return {name: json.loads(text) for name, text in self.texts.items()}

    @cached_property
    def layers(self) -> dict[str, Tree]:
        """Every layer's data; not to be changed."""
        return self.trees()

    @cached_property
    def merged(self) -> Tree:
        """What the layers resolve to."""
        return merge(list(self.layers.values()))

    @cached_property
    def flat(self) -> Tree:
        """Every leaf that the layers resolve to, by its dotted path."""
        return flatten(self.merged)


def generate(
    shape: str, *, per_layer: int, layers: int = len(LAYERS), seed: int = 7, cache: Path | None = CACHE
) -> Generated:
    """A stack of so many layers, at most twelve, of `per_layer` leaves each."""
    names = (*LAYERS, *MORE_LAYERS)[:layers]
    if len(names) != layers:
        raise ValueError(f"there are names for {len(names)} layers, not for {layers}")
    of_it = f"{_FORMAT}-{shape.replace(' ', '-')}-{layers}x{per_layer}-{seed}"
    folder = cache / of_it if cache else None
    if folder and all((folder / f"{name}.json").exists() for name in names):
        return Generated({name: (folder / f"{name}.json").read_text("utf-8") for name in names})
    texts = {name: json.dumps(tree) for name, tree in _layers(shape, names, per_layer, Random(seed))}
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name}.json").write_text(text, "utf-8")
    return Generated(texts)


def resolving_to(
    leaves: int,
    *,
    shape: str = "half shared",
    layers: int = len(LAYERS),
    seed: int = 7,
    cache: Path | None = CACHE,
) -> Generated:
    """A stack of so many layers that resolves to so many leaves, give or take one a layer."""
    shared = SHAPES[shape]
    per_layer = round(leaves / (shared + layers * (1 - shared)))
    return generate(shape, per_layer=per_layer, layers=layers, seed=seed, cache=cache)


def document(leaves: int, *, seed: int = 7) -> Tree:
    """One layer's data without nulls, which TOML cannot carry."""
    settings = list(_settings(Random(seed), leaves))
    random = Random(seed + 1)
    tree: Tree = {}
    for path, kind in settings:
        put(tree, path, _value("name" if kind == "optional" else kind, random))
    return tree


def merge(trees: list[Tree]) -> Tree:
    """A plain recursive merge, the lowest first; as with a snapshot, no mapping of the layers is shared."""
    merged: Tree = {}
    for tree in trees:
        merge_into(merged, tree)
    return merged


def merge_into(merged: Tree, upper: Tree) -> None:
    """Merges one tree into another, which is changed."""
    for key, value in upper.items():
        if isinstance(value, dict):
            below = merged.get(key)
            if not isinstance(below, dict):
                below = merged[key] = {}
            merge_into(below, value)
        else:
            merged[key] = value


def path_copy(tree: Tree, upper: Tree) -> Tree:
    """A tree with other values, copied along the way to them: what careful people do for a request."""
    copy = dict(tree)
    for name, value in upper.items():
        lower = copy.get(name)
        copy[name] = path_copy(lower, value) if type(value) is dict and type(lower) is dict else value
    return copy


def flatten(tree: Tree, prefix: str = "") -> Tree:
    """Every leaf by its dotted path; lists as the tuples that a snapshot gives."""
    flat: Tree = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[prefix + key] = tuple(value) if isinstance(value, list) else value
    return flat


def put(tree: Tree, path: tuple[str, ...], value: Any) -> None:
    """Puts one leaf into a tree, with the mappings above it."""
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = value


def _layers(shape: str, names: Sequence[str], per_layer: int, random: Random) -> Iterator[tuple[str, Tree]]:
    shared = round(per_layer * SHAPES[shape])
    own = per_layer - shared
    settings = _sections_shuffled(list(_settings(random, shared + own * len(names))), random)
    for at, name in enumerate(names):
        tree: Tree = {}
        start = shared + own * at
        for path, kind in (*settings[:shared], *settings[start : start + own]):
            put(tree, path, _value(kind, random))
        yield name, tree


def _settings(random: Random, leaves: int) -> Iterator[Setting]:
    """So many settings, service by service."""
    left = leaves
    number = 0
    while True:
        number += 1
        service = (AREAS[number % len(AREAS)], f"{random.choice(SUBJECTS)}_{random.choice(ROLES)}_{number}")
        for setting in _settings_of(service, random):
            if not left:
                return
            left -= 1
            yield setting


def _settings_of(service: tuple[str, str], random: Random) -> Iterator[Setting]:
    for name, kind in SERVICE_SETTINGS.items():
        yield (*service, name), kind
    for section in random.sample(list(SECTIONS), random.randint(4, len(SECTIONS))):
        for name, kind in SECTIONS[section].items():
            yield (*service, section, name), kind


def _sections_shuffled(settings: list[Setting], random: Random) -> list[Setting]:
    sections: dict[tuple[str, ...], list[Setting]] = {}
    for setting in settings:
        sections.setdefault(setting[0][:-1], []).append(setting)
    order = list(sections.values())
    random.shuffle(order)
    return [setting for section in order for setting in section]


def _value(kind: str, random: Random) -> Any:
    match kind:
        case "switch":
            return random.random() < 0.5
        case "count":
            return random.choice((random.randint(1, 64), random.randint(1_000, 500_000)))
        case "milliseconds":
            return random.randint(1, 600) * 50
        case "port":
            return random.randint(1_024, 65_535)
        case "fraction":
            return round(random.random(), 3)
        case "mode":
            return random.choice(MODES)
        case "name":
            return f"{random.choice(SUBJECTS)}_{random.choice(ROLES)}"
        case "path":
            return f"/{random.choice(AREAS)}/{random.choice(SUBJECTS)}/v{random.randint(1, 4)}"
        case "host":
            return _host(random)
        case "hosts":
            return [_host(random) for _ in range(random.randint(1, 3))]
        case "names":
            return random.sample(SUBJECTS, random.randint(0, 4))
        case "optional":
            return random.choice((None, random.randint(1, 100)))
    raise ValueError(f"no values of the kind {kind!r}")


def _host(random: Random) -> str:
    return f"{random.choice(SUBJECTS)}-{random.choice(HOST_PARTS)}-{random.randint(1, 99):02}.example.net"
