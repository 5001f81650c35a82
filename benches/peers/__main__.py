"""`python -m benches.peers`: every peer in a process of its own, then tables, charts, and JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benches.charts import drawn, save
from benches.data import generate, resolving_to
from benches.peers.adapter import PEERS, Adapter, adapter_of
from benches.peers.footprint import imports
from benches.peers.results import PART, RESULTS, SMALLER, TITLES, Row
from benches.peers.stack import stack_of
from benches.peers.table import tables
from benches.peers.workloads import WORKLOADS, Limits

LEAVES = 10_000
MEMORY = ("memory", "memory read")


def main() -> int:
    chosen = _arguments()
    limits = Limits(chosen.leaves, chosen.seconds, chosen.longest)
    rows: list[Row] = []
    try:
        rows.extend(measured_rows(chosen.peers, chosen.workloads, limits))
    except KeyboardInterrupt:
        _say("stopped: these are the rows measured so far")
    found = {
        "conditions": f"CPython {platform.python_version()}, {platform.machine()}",
        "limits": asdict(limits),
        "versions": versions(chosen.peers),
        "rows": [row.as_json() for row in rows],
    }
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(found, indent=1, ensure_ascii=False), "utf-8")
    print(
        f"{found['conditions']}; " + ", ".join(f"{name} {of}" for name, of in versions(chosen.peers).items())
    )
    charts = chosen.json.with_suffix("")
    save(drawn(rows, limits.leaves), charts)
    print(f"\n{tables(rows, limits.leaves)}\n\nfigures in {chosen.json}, charts in {charts}")
    return 0


def measured_rows(peers: Sequence[str], workloads: Sequence[str], limits: Limits) -> Iterator[Row]:
    """The rows of these peers, one after the other as they are measured."""
    for leaves in {limits.leaves, SMALLER}:  # writes the texts that the processes read
        resolving_to(leaves)
        generate("half shared", per_layer=leaves)
    timed = [workload for workload in workloads if workload in WORKLOADS]
    for number, peer in enumerate(peers, 1):
        _say(f"{peer}: {number} of {len(peers)}")
        if timed:
            yield from _timed(peer, timed, limits)
        weighed = [workload for workload in MEMORY if workload in workloads]
        if weighed:
            yield from _memory(peer, weighed, limits.leaves)
    if "import" in workloads:
        _say("imports")
        yield from imports({peer: adapter_of(peer) for peer in peers})


def versions(peers: Sequence[str]) -> dict[str, str]:
    """The installed versions of what is compared."""
    found = {}
    for peer in peers:
        distribution = adapter_of(peer).distribution
        if distribution:
            with suppress(PackageNotFoundError):
                found[distribution] = version(distribution)
    return found


def _timed(peer: str, workloads: Sequence[str], limits: Limits) -> Iterator[Row]:
    arguments = [peer, ",".join(workloads), json.dumps(asdict(limits))]
    left = list(workloads)
    with subprocess.Popen(
        [sys.executable, "-m", "benches.peers.worker", *arguments],
        env=_environment(adapter_of(peer)),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                row = Row.from_json(json.loads(line))
                left.remove(row.workload)
                _say(f"{peer}: {row.workload}")
                yield row
        except BaseException:
            process.terminate()
            raise
    for workload in left:
        yield Row(workload, peer, missing=f"its process ended with status {process.returncode}")


def _memory(peer: str, workloads: Sequence[str], leaves: int) -> Iterator[Row]:
    files = stack_of(resolving_to(leaves)).files
    command = [sys.executable, "-m", "benches.peers.footprint", peer, *map(str, files)]
    ran = subprocess.run(
        command, env=_environment(adapter_of(peer)), capture_output=True, text=True, check=False
    )
    missing = ran.stderr.strip().splitlines()[-1][:160] if ran.returncode else ""
    found = {} if missing else json.loads(ran.stdout)
    for workload in workloads:
        value = None if missing else found[workload] / leaves
        yield Row(workload, peer, value, leaves=leaves, missing=missing)


def _environment(adapter: Adapter) -> dict[str, str]:
    return {**os.environ, "PYTHONHASHSEED": "1", "VELTRIX_IMPL": adapter.implementation}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "benches.peers", description="Measure other ways to hold a configuration beside this one."
    )
    parser.add_argument("--peers", type=_names_of(PEERS), default=list(PEERS), help=f"of {', '.join(PEERS)}")
    parser.add_argument(
        "--workloads", type=_names_of(TITLES), default=list(TITLES), help=f"of {', '.join(TITLES)}"
    )
    parser.add_argument("--leaves", type=int, default=LEAVES, help=f"of a configuration ({LEAVES})")
    parser.add_argument("--seconds", type=float, default=0.4, help="for each workload (0.4)")
    parser.add_argument(
        "--longest", type=float, default=2.0, help=f"seconds of one run; above, {SMALLER:,} leaves (2)"
    )
    parser.add_argument("--json", type=Path, help=f"where to keep the figures ({RESULTS}; of a part, {PART})")
    chosen = parser.parse_args()
    whole = (chosen.peers, chosen.workloads, chosen.leaves) == (list(PEERS), list(TITLES), LEAVES)
    chosen.json = chosen.json or (RESULTS if whole else PART)
    return chosen


def _names_of(known: Iterable[str]) -> Callable[[str], list[str]]:
    """Reads names separated by commas, each of which has to be known."""

    def names(text: str) -> list[str]:
        found = [name.strip() for name in text.split(",")]
        for name in found:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
        return found

    return names


def _say(text: str) -> None:
    end, start = ("", "\r\x1b[K") if sys.stderr.isatty() else ("\n", "")
    print(f"{start}{text}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
