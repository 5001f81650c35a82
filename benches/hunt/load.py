"""The servers under load, in rounds: each round measures all of them, one after the other in random order.

round 1   capacity of each   steady: half of what `walk` can do   spike: 1.2 times what `walk` can do
round 2   …
          figure / figure of `walk` in the same round ──► median
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from time import monotonic, process_time

from benches.hunt import generator
from benches.hunt.game import as_bytes, opened, playing
from benches.hunt.servers import Server, all_serving, machine_seconds
from benches.result import Figure, Line

from resolvers.names import RESOLVERS  # isort: skip  (found by tests.examples.hunt)

NAIVE, FLOOR, OURS = "walk", "constants", "veltrix-native"
SESSIONS = 96
STEADY, SPIKE = 0.5, 1.2
# A server that cannot do so much of what is asked of it would only queue: it gets no figure.
LEAST = {"steady": 1.0, "spike": 0.5}
ROW = 31
OTHERS = "share of the machine that others took"


@dataclass(frozen=True)
class Plan:
    """What to measure: how many rounds, seconds of each load, and requests that tell a capacity."""

    resolvers: Sequence[str]
    reads: Sequence[int]
    rounds: int
    seconds: float
    capacity: int


@dataclass(frozen=True)
class Sample:
    """One load on one server; times in milliseconds, shares from 0 to 1."""

    mean: float
    p99: float
    drained: float
    most_waiting: float
    server_busy: float
    machine_busy: float
    others_busy: float
    processor: float
    failed: int


# What is said of each load: the name, the unit, and the value of a sample.
SHOWN: tuple[tuple[str, str, Callable[[Sample], float]], ...] = (
    ("mean", "ms", lambda sample: sample.mean),
    ("99th percentile", "ms", lambda sample: sample.p99),
    ("drained after the last arrival", "ms", lambda sample: sample.drained),
    ("most waiting", "requests", lambda sample: sample.most_waiting),
    ("processor time a request", "ms", lambda sample: sample.processor),
    ("server's processor busy", "%", lambda sample: 100 * sample.server_busy),
    ("machine's processors busy", "%", lambda sample: 100 * sample.machine_busy),
    (OTHERS, "%", lambda sample: 100 * sample.others_busy),
    ("failed", "requests", lambda sample: sample.failed),
)
RATIOS = ("mean", "99th percentile", "processor time a request")


def lines(plan: Plan, say: Callable[[str], None]) -> Iterator[Line]:
    """What all rounds found."""
    with all_serving(list(plan.resolvers)) as servers:
        for server in servers:
            tokens = list(opened(server.ask, SESSIONS))
            server.requests.update(
                {reads: [as_bytes(playing(reads, token)) for token in tokens] for reads in plan.reads}
            )
        for reads in plan.reads:
            rounds = []
            for number in range(plan.rounds):
                say(f"{reads} tunables under load: round {number + 1} of {plan.rounds}")
                rounds.append(_round(servers, reads, plan, seed=1_000 * reads + number))
            yield from _lines(reads, rounds)


class Round:
    """What one round found, by the name of the load and the resolver."""

    def __init__(self) -> None:
        self.capacity: dict[str, float] = {}
        self.samples: dict[str, dict[str, Sample]] = {"steady": {}, "spike": {}}


def _round(servers: Sequence[Server], reads: int, plan: Plan, seed: int) -> Round:
    found = Round()
    chance = Random(seed)
    for server in chance.sample(servers, len(servers)):
        generator.capacity(server.port, server.requests[reads], plan.capacity // 4)  # warm
        found.capacity[server.resolver] = generator.capacity(
            server.port, server.requests[reads], plan.capacity
        )
    naive = found.capacity[NAIVE]
    for kind, share in (("steady", STEADY), ("spike", SPIKE)):
        arrivals = generator.poisson(share * naive, plan.seconds, seed)
        for server in chance.sample(servers, len(servers)):
            if found.capacity[server.resolver] >= LEAST[kind] * share * naive:
                found.samples[kind][server.resolver] = _sample(server, server.requests[reads], arrivals)
    return found


def _sample(server: Server, requests: Sequence[bytes], arrivals: Sequence[float]) -> Sample:
    before, (busy, all_time), started = server.processor_seconds(), machine_seconds(), monotonic()
    own = process_time()
    found = generator.load(server.port, requests, arrivals)
    own, took = process_time() - own, monotonic() - started
    processor = server.processor_seconds() - before
    busy_now, all_now = machine_seconds()
    machine = max(all_now - all_time, 1e-9)
    return Sample(
        1e3 * found.mean,
        1e3 * found.percentile(99),
        1e3 * found.drained,
        found.most_waiting,
        processor / took,
        (busy_now - busy) / machine,
        max(0.0, busy_now - busy - processor - own) / machine,
        1e3 * processor / len(arrivals),
        found.failed,
    )


def _lines(reads: int, rounds: Sequence[Round]) -> Iterator[Line]:
    yield Line(
        ROW,
        f"{reads} tunables: capacity",
        "requests/s",
        _figures([one.capacity for one in rounds]),
        NAIVE,
    )
    yield Line(
        ROW, f"{reads} tunables: capacity", "×", _figures([_against(one.capacity) for one in rounds]), NAIVE
    )
    for kind in ("steady", "spike"):
        samples = [one.samples[kind] for one in rounds]
        missing = {
            resolver: f"saturated at this rate ({kind})"
            for resolver in rounds[0].capacity
            if not any(resolver in one for one in samples)
        }
        for name, unit, value in SHOWN:
            values = [{resolver: value(sample) for resolver, sample in one.items()} for one in samples]
            operation = f"{reads} tunables, {kind}: {name}"
            yield Line(ROW, operation, unit, _figures(values), NAIVE, missing=missing)
            if name in RATIOS:
                ratios = _figures([_against(one) for one in values])
                yield Line(ROW, operation, "×", ratios, NAIVE, missing=missing)


def _against(values: dict[str, float]) -> dict[str, float]:
    """Each value as a multiple of the naive resolver's in the same round."""
    naive = values.get(NAIVE, 0.0)
    return {resolver: value / naive for resolver, value in values.items()} if naive else {}


def _figures(rounds: Sequence[dict[str, float]]) -> dict[str, Figure]:
    """The median of each resolver over the rounds that have it, and how far the rounds lie apart."""
    found = {}
    for resolver in sorted({name for one in rounds for name in one}, key=list(RESOLVERS).index):
        values = [one[resolver] for one in rounds if resolver in one]
        found[resolver] = Figure(median(values), min(values), max(values))
    return found
