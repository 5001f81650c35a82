"""`python -m benches.scaling`: curves over leaves, layers and threads, and real data; as charts and JSON."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

import veltrix
from benches.charts import save
from benches.scaling.charts import drawn
from benches.scaling.page import summary
from benches.scaling.points import PARTS, RESULTS, Found, Point, Shape
from benches.scaling.run import run
from benches.scaling.steps import SIZES, steps_of


def main() -> int:
    chosen = _arguments()
    if "native" not in veltrix.implementations():
        sys.exit("the native implementation is not built; `make bench-scaling` builds it")
    found: list[Point | Shape] = []
    try:
        found.extend(run(steps_of(chosen.parts, chosen.largest, chosen.seconds), _say))
    except KeyboardInterrupt:
        _say("stopped: these are the points measured so far")
    kept = Found(
        f"CPython {platform.python_version()}, {platform.machine()}, veltrix {veltrix.__version__}",
        [one for one in found if isinstance(one, Point)],
        [one for one in found if isinstance(one, Shape)],
    )
    if chosen.json.exists():
        kept = kept.over(Found.read(chosen.json))
    kept.write(chosen.json)
    charts = chosen.json.with_suffix("")
    save(drawn(kept), charts)
    print(f"{summary(kept)}\n\nfigures in {chosen.json}, charts in {charts}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benches.scaling", description="Measure how costs grow.")
    parser.add_argument(
        "--parts",
        type=_parts,
        default=PARTS,
        help=f"of {','.join(PARTS)}; those left out keep their last figures",
    )
    parser.add_argument("--largest", type=int, default=SIZES[-1], help=f"leaves at most ({SIZES[-1]})")
    parser.add_argument("--seconds", type=float, default=0.3, help="for each workload (0.3)")
    parser.add_argument("--json", type=Path, default=RESULTS, help=f"where to keep the figures ({RESULTS})")
    return parser.parse_args()


def _parts(text: str) -> Sequence[str]:
    parts = text.split(",")
    for part in parts:
        if part not in PARTS:
            raise argparse.ArgumentTypeError(f"{part!r} is none of {', '.join(PARTS)}")
    return parts


def _say(text: str) -> None:
    end, start = ("", "\r\x1b[K") if sys.stderr.isatty() else ("\n", "")
    print(f"{start}{text}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
