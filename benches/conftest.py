"""The fixture `bench`, the choice of rows, and which benchmarks share a process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benches.harness import Bench


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("benches")
    group.addoption("--seconds", type=float, default=0.4, help="for each workload (0.4)")
    group.addoption("--rows", default="", help="only these rows, such as 1,2,5")
    group.addoption("--not-first", dest="--first", action="store_false", help="without what is measured once")
    group.addoption("--plan", type=Path, help="where to write which benchmarks share a process")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    rows = {int(number) for number in config.getoption("--rows").split(",") if number}
    chosen = []
    for item in items:
        of_item = {number for mark in item.iter_markers("row") for number in mark.args}
        if (not rows or rows & of_item) and (
            config.getoption("--first") or not item.get_closest_marker("once")
        ):
            chosen.append(item)
    items[:] = chosen


def pytest_collection_finish(session: pytest.Session) -> None:
    """A process for each file, or for each value of the fixture that the file names in `A_PROCESS_FOR`."""
    plan: dict[str, dict[str, Any]] = {}
    for item in session.items:
        file = item.nodeid.partition("::")[0]
        fixture = getattr(item.module, "A_PROCESS_FOR", "")  # type: ignore[attr-defined]
        given = getattr(item, "callspec", None)
        value = given.params.get(fixture) if given else None
        environment = getattr(item.module, "environment", lambda _: {})  # type: ignore[attr-defined]
        name = " ".join([file, *map(str, value if isinstance(value, tuple) else [value or ""])]).strip()
        process = plan.setdefault(name, {"environment": environment(value), "benchmarks": [], "rows": []})
        process["benchmarks"].append(item.nodeid)
        process["rows"] += [number for mark in item.iter_markers("row") for number in mark.args]
    path = session.config.getoption("--plan")
    if path:
        path.write_text(json.dumps(plan), "utf-8")


@pytest.fixture
def bench(benchmark: Any, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The harness for one benchmark."""
    made = Bench(benchmark, request.node)
    yield made
    benchmark.extra_info["lines"] = [line.as_json() for line in made.lines]


def pytest_benchmark_generate_machine_info() -> dict[str, str]:
    """Nothing: `benches.result.Conditions` says more, for all commands."""
    return {}


def pytest_benchmark_generate_commit_info() -> dict[str, str]:
    return {}
