"""Row 10: a document of 5,000 leaves, from its bytes to a snapshot, beside the usual parser in Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benches.data import Tree, document, flatten
from benches.documents import as_texts
from benches.result import Line, at_most, line_of_ratios
from benches.settings import Settings
from benches.stdlib_parsers import PARSERS
from benches.subjects import kernels
from veltrix.bench.ratio import Workload, measure

LEAVES = 5_000
TARGETS = {"json": 0.5, "toml": 0.10, "yaml": 0.10}


def lines(settings: Settings) -> Iterator[Line]:
    tree = document(LEAVES)
    for format_name, text in as_texts(tree).items():
        yield _line(format_name, text, *PARSERS[format_name], TARGETS[format_name], tree, settings)


def _line(
    format_name: str,
    text: str,
    anchor: str,
    load: Callable[[str], Any],
    target: float,
    tree: Tree,
    settings: Settings,
) -> Line:
    assert load(text) == tree
    content = text.encode()
    workloads = {anchor: Workload("load(text)", {"load": load, "text": text})}
    missing = {}
    for name, kernel in kernels().items():
        if name == "pure" and not settings.patient:
            continue
        try:
            found = kernel.resolve([kernel.Layer.parse("document", content, format_name)]).flatten()
        except (ImportError, ValueError) as error:
            missing[name] = f"{type(error).__name__}: {error}"
            continue
        assert found == flatten(tree)
        workloads[name] = Workload(
            "resolve([parse('document', content, format_name)])",
            {
                "resolve": kernel.resolve,
                "parse": kernel.Layer.parse,
                "content": content,
                "format_name": format_name,
            },
        )
    timings = measure(workloads, seconds=settings.seconds)
    operation = f"parse and resolve {LEAVES:,} leaves of {format_name.upper()}"
    line = line_of_ratios(10, operation, timings, anchor=anchor, target=at_most(target))
    return Line(**{**vars(line), "missing": missing})
