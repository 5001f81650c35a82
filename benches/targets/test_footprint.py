"""Rows 12, 14, 37, 42 and 45: memory beside the layers, what an import costs; each from fresh processes."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median

import pytest

from benches.data import resolving_to
from benches.harness import once, row
from benches.imports import PROGRAMS
from benches.memory import BARE, FLAT, beyond_bare, costs_of, probed
from benches.reloads import CURVE, FIRST
from benches.result import Figure, at_most
from benches.subjects import kernels

MEBIBYTE = 1 << 20


@once
@row(12, 45)
@pytest.mark.parametrize(("size", "leaves"), [("100k", 100_000), ("1M", 1_000_000)])
def test_memory(bench, size, leaves):
    resolving_to(leaves)  # writes the texts that the processes read
    # The reference takes a minute to resolve a million.
    subjects = [*(kernels() if size == "100k" else ["native"]), FLAT]
    found = bench.once(lambda: {subject: probed(subject, leaves) for subject in subjects})
    for state, target in (("resolved", at_most(60)), ("resolved, all read", None)):
        figures = {subject: kept[state] / leaves for subject, kept in found.items()}
        operation = f"memory a leaf, {size} leaves, {state}"
        bench.counts(operation, "B", figures=figures, anchor=FLAT, target=target)
    read = {subject: kept["resolved, all read"] / found[FLAT]["resolved"] for subject, kept in found.items()}
    operation = f"memory of {size} leaves, all read"
    bench.counts(operation, "×", row=45, figures=read, anchor=FLAT, target=at_most(1.2))


@once
@row(14)
def test_import(bench):
    found = beyond_bare(bench.once(costs_of, {name: ("import veltrix", name) for name in kernels()}))
    for at, (operation, unit, most) in enumerate(
        (("processor time more", "ms", 15), ("memory more", "MiB", 2))
    ):
        figures = {name: Figure.of([cost[at] for cost in costs]) for name, costs in found.items()}
        bench.counts(f"import veltrix, {operation}", unit, figures=figures, anchor=BARE, target=at_most(most))


@once
@row(42)
def test_start(bench, tmp_path, monkeypatch):
    """A program that imports the live configuration, and the command line asked for one value."""
    (tmp_path / "app.toml").write_text("port = 80\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    names = ("from veltrix import Config", "veltrix get")
    found = bench.once(costs_of, {name: (PROGRAMS[name], "native") for name in names})
    more = Figure.of([time for time, _ in beyond_bare(found)[names[0]]])
    bench.counts(f"{names[0]}, processor time more", "ms", figures={"native": more}, target=at_most(10))
    taken, bare = (median(time for time, _ in found[name]) for name in (names[1], BARE))
    figures = {"native": taken / bare, BARE: 1.0}
    bench.counts(names[1], "×", figures=figures, anchor=BARE, target=at_most(2.5))


@once
@row(37)
@pytest.mark.parametrize("opaque", [False, True])
def test_reloads(bench, opaque):
    """What five thousand reloads leave behind."""
    command = [sys.executable, "-m", "benches.reloads", *["opaque"] * opaque]
    ran = bench.once(subprocess.run, command, stdout=subprocess.PIPE, text=True, check=True)
    found = {int(count): size for count, size in json.loads(ran.stdout).items()}
    what = "of data with an opaque object" if opaque else "of a file"
    anchor = f"after {FIRST}"
    figures = {"native": found[CURVE[-1]] / found[FIRST], anchor: 1.0}
    operation = f"memory after {CURVE[-1]:,} reloads {what}"
    bench.counts(operation, "×", figures=figures, anchor=anchor, target=at_most(1.1))
    for count, size in found.items():
        bench.counts(f"memory after {count:,} reloads {what}", "MiB", figures={"native": size / MEBIBYTE})
