"""Changes of every shape, a hundred each: what `set` and `delete` make of a snapshot, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from benches.data import Tree
from veltrix import replace

MANY = 100
Changed = tuple[Any, int]  # the snapshot, and in how many leaves it differs


def changed_values(start: Any, flat: Tree, many: int = MANY) -> Changed:
    """Other values of leaves all over the place."""
    return _set(start, {path: -number - 2 for number, path in enumerate(_plain(flat, many))}), many


def added_keys(start: Any, flat: Tree, many: int = MANY) -> Changed:
    """New keys of as many sections."""
    return _set(start, {f"{section}.new": 1 for section in _sections(flat, many)}), many


def added_to_one(start: Any, flat: Tree, many: int = MANY) -> Changed:
    """New keys of one section."""
    section = _sections(flat, 1)[0]
    return _set(start, {f"{section}.new_{number}": 1 for number in range(many)}), many


def new_sections(start: Any, flat: Tree, many: int = MANY) -> Changed:
    """New sections of as many others, with a key each."""
    return _set(start, {f"{section}.new.key": 1 for section in _sections(flat, many)}), many


def removed_keys(start: Any, flat: Tree, many: int = MANY) -> Changed:
    """Leaves that only the highest of their layers defines, taken out of it."""
    for path in _alone(start, flat, many):
        start = start.delete(path, layer=start.explain(path).origin.layer)
    return start, many


def replaced_mappings(start: Any, flat: Tree, many: int = MANY) -> Changed:
    """Sections in whose place a value stands."""
    sizes: dict[str, int] = {}
    for path in flat:
        section = path.rpartition(".")[0]
        sizes[section] = sizes.get(section, 0) + 1
    count = 0
    for section in _sections(flat, many):
        # What also holds sections would take these along.
        if count + sizes[section] + 1 > many or any(f"{section}." in other for other in sizes):
            continue
        start = start.set(section, replace(1))
        count += sizes[section] + 1
    return start, count


def replaced_values(start: Any, flat: Tree, many: int = MANY) -> Changed:
    """Leaves in whose place a mapping of one stands: one goes, one comes."""
    for path in _plain(flat, many // 2):
        start = start.set(path, replace({"inner": 1}))
    return start, many // 2 * 2


def changed_lists(start: Any, flat: Tree, many: int = MANY) -> Changed:
    """Other lists."""
    lists = [path for path, value in flat.items() if type(value) is tuple]
    return _set(start, {path: ["other", number] for number, path in enumerate(_some(lists, many))}), many


def of_every_shape(start: Any, flat: Tree, many: int = MANY) -> Changed:
    """Some of each, in different places."""
    paths = list(flat)
    size = len(paths) // 6
    parts = [dict.fromkeys(paths[at * size : (at + 1) * size]) for at in range(6)]
    counts = []
    shapes = (changed_values, added_keys, removed_keys, replaced_mappings, replaced_values, changed_lists)
    for shape, part in zip(shapes, parts, strict=True):
        start, count = shape(start, {path: flat[path] for path in part}, many // 6)
        counts.append(count)
    rest = many - sum(counts)
    start, count = added_to_one(start, flat, rest) if rest else (start, 0)
    return start, sum(counts) + count


SHAPES: dict[str, Callable[[Any, Tree], Changed]] = {
    "values": changed_values,
    "one value more": lambda start, flat: changed_values(start, flat, MANY + 1),
    "keys added in as many sections": added_keys,
    "keys added in one section": added_to_one,
    "new sections": new_sections,
    "keys removed": removed_keys,
    "sections replaced by values": replaced_mappings,
    "values replaced by sections": replaced_values,
    "lists": changed_lists,
    "some of each": of_every_shape,
}


def _set(start: Any, values: Tree) -> Any:
    for path, value in values.items():
        start = start.set(path, value)
    return start


def _some(paths: list[str], many: int) -> list[str]:
    return Random(35).sample(paths, many)


def _plain(flat: Tree, many: int) -> list[str]:
    return _some(
        [path for path, value in flat.items() if type(value) is not tuple and value is not None], many
    )


def _sections(flat: Tree, many: int) -> list[str]:
    return _some(list(dict.fromkeys(path.rpartition(".")[0] for path in flat)), many)


def _alone(start: Any, flat: Tree, many: int) -> list[str]:
    paths = (path for path in _some(list(flat), len(flat)) if len(start.explain(path).definitions) == 1)
    return [path for path, _ in zip(paths, range(many), strict=False)]
