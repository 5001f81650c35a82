"""What a request of the treasure hunt costs with each resolver: counted in process, then under load."""

from __future__ import annotations

from functools import cache

import pytest

from benches import requests
from benches.harness import row
from benches.hunt import counts, load
from benches.hunt.answers import check_in_process
from benches.hunt.game import READS
from benches.hunt.promises import ALLOCATIONS_OF_SHELLS, OF_SHELLS, of_shell
from benches.hunt.servers import REDIS, redis_serving
from benches.subjects import kernels

from resolvers.names import RESOLVERS  # isort: skip  (found by tests.examples.hunt)

A_PROCESS_FOR = "resolver"
THERE = [name for name in RESOLVERS if name != "redis" or REDIS]
# Under load it would only queue, and a count of it takes minutes with more choices than one.
COUNTED_ONLY = ("dynaconf",)
OF_THE_CURVE = ("veltrix-native", "memo", "walk")
WEIGHED = {"veltrix-native": 1_000, "tuned": 500}
ALONE = [name for name in requests.OPERATIONS if "choices" not in name]
COUNTS = {"instructions": counts.instructions, "allocations": counts.allocations}
OF_REQUESTS = {"instructions": requests.counted_instructions, "allocations": requests.counted_allocations}


@pytest.fixture(scope="module", autouse=True)
def redis():
    """Where the settings of each choice lie for the resolver of that name."""
    if not REDIS:
        yield
        return
    with redis_serving():
        yield


@cache
def look_at_answers(resolver):
    """A resolver gives the rules that the baseline gives, before anything is measured."""
    if resolver != load.FLOOR:
        with counts.implementation_for(resolver):
            check_in_process(resolver)


@row(31)
@pytest.mark.parametrize("resolver", THERE)
@pytest.mark.parametrize("unit", COUNTS)
def test_request(bench, unit, resolver):
    look_at_answers(resolver)
    found = bench.once(COUNTS[unit], resolver)
    for name in map(counts.name_of, READS):
        bench.counts(f"{name}: {unit}", unit, figures={resolver: found[name]}, anchor=load.NAIVE)


@row(31)
@pytest.mark.parametrize("resolver", [load.OURS, "tuned", load.NAIVE, load.FLOOR])
@pytest.mark.parametrize("shell", ALLOCATIONS_OF_SHELLS)
@pytest.mark.parametrize("unit", COUNTS)
def test_shells(bench, unit, shell, resolver):
    """The same request in another shell."""
    look_at_answers(resolver)
    found = bench.once(COUNTS[unit], resolver, reads=OF_SHELLS, shell=shell)
    for reads in OF_SHELLS:
        figures = {resolver: found[counts.name_of(reads)]}
        bench.counts(f"{of_shell(shell, reads)}: {unit}", unit, figures=figures, anchor=load.NAIVE)


@row(31, 32)
@pytest.mark.parametrize("unit", COUNTS)
def test_settings_alone(bench, unit):
    """What the settings of a request take without the request around them."""
    for name, value in bench.once(OF_REQUESTS[unit], next(iter(kernels())), ALONE).items():
        bench.counts(name, unit, row=requests.row_of(name), figures={load.OURS: value})


@row(29)
@pytest.mark.parametrize("resolver", OF_THE_CURVE)
@pytest.mark.parametrize("choices", requests.CHOICES)
def test_choices(bench, choices, resolver):
    look_at_answers(resolver)
    found = bench.once(counts.instructions, resolver, choices, [60])
    operation = f"60 tunables, {choices:,} choices: instructions"
    figures = {resolver: found[counts.name_of(60)]}
    bench.counts(operation, "instructions", figures=figures, anchor=load.NAIVE)


@row(29)
@pytest.mark.parametrize("resolver", WEIGHED)
def test_memory(bench, resolver):
    found = bench.once(counts.memory, resolver, WEIGHED[resolver])
    bench.counts("memory a choice", "bytes", figures={resolver: found}, anchor="tuned")


@row(31)
@pytest.mark.parametrize("reads", [60, 150])
def test_load(bench, reads):
    resolvers = [name for name in THERE if name not in COUNTED_ONLY]
    for resolver in resolvers:
        look_at_answers(resolver)
    plan = load.Plan(resolvers, [reads], rounds=5, seconds=10 * bench.seconds, capacity=1_000)
    bench.add(*bench.once(lambda: list(load.lines(plan, print))))
