"""Rows 27 to 30 and 33: scopes of 69 values, and requests that each read sixty values of one of many."""

from __future__ import annotations

from itertools import accumulate, count, cycle
from random import Random

import pytest

from benches.data import MIDDLE, flatten, resolving_to
from benches.harness import row
from benches.memory import resident
from benches.result import at_most
from benches.scoped import MANY, Scoped
from benches.subjects import Request, kernels, some_keys
from veltrix.bench.bodies import equal_copies, numbered, unrolled
from veltrix.bench.ratio import Workload

LEAVES = 2_000
READS, SCOPED_READS = 60, 18
REQUESTS = 75  # between two changes: one each 250 ms at 300 requests a second
FEW = 96
TURNS = 20_000  # choices drawn beforehand


@pytest.fixture(scope="module")
def generated():
    return resolving_to(LEAVES)


@pytest.fixture(scope="module")
def scoped(generated):
    return Scoped.of(kernels()["native"], generated)


@row(27)
def test_known_scope(bench, generated, scoped):
    many = Scoped.of(kernels()["native"], generated, declared=MANY)
    workloads = {
        "native": Workload("s.scope(c)", {"s": many.snapshot, "c": many.choices[0]}),
        "6 declared": Workload("s.scope(c)", {"s": scoped.snapshot, "c": scoped.choices[0]}),
    }
    bench.ratios(f"a known scope, {MANY} dimensions declared", workloads, target=at_most(1.2))


@row(28)
def test_first_scope(bench, scoped):
    scope = scoped.snapshot.scope(scoped.choices[0])
    names = {"s": scoped.snapshot, "c": scoped.choices[0], "e": {}}
    resolve = {"resolve": kernels()["native"].resolve, "l": scope.__reduce__()[1][1]}
    workloads = {
        "native": Workload("s.overlay(e).scope(c)", names),  # an overlay of nothing has no scopes yet
        "resolving all layers": Workload("resolve(l)", resolve),
    }
    bench.ratios("a first scope of 69 values", workloads, target=at_most(1))


@row(29)
@pytest.mark.parametrize("law", ["uniform", "Zipf"])
@pytest.mark.parametrize("choices", [1_280, 10_000])
def test_choices(bench, generated, choices, law):
    workloads = {
        "native": Requests(choices, generated, law).workload(),
        f"of {FEW}": Requests(FEW, generated).workload(),
    }
    bench.ratios(f"a request of one of {choices:,} choices, {law}", workloads, target=at_most(1.1))


@row(29)
def test_memory_of_a_choice(bench, generated):
    each = bench.once(bytes_of_a_choice, Scoped.of(kernels()["native"], generated, 10_000))
    operation = "memory a choice of 69 values, all read"
    bench.counts(operation, "B", figures={"native": each}, target=at_most(6_000))


@row(30)
def test_scoped_reads_of_a_fresh_overlay(bench, generated, scoped):
    """Reads of a scope's keys and of others, each on an overlay that nothing was read from."""
    scope = scoped.snapshot.scope(scoped.choices[0])
    assert any(scope[path] != generated.flat[path] for path in scoped.paths)
    data, body = Request.within_a_section(generated.flat, 3).data, unrolled("o[k{0}]", 40)
    workloads = {
        name: Workload(
            f"o = s.overlay(d)\n{body}\ndel o",
            {"s": scope, "d": data, **numbered("k", equal_copies(keys))},
            "s.overlay(d)",
        )
        for name, keys in (
            ("native", scoped.paths[:40]),
            ("40 other reads", others(generated, scoped.paths)[:40]),
        )
    }
    bench.ratios("40 scoped reads on a fresh overlay", workloads, target=at_most(1.3))


@row(33)
def test_changes_now_and_then(bench, generated):
    published = Requests(FEW, generated)
    workloads = {
        "native": published.workload(published.publish),
        "no change": Requests(FEW, generated).workload(),
    }
    operation = f"a request of one of {FEW} choices, a change each {REQUESTS} requests"
    bench.ratios(operation, workloads, target=at_most(1.1))


class Requests:
    """Requests that choose by chance, and read sixty values, eighteen of them of the scope."""

    def __init__(self, choices, generated, law="uniform"):
        scoped = Scoped.of(kernels()["native"], generated, choices)
        self.live = [scoped.snapshot]
        weights = [1 / rank if law == "Zipf" else 1 for rank in range(1, len(scoped.choices) + 1)]
        drawn = Random(2).choices(scoped.choices, cum_weights=list(accumulate(weights)), k=TURNS)
        self.next_choice = cycle(drawn).__next__
        own = scoped.paths[:SCOPED_READS]
        self.keys = equal_copies([*own, *others(generated, scoped.paths)[: READS - SCOPED_READS]])
        paths = [path for path in flatten(generated.layers[MIDDLE]) if path not in scoped.paths]
        self.next_path, self.next_number = cycle(paths).__next__, count().__next__
        for choice in scoped.choices:  # what a server has behind it after a while
            scope = scoped.snapshot.scope(choice)
            for key in self.keys:
                scope[key]

    def publish(self):
        """A change now and then."""
        if self.next_number() % REQUESTS == 0:
            self.live[0] = self.live[0].set(self.next_path(), "published", layer=MIDDLE)

    def workload(self, publish=lambda: None):
        body = f"publish()\ns = live[0].scope(choice())\n{unrolled('s[k{0}]', len(self.keys))}"
        names = {"publish": publish, "live": self.live, "choice": self.next_choice}
        return Workload(body, {**names, **numbered("k", self.keys)}, "publish()\nchoice()")


def others(generated, paths):
    """Some keys that no scope gives a value."""
    return [key for key in some_keys(generated.flat, 200) if key not in paths]


def bytes_of_a_choice(scoped):
    """Of each that has been read; sixty-four choices before have filled what all share."""
    before = 0
    for number, choices in enumerate(scoped.choices):
        before = resident() if number == 64 else before
        scope = scoped.snapshot.scope(choices)
        for path in scoped.paths:
            scope[path]
    kept = scoped.snapshot.scope_cache_info().entries
    assert kept == len(scoped.choices)
    return (resident() - before) / (kept - 64)
