"""Volume: generated cases on both kernels until one diverges.

    python -m tests.soak --cases 1000000 --seed 7 --processes 2
    python -m tests.soak --large --cases 1000

A case is one generated stack of layers with its script; every layer, resolve and operation of it is an
outcome that is compared, and each derived snapshot is read whole. A case of a seed is the same for ever.
With `--large` each case has a file of 1,000 to 5,000 values that is read again and again.
At the end a table says how often each operation had which outcomes.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import secrets
import sys
import time
from collections.abc import Iterator
from typing import Any

from tests.differential.compare import Tally, compare, kernels
from tests.differential.script import make_case
from tests.differential.shrink import reproduction, shrink

BATCH, LARGE_BATCH = 200, 5
"""How many cases a process takes at once."""
SPACING = 1_000_003
GARBAGE = 20_000
"""How many objects are made between two collections: every snapshot of the reference is a cycle."""


def case_seed(seed: int, number: int) -> int:
    """The seed of one case of a run."""
    return seed * SPACING + number


def batch(work: tuple[int, int, int, bool]) -> tuple[int, int, Tally, int | None]:
    """Runs some cases: how many, how many outcomes were compared, which, and the case that diverged."""
    seed, first, count, large = work
    pure, native = kernels()
    outcomes = 0
    tally = Tally()
    for number in range(first, first + count):
        try:
            compared, divergence = compare(make_case(case_seed(seed, number), large), pure, native, tally)
        except Exception:
            print(f"case {number} of seed {seed} stopped the comparison itself", file=sys.stderr)
            raise
        outcomes += compared
        if divergence is not None:
            return number - first + 1, outcomes, tally, number
    return count, outcomes, tally, None


def prepare() -> None:
    """Keeps the collector from looking at the modules again and again."""
    kernels()
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)


def table(tally: Tally) -> str:
    """How often each operation had a value, and how often which errors."""
    lines = []
    for operation in sorted({operation for operation, _ in tally}):
        outcomes = sorted(
            ((kind, count) for (of, kind), count in tally.items() if of == operation),
            key=lambda outcome: (outcome[0] != "value", outcome[0]),
        )
        lines.append(f"{operation:14} " + ", ".join(f"{kind} {count}" for kind, count in outcomes))
    return "\n".join(lines)


def report(seed: int, number: int, large: bool = False) -> str:
    """The divergence of a case, made small."""
    pure, native = kernels()
    case = make_case(case_seed(seed, number), large)
    small = shrink(case, lambda smaller: compare(smaller, pure, native)[1] is not None)
    divergence = compare(small, pure, native)[1]
    return f"case {number} of seed {seed} diverges\n{divergence}\n\n{reproduction(small)}"


def batches(seed: int, cases: int, first: int, large: bool) -> Iterator[tuple[int, int, int, bool]]:
    """The work, in parts."""
    most = LARGE_BATCH if large else BATCH
    for start in range(first, first + cases, most):
        yield seed, start, min(most, first + cases - start), large


def soak(
    seed: int, cases: int, processes: int, first: int = 0, large: bool = False, every: float = 2.0
) -> int:
    """Runs the cases and prints how it goes; 1 if one diverged."""
    began = shown = time.monotonic()
    done = outcomes = 0
    tally = Tally()
    kind = "large cases" if large else "cases"
    print(f"seed {seed}, {cases} {kind}, {processes} processes", flush=True)
    work = batches(seed, cases, first, large)
    with multiprocessing.get_context("spawn").Pool(processes, prepare) as pool:
        results: Any = map(batch, work) if processes == 1 else pool.imap_unordered(batch, work)
        for ran, compared, kinds, diverged in results:
            done += ran
            outcomes += compared
            tally.update(kinds)
            now = time.monotonic()
            if now - shown > every or done == cases:
                shown = now
                print(
                    f"{done} cases, {outcomes} outcomes compared, {done / (now - began):.0f} cases/s",
                    flush=True,
                )
            if diverged is not None:
                pool.terminate()
                print(report(seed, diverged, large))
                return 1
    print(table(tally))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=70_000)
    parser.add_argument("--seed", type=int, default=None, help="default: a new one, printed")
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--large", action="store_true", help="each case with a file of 1,000 to 5,000 values")
    options = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if options.seed is None else options.seed
    return soak(seed, options.cases, options.processes, options.first, options.large)


if __name__ == "__main__":
    raise SystemExit(main())
