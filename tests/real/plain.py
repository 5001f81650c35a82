"""What the stacks mean, by the parsers of the standard library and a merge of ten lines."""

from __future__ import annotations

import json
import random
import re
import tomllib


def load(document):
    """The data of a document as other parsers read it."""
    if document.format == "yaml":
        return load_yaml(document.text)
    return {"json": json.loads, "toml": tomllib.loads}[document.format](document.text)


def load_yaml(text):
    """YAML by PyYAML, with the scalars of YAML 1.2 instead of 1.1."""
    import yaml

    Core = type("Core", (yaml.SafeLoader,), {"yaml_implicit_resolvers": {}})  # noqa: N806
    number = "-+0123456789."
    for tag, pattern, first in (
        ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
        ("merge", "<<", "<"),
        ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("int", "[-+]?[0-9]+", number),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)", number),
    ):
        Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})$"), list(first))
    Core.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node)))
    Core.add_constructor(
        "tag:yaml.org,2002:float",
        lambda loader, node: float(re.sub(r"\.(?=i)", "", loader.construct_scalar(node).lower())),
    )
    return yaml.load(text, Core)


def merge(low, high):
    """Two mappings as one: mappings are merged, anything else is replaced."""
    merged = dict(low)
    for key, value in high.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both else value
    return merged


def leaves(data, above=()):
    """Every leaf, empty mappings among them, by the names on its path."""
    for name, value in data.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*above, name))
        else:
            yield (*above, name), value


def frozen(value):
    """With tuples for lists, as a snapshot has them."""
    if isinstance(value, dict):
        return {name: frozen(child) for name, child in value.items()}
    return tuple(map(frozen, value)) if isinstance(value, list) else value


def sample(data, count, seed):
    """Some paths of leaves, always the same ones, no matter in which order the data has them."""
    paths = sorted(path for path, _ in leaves(data))
    return random.Random(seed).sample(paths, min(count, len(paths)))


def nested(path, value):
    """A mapping that holds one value at one path."""
    for name in reversed(path):
        value = {name: value}
    return value
