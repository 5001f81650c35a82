"""The workloads: each makes the code of a peer and that of its anchor, and checks what the peer answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from typing import Any

from benches.data import flatten, generate, merge, resolving_to
from benches.peers.adapter import Adapter, Step
from benches.peers.stack import Stack, loaded, stack_of
from benches.subjects import Request, absent_keys, same, some_keys
from veltrix.bench.ratio import Timing, Workload, measure

DEFAULT = 30
SAMPLED = 100
SMALLER = 1_000  # leaves, where one run at the full size would take too long


class WrongAnswerError(Exception):
    """A peer gives another value than the plain merge."""


@dataclass(frozen=True)
class Limits:
    """How large and how long: leaves, seconds for a workload, seconds that one run of it may take."""

    leaves: int = 10_000
    seconds: float = 0.4
    longest: float = 2.0


@dataclass(frozen=True)
class Prepared:
    """A peer's code beside its anchor's."""

    peer: Workload
    anchor: Workload


@dataclass
class Bench:
    """One peer over stacks of some size."""

    adapter: Adapter
    leaves: int

    @cached_property
    def stack(self) -> Stack:
        """Seven layers that resolve to so many leaves."""
        return stack_of(resolving_to(self.leaves))

    @cached_property
    def tall_stack(self) -> Stack:
        """Seven layers of so many leaves each."""
        return stack_of(generate("half shared", per_layer=self.leaves))

    @cached_property
    def configuration(self) -> Any:
        """The peer's, of the first stack."""
        return self.adapter.resolved(self.stack)

    def read(self) -> Prepared:
        keys = some_keys(self.stack.flat)
        expressions = [self.adapter.read("c", key) for key in keys]
        return self._reads(expressions, keys, [f"m[{key!r}]" for key in keys])

    def miss(self) -> Prepared:
        keys = absent_keys(some_keys(self.stack.flat))
        expressions = [self.adapter.miss("c", key, "d") for key in keys]
        return self._reads(expressions, keys, [f"m.get({key!r}, d)" for key in keys])

    def overlay(self) -> Prepared:
        request = Request.within_a_section(self.stack.flat)
        step = self.adapter.overlay(request.data)
        over = request.flat(self.stack.flat)
        reads = "\n".join(self.adapter.read("o", key) for key in request.keys)
        names = {"c": self.configuration, **self.adapter.names(), **step.names}
        check = partial(
            self._check,
            step,
            {key: over[key] for key in (*request.overridden, *request.keys)},
            below={key: self.stack.flat[key] for key in request.overridden},
        )
        bare = "\n".join(f"m[{key!r}]" for key in request.keys)
        peer = Workload(f"{step.body}\n{reads}\ndel o", names, checked=check)
        return Prepared(peer, Workload(bare, {"m": over}))

    def merge(self) -> Prepared:
        stack = self.tall_stack
        return self._made(self.adapter.merge(stack), stack.flat, Step("merge(t)", _plain(t=stack.trees)))

    def change(self) -> Prepared:
        stack, path, value = self.stack, self.stack.own_leaf, 1_000_001
        changed = stack.changed(path, value)
        step = self.adapter.change(stack, path, value)
        expected = {path: value, **dict(islice(changed.flat.items(), SAMPLED))}
        anchor = Step("merge(t)", _plain(t=changed.trees))
        return self._made(step, expected, anchor, below={path: stack.flat[path]})

    def files(self) -> Prepared:
        stack = self.stack
        anchor = Step("merge([load(p) for p in f])", _plain(f=stack.files, load=loaded))
        return self._made(self.adapter.files(stack), stack.flat, anchor)

    def _reads(self, expressions: list[str], keys: list[str], anchors: list[str]) -> Prepared:
        flat, count = self.stack.flat, len(keys)
        names = {"c": self.configuration, "d": DEFAULT, **self.adapter.names()}

        def check() -> None:
            for key, expression in zip(keys, expressions, strict=True):
                _same(key, eval(expression, dict(names)), flat.get(key, DEFAULT))

        peer = Workload("\n".join(expressions), names, operations=count, checked=check)
        return Prepared(peer, Workload("\n".join(anchors), {"m": flat, "d": DEFAULT}, operations=count))

    def _made(
        self, step: Step, expected: Mapping[str, Any], anchor: Step, below: Mapping[str, Any] | None = None
    ) -> Prepared:
        names = {**({"c": self.configuration} if below else {}), **step.names}
        check = partial(self._check, Step(step.body, names), _sampled(expected), below)
        peer = Workload(step.body, names, checked=check)
        return Prepared(peer, Workload(anchor.body, anchor.names))

    def _check(self, step: Step, expected: Mapping[str, Any], below: Mapping[str, Any] | None = None) -> None:
        """Runs a step twice and reads what it made; what lies below must be as before."""
        names = {**self.adapter.names(), **step.names}
        if below is not None:
            names["c"] = self.configuration
        for _ in range(2):
            exec(step.body, names)
            for key, value in expected.items():
                _same(key, eval(self.adapter.read("o", key), names), value)
        for key, value in (below or {}).items():
            _same(f"below, {key}", eval(self.adapter.read("c", key), names), value)
        for stack in (one for name, one in vars(self).items() if name in ("stack", "tall_stack")):
            if stack.trees != [loaded(file) for file in stack.files]:
                raise WrongAnswerError("changes the layers that it is given")


@dataclass(frozen=True)
class Kind:
    """A workload's title, its anchor, and how it is made; one that is `quick` is never made smaller."""

    title: str
    anchor: str
    make: Callable[[Bench], Prepared]
    quick: bool = False


MERGE = "a plain recursive merge"
WORKLOADS = {
    "read": Kind("read one leaf", "a read of a flat dict", Bench.read, quick=True),
    "miss": Kind("read an absent leaf with a default", "get of a flat dict", Bench.miss, quick=True),
    "overlay": Kind("overlay of 5 keys, 40 reads, dropped", "40 reads of a flat dict", Bench.overlay),
    "merge": Kind("7 layers of dicts to a configuration", MERGE, Bench.merge),
    "change": Kind("one leaf of the middle layer changes", MERGE, Bench.change),
    "files": Kind("7 JSON files to a configuration", "json.load and a plain merge", Bench.files),
}


@dataclass(frozen=True)
class Measured:
    """The timings of a peer and its anchor, and how many leaves they are of."""

    peer: Timing
    anchor: Timing
    leaves: int


def measured(adapter: Adapter, workload: str, limits: Limits, benches: dict[int, Bench]) -> Measured:
    """Times one workload beside its anchor, at a smaller size if one run would take too long.

    Raises `CannotError` where the peer has no way, and `WrongAnswerError` where its answer is another.
    """
    kind = WORKLOADS[workload]
    leaves = limits.leaves
    if not kind.quick and leaves > SMALLER and _takes_too_long(adapter, kind, limits, benches):
        leaves = SMALLER
    bench = benches.setdefault(leaves, Bench(adapter, leaves))
    prepared = kind.make(bench)
    timings = measure({"peer": prepared.peer, "anchor": prepared.anchor}, seconds=limits.seconds)
    return Measured(timings["peer"], timings["anchor"], leaves)


def _takes_too_long(adapter: Adapter, kind: Kind, limits: Limits, benches: dict[int, Bench]) -> bool:
    """Whether one run at full size would take too long, judged by a run at the smaller size."""
    bench = benches.setdefault(SMALLER, Bench(adapter, SMALLER))
    workload = kind.make(bench).peer
    started = time.perf_counter()
    exec(workload.body, dict(workload.names))
    return (time.perf_counter() - started) * limits.leaves / SMALLER > limits.longest


def _plain(**names: Any) -> dict[str, Any]:
    return {"merge": merge, "flatten": flatten, **names}


def _sampled(expected: Mapping[str, Any]) -> dict[str, Any]:
    """Every so-many-th leaf."""
    step = max(1, len(expected) // SAMPLED)
    return dict(islice(expected.items(), 0, None, step))


def _same(key: str, found: Any, expected: Any) -> None:
    if not same(found, expected):
        raise WrongAnswerError(f"answers {found!r} and not {expected!r} for {key}")
