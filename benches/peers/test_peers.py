"""Every peer on every workload, in a process for the peer; whatever it raises is the reason for a blank."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benches.data import resolving_to
from benches.memory import beyond_bare, costs_of
from benches.peers.adapter import PEERS, CannotError, adapter_of
from benches.peers.stack import stack_of
from benches.peers.workloads import WORKLOADS, Limits, WrongAnswerError, measured
from benches.result import Figure, Line
from veltrix.bench.ratio import ratio

A_PROCESS_FOR = "peer"
LEAVES = 10_000
SHARED = {}  # what a peer's workloads are made of, by the number of leaves
MEMORY = {
    "memory": "memory a leaf, beside the data it was made from",
    "memory read": "memory a leaf, once every leaf was read",
}
of_each = pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.replace(" ", "-"))


def environment(peer):
    """Which implementation `veltrix` is in the peer's process, where the peer is one of them."""
    return {"VELTRIX_IMPL": adapter_of(peer).implementation if peer else ""}


@pytest.mark.parametrize("workload", WORKLOADS)
@of_each
def test_workload(bench, peer, workload):
    bench.add(line_of(peer, adapter_of(peer), workload, Limits(LEAVES, bench.seconds), SHARED, bench.once))


@of_each
def test_memory(bench, peer):
    files = stack_of(resolving_to(LEAVES)).files
    command = [sys.executable, "-m", "benches.peers.footprint", peer, *map(str, files)]
    ran = bench.once(subprocess.run, command, capture_output=True, text=True, check=False)
    missing = {peer: ran.stderr.strip().splitlines()[-1][:160]} if ran.returncode else {}
    found = {} if missing else json.loads(ran.stdout)
    for state, operation in MEMORY.items():
        figures = {} if missing else {peer: found[state] / LEAVES}
        bench.counts(operation, "B", figures=figures, missing=missing)


def test_imports(bench):
    adapters = {peer: adapter_of(peer) for peer in PEERS}
    programs = {peer: (f"import {one.module}", one.implementation) for peer, one in adapters.items()}
    found = beyond_bare(bench.once(costs_of, programs, times=7))
    figures = {peer: Figure.of([max(0.0, time) for time, _ in costs]) for peer, costs in found.items()}
    bench.counts("import, processor time more than bare Python", "ms", figures=figures)


def line_of(peer, adapter, workload, limits, shared, once=lambda function, *given: function(*given)):
    """A peer's line, with a figure or with the reason why there is none."""
    kind = WORKLOADS[workload]
    missing, figures, notes = "", {}, []
    try:
        found = once(measured, adapter, workload, limits, shared)
        spread = ratio(found.peer, found.anchor)
        figures[peer] = Figure(spread.median, spread.low, spread.high, found.peer.median)
        notes = [adapter.remarks[workload]] if workload in adapter.remarks else []
        if found.leaves != limits.leaves:
            notes.append(f"measured at {found.leaves:,} leaves, since a run of all takes too long")
    except (CannotError, WrongAnswerError) as reason:
        missing = str(reason)
    except ModuleNotFoundError as error:
        missing = f"not installed: no module {error.name!r}"
    except Exception as error:  # noqa: BLE001 one peer's failure is no reason to lose the others
        missing = f"{type(error).__name__}: {error}".splitlines()[0][:160]
    blank = {peer: missing} if missing else {}
    return Line(0, kind.title, "×", figures, kind.anchor, missing=blank, notes={peer: notes} if notes else {})
