"""Documents of 5,000 leaves to snapshots, in groups of both implementations and the usual parser."""

from __future__ import annotations

import json

import pytest
import yaml

from benches.data import document, flatten
from benches.documents import as_toml
from benches.usual import PARSERS

LEAVES = 5_000
WRITE = {
    "json": lambda tree: json.dumps(tree, indent=2),
    "toml": as_toml,
    "yaml": lambda tree: yaml.safe_dump(tree, sort_keys=False),
}


@pytest.fixture(scope="module")
def tree():
    return document(LEAVES)


@pytest.mark.parametrize("format_name", WRITE)
def test_document(subject, benchmark, tree, format_name):
    benchmark.group = f"parse {format_name.upper()} of {LEAVES:,} leaves"
    content = WRITE[format_name](tree).encode()

    def load():
        return subject.kernel.resolve([subject.kernel.Layer.parse("document", content, format_name)])

    assert benchmark.pedantic(load, rounds=3).flatten() == flatten(tree)


@pytest.mark.parametrize("format_name", WRITE)
def test_usual_parser(benchmark, tree, format_name):
    benchmark.group = f"parse {format_name.upper()} of {LEAVES:,} leaves"
    _, load = PARSERS[format_name]
    assert benchmark.pedantic(load, (WRITE[format_name](tree),), rounds=3) == tree
