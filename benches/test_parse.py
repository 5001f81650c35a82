"""Documents of 5,000 leaves to snapshots, in groups of both implementations and the usual parser."""

from __future__ import annotations

import pytest

from benches.data import document, flatten
from benches.documents import as_texts
from benches.stdlib_parsers import PARSERS

LEAVES = 5_000


@pytest.fixture(scope="module")
def tree():
    return document(LEAVES)


@pytest.mark.parametrize("format_name", PARSERS)
def test_document(subject, benchmark, tree, format_name):
    benchmark.group = f"parse {format_name.upper()} of {LEAVES:,} leaves"
    content = as_texts(tree)[format_name].encode()

    def load():
        return subject.kernel.resolve([subject.kernel.Layer.parse("document", content, format_name)])

    assert benchmark.pedantic(load, rounds=3).flatten() == flatten(tree)


@pytest.mark.parametrize("format_name", PARSERS)
def test_usual_parser(benchmark, tree, format_name):
    benchmark.group = f"parse {format_name.upper()} of {LEAVES:,} leaves"
    _, load = PARSERS[format_name]
    assert benchmark.pedantic(load, (as_texts(tree)[format_name],), rounds=3) == tree
