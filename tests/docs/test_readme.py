"""README is short, and its figures are those of docs/benchmarks.md."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BENCHMARKS = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
# In the order of the columns.
WORKLOADS = (
    "Read one leaf",
    "Overlay of 5 keys, 40 reads, dropped",
    "7 layers of dicts to a configuration",
    "One leaf of the middle layer changes",
)
LONGEST = 160


def measured(workload):
    """The figure of each library, by its name without the mark of a note."""
    section = BENCHMARKS.split(f"\n### {workload}\n")[1].split("\n### ")[0]
    return dict(re.findall(r"^\| ([^|[]+?)(?: ?\[\d+\])* \| (\S+ ×) \|", section, re.MULTILINE))


def test_it_is_short():
    assert len(README.splitlines()) <= LONGEST


def test_its_figures_are_those_that_were_measured():
    rows = re.findall(r"^\| ([\w -]+?) \|((?: (?:\S+ ×|–) \|)+)$", README, re.MULTILINE)
    assert {"veltrix native", "veltrix pure"} < {name for name, _ in rows}
    columns = [measured(workload) for workload in WORKLOADS]
    for name, cells in rows:
        assert re.findall(r"\S+ ×|–", cells) == [column.get(name, "–") for column in columns], name
        assert "–" not in cells or name == "dynamic-config-py"
