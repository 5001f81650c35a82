"""Whole cases from a seed: layers that collide, and a script of operations on what they resolve to."""

from __future__ import annotations

from collections import OrderedDict, UserDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType
from typing import Any, TypeVar

from tests.differential import hostile
from tests.differential.hostile import Row, Table, Text
from veltrix import DELETE, FrozenMapping, Origin, append, prepend, replace
from veltrix.operators import Operator

T = TypeVar("T")
Path = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands for something that only exists in a run: a layer or a snapshot, by number."""

    kind: str
    number: int


@dataclass(slots=True)
class LayerSpec:
    """The arguments of one `Layer`."""

    name: Any
    data: Any
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Step:
    """One operation: its name, and the arguments that `run` gives to it."""

    operation: str
    arguments: tuple[Any, ...]


@dataclass(slots=True)
class Case:
    """A stack, and what is done with it."""

    layers: list[LayerSpec]
    conflicts: Any
    dimensions: tuple[tuple[str, tuple[tuple[str, int], ...], bool, bool], ...]
    steps: list[Step]
    universe: list[str | Path]
    repeated: list[int] = field(default_factory=list)
    """Layers, by number, that stand in the stack again, on top."""
    late: bool = False
    """Whether what is derived is looked at only when the script is over: nothing was read from it before."""
    generation: Any = 1
    """The generation that the stack is resolved as."""
    bounds: dict[str, int] = field(default_factory=dict)
    """How many scopes are kept, if not as many as usual."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the parts of a case may be."""

    layers: tuple[int, ...]
    """The numbers of layers, each as likely as the others."""
    steps: tuple[int, ...]
    """The numbers of steps."""
    names: int
    """About how many names there are, and the most that a mapping holds."""
    depth: int
    """The most levels of mappings, deep ones apart."""
    paths: int
    """The most paths that are looked at in each snapshot."""


# What breaks a kernel breaks it with small data nearly always, and small data is fast; scripts are long.
SMALL = Size((1, 1, 1, 2, 2, 2, 3), (2, 4, 6, 8, 10, 12, 14, 16, 20, 28), names=3, depth=2, paths=3)
ORDINARY = Size((0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8), tuple(range(4, 24)), names=4, depth=5, paths=12)
LARGE = Size((0, 1, 2, 3, 4, 5, 6, 7, 8), tuple(range(30, 90)), names=10, depth=5, paths=12)


MOST_SNAPSHOTS = 16
"""How many snapshots of a run stay alive, and can be read and derived from."""


class Source:
    """Cheap choices from one seed."""

    __slots__ = ("random",)

    def __init__(self, seed: int | str) -> None:
        self.random = Random(seed).random

    def chance(self, probability: float) -> bool:
        return self.random() < probability

    def below(self, limit: int) -> int:
        return int(self.random() * limit)

    def pick(self, items: Sequence[T]) -> T:
        return items[int(self.random() * len(items))]


class DataMaker:
    """Data over a small alphabet, so that layers collide.

    Some names of the alphabet mostly hold mappings and the others mostly hold values, so that conflicts
    happen, but not in every case.
    """

    def __init__(self, source: Source, size: Size) -> None:
        self.source = source
        self.width = size.names
        self.depth = size.depth
        oddity = source.random()
        oddity *= oddity
        self.names = [
            source.pick(hostile.ODD) if source.chance(oddity) else source.pick(hostile.PLAIN)
            for _ in range(self.width - 1 + source.below(4))
        ]
        self.branches = self.names[: 1 + source.below(2)]
        self.noise = source.pick((0.0, 0.0, 0.02, 0.1))
        self.operators = source.pick((0.0, 0.1, 0.25, 0.5))
        self.faults = 0.03 if source.chance(0.15) else 0.0
        roll = source.random()
        self.values = (
            hostile.PLAIN_VALUES
            if roll < 0.4
            else hostile.ODD_VALUES
            if roll < 0.8
            else source.pick(hostile.ALIKE)
        )
        self.paths: dict[Path, None] = {}

    def value(self) -> Any:
        """A value that is no mapping."""
        source = self.source
        roll = source.random()
        if roll < 0.8:
            return source.pick(self.values)
        if roll < 0.97:
            return self.list()
        return source.pick(hostile.ODD_VALUES)

    def list(self, depth: int = 0) -> Any:
        source = self.source
        items: Any = []
        for _ in range(source.below(4)):
            if depth < 3 and source.chance(0.2):
                items.append(self.list(depth + 1))
            elif depth < 3 and source.chance(0.2):
                items.append(dict.fromkeys(map(self.name, "ab"), source.pick(self.values)))
            elif self.faults and source.chance(self.faults):
                items.append(source.pick((DELETE, append([1]), replace(1))))
            else:
                items.append(source.pick(self.values))
        roll = source.random()
        return items if roll < 0.7 else tuple(items) if roll < 0.95 else Row(items)

    def name(self, _: object = None) -> str:
        return self.source.pick(self.names)

    def definition(self, name: str, path: Path, depth: int) -> Any:
        """What stands at a name: a mapping mostly for some names, a value mostly for the others."""
        source = self.source
        branch = name in self.branches
        if source.random() < self.noise:
            branch = not branch
        if branch and depth < self.depth:
            below = self.mapping(path, depth + 1)
            roll = source.random()
            if roll < self.operators * 0.35:
                return replace(below if roll < self.operators * 0.2 else self.value())
            return DELETE if roll < self.operators * 0.55 else None if roll < self.operators * 0.65 else below
        if source.random() < self.operators:
            operator = source.pick((append, append, prepend, prepend, replace, DELETE, DELETE, None))
            if operator is None or operator is DELETE:
                return operator
            return replace(self.value()) if operator is replace else operator(self.list())  # type: ignore[operator]
        return self.value()

    def mapping(self, path: Path, depth: int) -> Any:
        """A mapping of definitions, of any class that counts as one."""
        source = self.source
        if source.chance(0.06):
            return source.pick(hostile.ODD_MAPPINGS)
        data: dict[Any, Any] = {}
        for _ in range(1 + source.below(self.width)):
            name = source.pick(self.names)
            below = (*path, name)
            self.paths[below] = None
            value = self.definition(name, below, depth)
            data[Text(name) if source.random() < 0.02 else name] = value
        if self.faults and source.chance(self.faults):
            data[source.pick(hostile.WRONG_KEYS)] = 1
        roll = source.random()
        if roll < 0.9:
            return data
        if roll < 0.999:
            return source.pick((OrderedDict, MappingProxyType, Table, UserDict, FrozenMapping))(data)
        return self.deep(data)

    def deep(self, data: Any) -> Any:
        """The data many levels down, at or beyond the limit now and then."""
        levels = self.source.pick((3, 20, 60, 62, 63, 64, 65, 70))
        listed = self.source.chance(0.3)
        for _ in range(levels):
            data = [data] if listed else {self.source.pick(self.names): data}
        if listed and not has_operator(data):
            return {self.source.pick(self.names): data}
        return {"deep": 1} if listed else data

    def large(self) -> dict[str, Any]:
        """What a file of 1,000 to 5,000 values holds, in wide mappings or in narrow ones."""
        source = self.source
        values = 1000 + source.below(4000)
        wide = values // source.pick((4, 40, 200))
        kinds = (*self.values, *hostile.OPAQUE) if source.chance(0.5) else self.values
        data = {
            f"s{at}": {f"k{child}": source.pick(kinds) for child in range(min(wide, values - at * wide))}
            for at in range(-(-values // wide))
        }
        for at in range(3):
            self.paths[self.branches[0], f"s{at}", f"k{source.below(wide)}"] = None
        return {self.branches[0]: data}

    def edited(self, data: dict[Any, Any], path: Path = ()) -> dict[Any, Any]:
        """What a file holds after somebody changed one thing in it, at any depth."""
        source = self.source
        names = [name for name in data if type(name) is str and name not in hostile.WRONG_KEYS]
        branches = [name for name in names if type(data[name]) is dict]
        if branches and source.chance(0.75):
            name = source.pick(branches)
            return {**data, name: self.edited(data[name], (*path, name))}
        known = bool(names) and source.chance(0.8)
        name = source.pick(names) if known else self.name()
        self.paths[(*path, name)] = None
        rest = dict(data)
        rest.pop(name, None)
        roll = source.random()
        if roll < 0.15:
            return rest
        if roll < 0.3 and known:
            return {**rest, name: data[name]} if roll < 0.22 else {name: data[name], **rest}
        value = self.value() if roll < 0.7 else self.definition(name, (*path, name), len(path) + 1)
        return {**data, name: value}

    def path(self) -> Path:
        """A path that may lead somewhere."""
        source = self.source
        known = list(self.paths)
        roll = source.random()
        path = source.pick(known) if known and roll < 0.85 else (self.name(),)
        if roll > 0.5:
            return path
        if roll < 0.1 and len(path) > 1:
            return path[:-1]
        if roll < 0.2:
            return (*path, source.below(3))
        if roll < 0.25:
            return (*path, source.below(3), self.name())
        if roll < 0.32:
            return (*path, self.name())
        if roll < 0.35:
            return (*path, source.pick(hostile.ODD))
        return path

    def names_only(self) -> Path:
        path = self.path()
        return path if self.source.chance(0.03) else tuple(name for name in path if isinstance(name, str))


def has_operator(data: Any) -> bool:
    """Whether an operator stands anywhere in lists and dicts."""
    todo = [data]
    while todo:
        item = todo.pop()
        if isinstance(item, Operator):
            return True
        if isinstance(item, (list, tuple)):
            todo.extend(item)
        elif isinstance(item, (dict, MappingProxyType, UserDict, FrozenMapping)):
            todo.extend(item.values())
    return False


def layer_spec(source: Source, maker: DataMaker, name: str) -> LayerSpec:
    """A layer, with origins and secrets now and then, and now and then wrong."""
    spec = LayerSpec(name, maker.mapping((), 0))
    if source.chance(0.12):
        paths = [maker.path() for _ in range(1 + source.below(2))]
        spec.options["secret"] = (
            True if source.chance(0.4) else [path_spelling(source, path) for path in paths]
        )
    if source.chance(0.12):
        spec.options["origins"] = {
            maker.names_only(): Origin(name, "file", "app.toml", 1 + source.below(9), 1 + source.below(9))
            if source.chance(0.7)
            else Origin(name, "environment", variable="APP_A")
            for _ in range(3)
        }
        if source.chance(0.3):
            spec.options["origins"][()] = Origin("other", "secrets", "dir/\x1b")
        if source.chance(0.02):
            spec.options["origins"][source.pick(hostile.WRONG_ORIGIN_PATHS)] = Origin("x", "s")
    if source.chance(0.05):
        spec.options["source"] = source.pick(("argument", "overlay", "set", "file", "é"))
    if source.chance(0.02):
        match source.below(4):
            case 0:
                spec.name = source.pick(hostile.WRONG_NAMES)
            case 1:
                spec.data = source.pick(hostile.WRONG_DATA)
            case 2:
                spec.options["source"] = source.pick(hostile.WRONG_NAMES)
            case _:
                spec.options["secret"] = source.pick(
                    (1, "a.b", None, [1], ["a."], [("a", 1)], 0.5, ["a[0].b"])
                )
    return spec


def path_spelling(source: Source, path: Path) -> Any:
    """One of the ways in which a path can be written."""
    roll = source.random()
    if roll < 0.3:
        return path
    if roll < 0.4 and len(path) == 1:
        return path[0]
    return path_text(path, quote_all=roll < 0.5)


def path_text(path: Path, quote_all: bool = False) -> str:
    """The path as text; unlike the canonical form it may quote where that is not needed."""
    text = ""
    for segment in path:
        if isinstance(segment, int):
            text += f"[{segment}]"
            continue
        quoted = quote_all or not segment or any(char in '.[]"\\' or char.isspace() for char in segment)
        if quoted:
            segment = '"' + segment.replace("\\", "\\\\").replace('"', '\\"') + '"'
        text += f".{segment}" if text else segment
    return text


def any_path(source: Source, maker: DataMaker) -> Any:
    """A path in any spelling, now and then wrong or damaged."""
    roll = source.random()
    if roll < 0.08:
        return source.pick(hostile.WRONG_PATHS)
    spelling = path_spelling(source, maker.path())
    if roll < 0.12 and isinstance(spelling, str):
        at = source.below(len(spelling) + 1)
        return spelling[:at] + source.pick('.[]"\\ 0-\t\u2028é\ud800') + spelling[at + source.below(2) :]
    if roll < 0.14 and isinstance(spelling, str):
        return Text(spelling)
    return spelling
