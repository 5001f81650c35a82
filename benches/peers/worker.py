"""One peer in this process: `python -m benches.peers.worker dict read,merge '{"seconds": 0.1}'`.

Prints a row as JSON as soon as it is measured.
"""

from __future__ import annotations

import json
import sys

from benches.peers.adapter import Adapter, CannotError, adapter_of
from benches.peers.results import Row
from benches.peers.workloads import Bench, Limits, WrongAnswerError, measured


def main(peer: str, workloads: list[str], limits: Limits) -> None:
    adapter = adapter_of(peer)
    benches: dict[int, Bench] = {}
    for workload in workloads:
        print(json.dumps(row_of(peer, adapter, workload, limits, benches).as_json()), flush=True)


def row_of(peer: str, adapter: Adapter, workload: str, limits: Limits, benches: dict[int, Bench]) -> Row:
    """A peer's row; whatever the peer raises is the reason for a blank."""
    try:
        found = measured(adapter, workload, limits, benches)
    except (CannotError, WrongAnswerError) as reason:
        return Row(workload, peer, missing=str(reason))
    except ModuleNotFoundError as error:
        return Row(workload, peer, missing=f"not installed: no module {error.name!r}")
    except Exception as error:  # noqa: BLE001 one peer's failure is no reason to lose the others
        return Row(workload, peer, missing=f"{type(error).__name__}: {error}".splitlines()[0][:160])
    return Row(
        workload,
        peer,
        found.spread.median,
        found.spread.low,
        found.spread.high,
        found.nanoseconds,
        found.anchor_nanoseconds,
        found.leaves,
        remark=adapter.remarks.get(workload, ""),
    )


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2].split(","), Limits(**json.loads(sys.argv[3])))
    except KeyboardInterrupt:
        sys.exit(130)
