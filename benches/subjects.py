"""What is measured: both implementations over generated data, and checks of what they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from random import Random
from types import ModuleType
from typing import Any

import veltrix
from benches.data import Generated, Tree, put, resolving_to
from veltrix.bench.bodies import equal_copies
from veltrix.bench.ratio import Workload

KEYS = 64  # that a read rotates through
SLICE = 1_000  # keys that one turn of a walk reads; the next goes on where it ended


def kernels() -> dict[str, ModuleType]:
    """The implementations, native first."""
    found = veltrix.implementations()
    return {name: found[name] for name in ("native", "pure") if name in found}


def stacked(kernel: ModuleType, generated: Generated) -> list[Any]:
    """The layers of generated data, lowest first."""
    return [kernel.Layer(name, tree) for name, tree in generated.layers.items()]


def snapshot_of(kernel: ModuleType, generated: Generated) -> Any:
    """The snapshot of generated data."""
    return kernel.resolve(stacked(kernel, generated))


@cache
def resolved(leaves: int, *, pure: bool = True) -> tuple[Generated, dict[str, Any]]:
    """Generated data of so many leaves, not to be changed, and its snapshots by the implementation."""
    generated = resolving_to(leaves)
    chosen = {name: kernel for name, kernel in kernels().items() if pure or name == "native"}
    return generated, {name: snapshot_of(kernel, generated) for name, kernel in chosen.items()}


def some_keys(flat: dict[str, Any], count: int = KEYS, seed: int = 3) -> list[str]:
    """Keys of a flat dict, the very objects."""
    return Random(seed).sample(list(flat), count)


def absent_keys(keys: list[str]) -> list[str]:
    """Paths that lead nowhere: a misspelt last segment."""
    return [f"{key[:-1]}{'q' if key[-1] != 'q' else 'z'}x" for key in keys]


def in_steps(flat: dict[str, Any], count: int = KEYS) -> dict[str, Any]:
    """Paths of four names, numbered: each, all as a tuple, the first two and the last three as texts."""
    paths = [path.split(".") for path in some_keys(flat, len(flat)) if path.count(".") == 3][:count]
    names = {
        f"{letter}{at}": name
        for at, path in enumerate(paths)
        for letter, name in zip("abcd", path, strict=True)
    }
    tuples = {f"t{at}": tuple(path) for at, path in enumerate(paths)}
    sections = {f"s{at}": ".".join(path[:2]) for at, path in enumerate(paths)}
    return {**names, **tuples, **sections, **{f"r{at}": ".".join(path[1:]) for at, path in enumerate(paths)}}


@dataclass(frozen=True)
class Request:
    """A request's own overrides, and what it reads: a fifth of the reads are of what it overrides."""

    data: Tree
    overridden: list[str]
    keys: list[str]

    @classmethod
    def within_a_section(cls, flat: dict[str, Any], overrides: int = 5, reads: int = 40) -> Request:
        """Overrides of neighbours: one feature's settings."""
        sections: dict[str, list[str]] = {}
        for path in flat:
            sections.setdefault(path.rpartition(".")[0], []).append(path)
        large = [section for section in sections.values() if len(section) >= overrides]
        return cls._of(Random(4).sample(Random(5).choice(large), overrides), flat, reads)

    @classmethod
    def across_sections(cls, flat: dict[str, Any], overrides: int = 5, reads: int = 40) -> Request:
        """Overrides of leaves that are nowhere near each other."""
        return cls._of(Random(5).sample(list(flat), overrides), flat, reads)

    @classmethod
    def of_new_leaves(cls, flat: dict[str, Any], overrides: int = 5, reads: int = 40) -> Request:
        """Leaves that nothing below defines, in a mapping that is there."""
        section = Random(5).choice(list(flat)).rpartition(".")[0]
        return cls._of([f"{section}.added_{number}" for number in range(overrides)], flat, reads)

    @classmethod
    def _of(cls, overridden: list[str], flat: dict[str, Any], reads: int) -> Request:
        data: Tree = {}
        for number, path in enumerate(overridden):
            put(data, tuple(path.split(".")), f"override_{number}")
        random = Random(6)
        hits = [overridden[number % len(overridden)] for number in range(reads // 5)]
        keys = hits + random.sample([path for path in flat if path not in overridden], reads - len(hits))
        random.shuffle(keys)
        return cls(data, overridden, equal_copies(keys))

    def flat(self, below: dict[str, Any]) -> dict[str, Any]:
        """What is read, by path, on top of flat data."""
        return {**below, **{path: f"override_{number}" for number, path in enumerate(self.overridden)}}


def same(left: Any, right: Any) -> bool:
    """Equal, and of one type."""
    return type(left) is type(right) and left == right


def check_reads(mapping: Any, expected: dict[str, Any]) -> None:
    """Raises unless a mapping has these values; reads each of these key objects once."""
    for key, value in expected.items():
        found = mapping[key]
        if not same(found, value):
            raise AssertionError(f"{key} is {found!r}, not {value!r}")


def changes_of(paths: Sequence[str], changes: int, seed: int) -> Tree:
    """So many other values, by path."""
    return {path: 2_000_000 + number for number, path in enumerate(Random(seed).sample(paths, changes))}


def changed(diff: Any, old: Any, paths: Sequence[str], changes: int, seed: int) -> Any:
    """A snapshot with so many leaves set, whose difference was looked at."""
    new, values = old, changes_of(paths, changes, seed)
    for path, value in values.items():
        new = new.set(path, value)
    difference = diff(old, new)
    assert difference.changed == {path: (old[path], value) for path, value in values.items()}
    assert not difference.added
    assert not difference.removed
    return new


def walking(mappings: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Workload]:
    """Reads of every key, equal and not identical to these, in random order, round and round."""
    order = list(keys)
    Random(9).shuffle(order)
    copies = equal_copies(order)
    size = min(SLICE, len(copies))
    return {
        name: Workload(
            "for k in slices():\n    m[k]",
            {"m": mapping, "slices": slices_of(copies, size)},
            "for k in slices():\n    k",
            size,
        )
        for name, mapping in mappings.items()
    }


def slices_of(keys: list[str], size: int) -> Callable[[], list[str]]:
    """A function that gives so many keys a call, and after the last the first; a rest is left out."""
    slices = [keys[at : at + size] for at in range(0, len(keys) - size + 1, size)]
    return cycle(slices).__next__
