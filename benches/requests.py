"""Whole requests, counted: a choice, three overrides and reads, beside dicts: `python -m benches.requests`.

    veltrix    o = s.scope({"region": …, … six}).override(d)       o["a.b.c"]
    keywords   o = s.scope(region=…, … six).override(d)            o["a.b.c"]
    tuned      f = by_choice[region, …]; o = dict(d)               o["a.b.c"] if "a.b.c" in o else f["a.b.c"]
    wrapped    the same two dicts behind a class                   o["a.b.c"]
    path copy  the nested dict, copied along the paths of d        o["a"]["b"]["c"]

The configuration is the treasure hunt's. The counts are instructions and are held against the committed
budget, as those of `benches.instructions` are.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import chain, cycle, islice, product
from pathlib import Path
from random import Random
from typing import Any

from benches import counting
from benches.budget import gate
from benches.data import Tree
from benches.operations import Operation
from benches.report import shown, shown_target, verdict
from benches.result import Figure, Line, at_most
from benches.subjects import check_reads, kernels
from tests.examples.hunt import stack
from veltrix.bench.bodies import equal_copies, numbered, unrolled
from veltrix.bench.ratio import compiled

from resolvers.documents import flattened, merged  # isort: skip  (found by tests.examples.hunt)
from resolvers.wrapped import Wrapped  # isort: skip

BUDGET = Path(__file__).with_name("requests.json")
READS = (8, 60, 150)
CHOICES = (96, 1_280, 10_000)
OF_THE_CURVE = 60
SCOPED = 0.3
OVERRIDES = {
    "clues.hint.cost_growth": 1.5,
    "chat.enabled": False,
    "accessibility.large_text": True,  # no layer has it
}
WARM_UP = 20
TURNS = 100
CURVE_TURNS = 200
WAYS = ("veltrix", "veltrix, keywords", "tuned", "wrapped", "veltrix, chained", "path copy, chained")
NAMES = tuple(stack.DIMENSIONS)


def operation_name(way: str, reads: int) -> str:
    """What a request is called in the budget."""
    return f"request of {reads} reads: {way}"


def curve_name(choices: int) -> str:
    return f"request of {OF_THE_CURVE} reads, {choices:,} choices: veltrix"


# Each choice once: what comes after is what goes on.
WARM_UPS = {curve_name(choices): choices for choices in CHOICES}
OPERATIONS = (
    *(operation_name(way, reads) for reads in READS for way in WAYS),
    *(curve_name(choices) for choices in CHOICES),
)


# What a request may take, as a multiple of another way's: reads, way, the other way, at most.
TARGETS = (
    (8, "veltrix", "tuned", 1.5),
    (8, "veltrix", "wrapped", 1.0),
    (60, "veltrix", "tuned", 1.0),
    (150, "veltrix", "tuned", 1.0),
    *((reads, "veltrix, chained", "path copy, chained", 1.2) for reads in READS),
)
OF_THE_CURVE_AT_MOST = 1.1


def row_of(name: str) -> int:
    """The row of the targets that a request belongs to."""
    return 29 if "choices" in name else 32 if "chained" in name else 31


def against(found: Mapping[str, float]) -> Iterator[Line]:
    """The counts of requests as multiples of what each is held against."""
    for reads, way, other, most in TARGETS:
        yield from _ratio(found, operation_name(way, reads), operation_name(other, reads), other, most)
    few = curve_name(CHOICES[0])
    for choices in CHOICES[1:]:
        anchor = f"{CHOICES[0]} choices"
        yield from _ratio(found, curve_name(choices), few, anchor, OF_THE_CURVE_AT_MOST)


def _ratio(found: Mapping[str, float], name: str, other: str, anchor: str, most: float) -> Iterator[Line]:
    if found.keys() >= {name, other}:
        value = found[name] / found[other]
        yield Line(row_of(name), name, "×", {"native": Figure.exactly(value)}, anchor, at_most(most))


def counted_instructions(implementation: str, names: Sequence[str]) -> dict[str, float]:
    """Instructions of a request."""
    found = counting.instructions("benches.requests:runs", [implementation, list(names)], turns_of(names))
    return {name: round(each, 1) for name, each in found.items()}


def counted_allocations(implementation: str, names: Sequence[str]) -> dict[str, float]:
    """Blocks of memory that a request asks for, Python's and Rust's."""
    return counting.allocations("benches.requests:runs", [implementation, list(names)], turns_of(names))


def turns_of(names: Sequence[str]) -> dict[str, int]:
    """How often each of these requests is counted."""
    return {name: CURVE_TURNS if name in WARM_UPS else TURNS for name in names}


def runs(implementation: str, names: Sequence[str]) -> dict[str, Callable[[int], int]]:
    """The chosen requests, each ready to be run a number of times, and warm."""
    requests = Requests(implementation)
    made = {}
    for name in names:
        made[name] = compiled(*requests.operation(name))
        made[name](WARM_UPS.get(name, WARM_UP))
    return made


def verdicts(found: Mapping[str, float]) -> Iterator[str]:
    """What each request is held against, as text."""
    for line in against(found):
        own, target = shown(line, "native"), shown_target(line)
        yield f"{line.operation}: {own} {line.anchor}, {target}: {verdict(line)}"


class Requests:
    """The requests of one implementation, and the dicts beside it; what they answer is checked."""

    def __init__(self, implementation: str) -> None:
        kernel = kernels()[implementation]
        layers, dimensions = stack.parse_layers(kernel, stack.SHARED), stack.parse_dimensions(kernel)
        self._resolved = partial(kernel.resolve, layers, dimensions=dimensions)
        self.snapshot = self._resolved()
        self._choices = {
            dimension.name: {
                name: kernel.resolve([layer]).to_dict() for name, layer in dimension.layers.items()
            }
            for dimension in dimensions
        }
        self.choice = tuple(next(iter(table)) for table in stack.DIMENSIONS.values())

    def operation(self, name: str) -> Operation:
        """The request of a name in `OPERATIONS`."""
        for reads in READS:
            for way in WAYS:
                if name == operation_name(way, reads):
                    return self._ways(reads)[way]
        return self._of_choices(next(choices for choices in CHOICES if name == curve_name(choices)))

    @cache  # noqa: B019  (there is one object in a process)
    def _ways(self, reads: int) -> Mapping[str, Operation]:
        keys = equal_copies(self.keys(reads))
        parts = [tuple(key.split(".")) for key in keys]
        named = numbered("c", self.choice)
        flat, tree = self._merged()
        chosen = ", ".join(named)
        veltrix = f"o = s.scope({_asked(named)}).override(d)"
        chained = [f"o{''.join(f'[{name!r}]' for name in path)}" for path in parts]
        ways = {
            "veltrix": Operation(
                f"{veltrix}\n{unrolled('o[k{0}]', reads)}\ndel o",
                {"s": self.snapshot, "d": OVERRIDES, **named, **numbered("k", keys)},
            ),
            "veltrix, keywords": Operation(
                f"o = s.scope({_by_keywords(named)}).override(d)\n{unrolled('o[k{0}]', reads)}\ndel o",
                {"s": self.snapshot, "d": OVERRIDES, **named, **numbered("k", keys)},
            ),
            "tuned": Operation(
                f"f = by_choice[{chosen}]\no = dict(d)\n"
                f"{unrolled('o[k{0}] if k{0} in o else f[k{0}]', reads)}\ndel o",
                {"by_choice": {self.choice: flat}, "d": OVERRIDES, **named, **numbered("k", keys)},
            ),
            "wrapped": Operation(
                f"o = Wrapped(by_choice[{chosen}], dict(d))\n{unrolled('o[k{0}]', reads)}\ndel o",
                {
                    "Wrapped": Wrapped,
                    "by_choice": {self.choice: flat},
                    "d": OVERRIDES,
                    **named,
                    **numbered("k", keys),
                },
            ),
            "veltrix, chained": Operation(
                "\n".join([veltrix, *chained, "del o"]),
                {"s": self.snapshot, "d": OVERRIDES, **named},
            ),
            "path copy, chained": Operation(
                "\n".join([f"o = dict(by_choice[{chosen}])", *_copies(OVERRIDES, tree), *chained, "del o"]),
                {"by_choice": {self.choice: tree}, "d": OVERRIDES, **named},
            ),
        }
        self._check(keys, flat, tree)
        return ways

    def keys(self, reads: int) -> list[str]:
        """The paths that a request reads: the overrides, 30 % that the choice has a say in, and others."""
        scoped = self.snapshot.scope(**dict(zip(NAMES, self.choice, strict=True)))
        tables = tuple(f"{name} " for name in NAMES)
        ours, others = [], []
        for path, value in scoped.flatten().items():
            if path in OVERRIDES or '"' in path or isinstance(value, tuple):
                continue
            origin = scoped.explain(path).origin
            (ours if origin.layer.startswith(tables) else others).append(path)
        chance = Random(7)
        found = [*OVERRIDES, *chance.sample(ours, round(SCOPED * reads))]
        found += chance.sample(others, reads - len(found))
        chance.shuffle(found)
        return found

    def _merged(self) -> tuple[Tree, Tree]:
        """What the choice's dict holds by path, and as a tree."""
        tree = self.snapshot.to_dict()
        for table, name in zip(self._choices.values(), self.choice, strict=True):
            tree = merged(tree, table[name])
        return flattened(tree), tree

    def _check(self, keys: Sequence[str], flat: Tree, tree: Tree) -> None:
        """Raises unless all ways answer alike."""
        expected = {key: OVERRIDES[key] if key in OVERRIDES else flat[key] for key in keys}
        chosen = self.snapshot.scope(**dict(zip(NAMES, self.choice, strict=True)))
        check_reads(chosen.override(OVERRIDES), expected)
        check_reads(Wrapped(flat, dict(OVERRIDES)), expected)
        copied = {"o": dict(tree), "d": OVERRIDES}
        exec("\n".join(_copies(OVERRIDES, tree)), copied)
        check_reads(flattened(copied["o"]), expected)
        assert "large_text" not in tree.get("accessibility", {}), "a request has changed what others read"

    def _of_choices(self, choices: int) -> Operation:
        """A request of another choice each time: of each one once, and then as chance has it."""
        every = list(islice(_shuffled(product(*stack.DIMENSIONS.values())), choices))
        drawn = chain(every, cycle(Random(11).choices(every, k=4 * CURVE_TURNS)))
        keys = [path for path in self.keys(OF_THE_CURVE) if path in self.snapshot or path in OVERRIDES]
        variables = [f"c{place}" for place in range(len(NAMES))]
        return Operation(
            f"{', '.join(variables)} = next_choice()\no = s.scope({_asked(variables)}).override(d)\n"
            f"{unrolled('o[k{0}]', len(keys))}\ndel o",
            {
                "s": self._resolved(),  # what it keeps of choices is its own
                "d": OVERRIDES,
                "next_choice": drawn.__next__,
                **numbered("k", equal_copies(keys)),
            },
        )


def _asked(choices: Iterable[str]) -> str:
    """A mapping of dimensions to these variables, as code."""
    return "{" + ", ".join(f"{name!r}: {one}" for name, one in zip(NAMES, choices, strict=True)) + "}"


def _by_keywords(choices: Iterable[str]) -> str:
    """The same as keywords."""
    return ", ".join(f"{name}={one}" for name, one in zip(NAMES, choices, strict=True))


def _shuffled(choices: Iterator[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    every = list(choices)
    Random(13).shuffle(every)
    return iter(every)


def _copies(overrides: Mapping[str, Any], tree: Tree) -> Iterator[str]:
    """Lines that put overrides into the dict `o`, and copy each inner dict on the way once."""
    copied = set()
    for path in overrides:
        *parents, last = path.split(".")
        at: Any = tree
        place = "o"
        for name in parents:
            at = at.get(name, {})
            place += f"[{name!r}]"
            if place not in copied:
                copied.add(place)
                yield f"{place} = dict({place})" if at else f"{place} = {{}}"
        yield f"{place}[{last!r}] = d[{path!r}]"


if __name__ == "__main__":
    sys.exit(gate(BUDGET, counted_instructions, OPERATIONS, verdicts))
