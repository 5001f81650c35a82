"""Rows 27 to 30 and 33: scopes of 69 values, and requests that each read sixty values of one of many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import accumulate, count, cycle
from random import Random
from typing import Any

from benches.data import MIDDLE, Generated, flatten, resolving_to
from benches.memory import resident
from benches.result import Figure, Line, Target, at_most, line_of_ratios
from benches.scoped import MANY, TABLES, Scoped
from benches.settings import Settings
from benches.subjects import Request, kernels, some_keys
from veltrix.bench.bodies import equal_copies, numbered, unrolled
from veltrix.bench.ratio import Workload, measure

LEAVES = 2_000
READS, SCOPED_READS = 60, 18
REQUESTS = 75  # between two changes: one each 250 ms at 300 requests a second
FEW = 96
TURNS = 20_000  # choices drawn beforehand
CHOICES, PUBLISHED, OVERLAID, DECLARED = at_most(1.1), at_most(1.1), at_most(1.3), at_most(1.2)
ANEW, MEMORY = at_most(1), at_most(6_000)


def lines(settings: Settings) -> Iterator[Line]:
    kernel, generated = kernels()["native"], resolving_to(LEAVES)

    def line(row: int, operation: str, case: Workload, anchor: str, beside: Workload, target: Target) -> Line:
        timings = measure({"native": case, anchor: beside}, seconds=settings.seconds)
        return line_of_ratios(row, operation, timings, anchor=anchor, target=target)

    scoped, many = Scoped.of(kernel, generated), Scoped.of(kernel, generated, declared=MANY)
    first = Workload("s.scope(c)", {"s": scoped.snapshot, "c": scoped.choices[0]})
    known = Workload("s.scope(c)", {"s": many.snapshot, "c": many.choices[0]})
    yield line(27, f"a known scope, {MANY} dimensions declared", known, "6 declared", first, DECLARED)
    scope = scoped.snapshot.scope(scoped.choices[0])
    assert {path: scope[path] for path in scoped.paths} != {
        path: generated.flat[path] for path in scoped.paths
    }
    # An overlay of nothing has no scopes yet.
    new = Workload("s.overlay(e).scope(c)", {"s": scoped.snapshot, "c": scoped.choices[0], "e": {}})
    anew = Workload("resolve(l)", {"resolve": kernel.resolve, "l": scope.__reduce__()[1][1]})
    yield line(28, "a first scope of 69 values", new, "resolving all layers", anew, ANEW)
    of_few = _Requests(Scoped.of(kernel, generated, FEW), generated, "uniform")
    for choices in list(TABLES)[2:]:
        for law in ("uniform", "Zipf"):
            requests = _Requests(Scoped.of(kernel, generated, choices), generated, law)
            name = f"a request of one of {choices:,} choices, {law}"
            yield line(29, name, requests.workload(), f"of {FEW}", of_few.workload(), CHOICES)
    yield _memory(kernel, generated)
    yield line(30, "40 scoped reads on a fresh overlay", *_overlaid(scope, scoped.paths, generated), OVERLAID)
    published = _Requests(Scoped.of(kernel, generated, FEW), generated, "uniform")
    name = f"a request of one of {FEW} choices, a change each {REQUESTS} requests"
    yield line(33, name, published.workload(published.publish), "no change", of_few.workload(), PUBLISHED)


class _Requests:
    """Requests that choose by chance, and read sixty values, eighteen of them of the scope."""

    def __init__(self, scoped: Scoped, generated: Generated, law: str) -> None:
        self.live = [scoped.snapshot]
        weights = [1 / rank if law == "Zipf" else 1 for rank in range(1, len(scoped.choices) + 1)]
        drawn = Random(2).choices(scoped.choices, cum_weights=list(accumulate(weights)), k=TURNS)
        self.next_choice = cycle(drawn).__next__
        own = set(scoped.paths)
        others = [key for key in some_keys(generated.flat, 200) if key not in own][: READS - SCOPED_READS]
        self.keys = equal_copies([*scoped.paths[:SCOPED_READS], *others])
        self.next_path = cycle([key for key in flatten(generated.layers[MIDDLE]) if key not in own]).__next__
        self.next_number = count().__next__
        for choices in scoped.choices:  # what a server has behind it after a while
            scope = scoped.snapshot.scope(choices)
            for key in self.keys:
                scope[key]

    def publish(self) -> None:
        """A change now and then."""
        if self.next_number() % REQUESTS == 0:
            self.live[0] = self.live[0].set(self.next_path(), "published", layer=MIDDLE)

    def workload(self, publish: Callable[[], None] = lambda: None) -> Workload:
        body = f"publish()\ns = live[0].scope(choice())\n{unrolled('s[k{0}]', len(self.keys))}"
        names = {"publish": publish, "live": self.live, "choice": self.next_choice}
        return Workload(body, {**names, **numbered("k", self.keys)}, "publish()\nchoice()")


def _overlaid(scope: Any, paths: list[str], generated: Generated) -> tuple[Workload, str, Workload]:
    """Reads of a scope's keys and of others, each on an overlay that nothing was read from."""
    own, data = set(paths), Request.within_a_section(generated.flat, 3).data
    others = [key for key in some_keys(generated.flat, 200) if key not in own][:40]
    body = f"o = s.overlay(d)\n{unrolled('o[k{0}]', 40)}"
    case, anchor = (
        Workload(body, {"s": scope, "d": data, **numbered("k", equal_copies(keys))}, "s.overlay(d)")
        for keys in (paths[:40], others)
    )
    return case, "40 other reads", anchor


def _memory(kernel: Any, generated: Generated) -> Line:
    """Bytes of a choice when each has been read; sixty-four choices before have filled what all share."""
    scoped = Scoped.of(kernel, generated, 10_000)
    before = 0
    for number, choices in enumerate(scoped.choices):
        before = resident() if number == 64 else before
        scope = scoped.snapshot.scope(choices)
        for path in scoped.paths:
            scope[path]
    kept = scoped.snapshot.scope_cache_info().entries
    assert kept == len(scoped.choices)
    each = (resident() - before) / (kept - 64)
    return Line(
        29, "memory a choice of 69 values, all read", "B", {"native": Figure(each, each, each)}, "", MEMORY
    )
