"""Rows 10 and 41: documents and files, from their bytes to a snapshot, beside the usual parsers in Python."""

from __future__ import annotations

import pytest

import veltrix
from benches.data import document, flatten, merge, resolving_to
from benches.documents import as_texts, as_toml
from benches.harness import row
from benches.result import at_most
from benches.stdlib_parsers import PARSERS
from benches.subjects import kernels
from veltrix.bench.ratio import Workload

LEAVES = 5_000
TARGETS = {"json": 0.5, "toml": 0.10, "yaml": 0.10}
STACKS = {20: (2, 0.8), 600: (5, 0.12)}


@row(10)
@pytest.mark.parametrize("format_name", TARGETS)
def test_parse(bench, format_name):
    tree = document(LEAVES)
    text = as_texts(tree)[format_name]
    anchor, load = PARSERS[format_name]
    assert load(text) == tree
    workloads = {}
    for name, kernel in kernels().items():
        if name == "native" or bench.patient:
            given = {"c": text.encode(), "f": format_name}
            parse = kernel.Layer.parse
            assert kernel.resolve([parse("document", *given.values())]).flatten() == flatten(tree)
            names = {"resolve": kernel.resolve, "parse": parse, **given}
            workloads[name] = Workload("resolve([parse('document', c, f)])", names)
    workloads[anchor] = Workload("load(text)", {"load": load, "text": text})
    operation = f"parse and resolve {LEAVES:,} leaves of {format_name.upper()}"
    bench.ratios(operation, workloads, target=at_most(TARGETS[format_name]))


@row(41)
@pytest.mark.parametrize("leaves", STACKS)
def test_load(bench, leaves, tmp_path, monkeypatch):
    """TOML files, a `.env` file and the environment, beside tomllib and a plain merge of the files alone."""
    count, most = STACKS[leaves]
    files = []
    for name, tree in resolving_to(leaves, layers=count, cache=None).layers.items():
        files.append(tmp_path / f"{name}.toml")
        files[-1].write_text(as_toml(without_nulls(tree)), "utf-8")
    dotenv = tmp_path / ".env"
    dotenv.write_text("BENCH_ADDED=from a file\n", "utf-8")
    monkeypatch.setenv("BENCH_OTHER", "1")
    sources = [*files, veltrix.DotEnv(dotenv, prefix="BENCH"), veltrix.Env("BENCH")]
    expected = {**flatten(merge([toml_of(file) for file in files])), "added": "from a file", "other": "1"}
    assert veltrix.load(*sources).flatten() == expected
    plain = {"merge": merge, "toml": toml_of, "files": files}
    workloads = {
        "native": Workload("load(*sources)", {"load": veltrix.load, "sources": sources}),
        "tomllib and a merge": Workload("merge([toml(f) for f in files])", plain),
    }
    operation = f"load {leaves} leaves of {count} TOML files, .env and the environment"
    bench.ratios(operation, workloads, target=at_most(most))


def toml_of(file):
    return PARSERS["toml"][1](file.read_text("utf-8"))


def without_nulls(tree):
    """TOML has none."""
    return {
        name: without_nulls(value) if isinstance(value, dict) else value
        for name, value in tree.items()
        if value is not None
    }
