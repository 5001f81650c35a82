"""Configurations that packages ship: read, resolved, and read from; the loading is that of `tests/real`.

`python -m benches.scaling.real wide native` prints the bytes that a copy takes.
"""

from __future__ import annotations

import json
import sys
from functools import cached_property
from random import Random
from types import MappingProxyType, ModuleType
from typing import Any

from benches.data import Tree, merge
from benches.memory import FLAT, Footprint, copies_of, of_flat_dicts, of_snapshots
from benches.scaling.names import DICT, PROXY
from benches.scaling.operations import PATCHED, patching
from benches.stdlib_parsers import PARSERS
from benches.subjects import check_reads, kernels, walking
from tests.real import plain, shipped
from veltrix.bench.ratio import Workload

ABOUT = {
    "services": "all services of botocore, each under its name and version",
    "wide": "the services IAM and RDS of botocore, one over the other",
    "many small": "the paginators of all services of botocore, one over the other",
    "crates": "the Cargo.toml of every crate that Veltrix is built from, one over the other",
    "documented": "the settings and keywords of ansible-core with their documentation",
    "defaults": "the defaults of dask and distributed",
}


class Real:
    """The files of a configuration, the trees that the usual parser makes of them, and what they merge to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.documents = shipped.stack(name)
        if not self.documents:
            raise LookupError(f"the package that ships {name!r} is not installed")
        (self.format,) = {document.format for document in self.documents}

    @cached_property
    def trees(self) -> list[Tree]:
        return [plain.load(document) for document in self.documents]

    @cached_property
    def merged(self) -> Tree:
        return merge(self.trees)

    @cached_property
    def flat(self) -> Tree:
        """Every leaf by the text of its path."""
        text = next(iter(kernels().values())).format_path
        return {text(path): plain.frozen(value) for path, value in plain.leaves(self.merged)}

    def layers(self, kernel: ModuleType) -> list[Any]:
        """The documents as layers, lowest first."""
        return [kernel.Layer.parse(one.name, one.text, one.format) for one in self.documents]

    def shape(self) -> dict[str, int]:
        """How large it is: levels is how many names the longest path has."""
        size = sum(len(document.text.encode()) for document in self.documents)
        levels, widest = extent(self.merged)
        return {
            "files": len(self.documents),
            "bytes": size,
            "leaves": len(self.flat),
            "levels": levels,
            "widest mapping": widest,
        }


def extent(tree: Tree) -> tuple[int, int]:
    """How many names the longest path has, and how many names the widest mapping."""
    below = [extent(value) for value in tree.values() if isinstance(value, dict)]
    deepest, widest = map(max, zip(*below, strict=True)) if below else (0, 0)
    return deepest + bool(tree), max(widest, len(tree))


def memory(real: Real, subject: str) -> Footprint:
    """Bytes that one of enough copies takes, in a process of its own; a flat dict beside its trees."""
    copies = copies_of(len(real.flat))
    if subject == FLAT:
        return of_flat_dicts(real.trees, copies)
    kernel = kernels()[subject]
    return of_snapshots(kernel, real.layers(kernel), list(real.flat), copies)


def parsing(real: Real, chosen: dict[str, ModuleType]) -> dict[str, Workload]:
    """Documents to layers, beside the usual parser."""
    anchor, load = PARSERS[real.format]
    body, usual = "[parse(*content) for content in contents]", "[load(text) for text in texts]"
    contents = [(one.name, one.text.encode(), one.format) for one in real.documents]
    ours = {name: {"parse": kernel.Layer.parse, "contents": contents} for name, kernel in chosen.items()}
    texts = [document.text for document in real.documents]
    workloads = {name: Workload(body, names) for name, names in ours.items()}
    return {**workloads, anchor: Workload(usual, {"load": load, "texts": texts})}


def resolving(real: Real, chosen: dict[str, ModuleType]) -> dict[str, Workload]:
    """Layers to a snapshot, beside a plain merge."""
    workloads = {
        name: Workload(
            "resolve(layers, conflicts='replace')", {"resolve": kernel.resolve, "layers": real.layers(kernel)}
        )
        for name, kernel in chosen.items()
    }
    return {**workloads, DICT: Workload("merge(trees)", {"merge": merge, "trees": real.trees})}


def reading(real: Real, snapshots: dict[str, Any]) -> dict[str, Workload]:
    """Every leaf read, in random order."""
    mappings = {**snapshots, DICT: real.flat, PROXY: MappingProxyType(real.flat)}
    return walking(mappings, list(real.flat))


def overriding(real: Real, snapshots: dict[str, Any]) -> dict[str, Workload]:
    """One leaf after the other overridden in the top layer."""
    scalars = [path for path, value in real.flat.items() if isinstance(value, (str, bool, int))]
    paths = Random(8).sample(scalars, min(PATCHED, len(scalars)))
    for snapshot in snapshots.values():
        assert snapshot.set(paths[0], "changed")[paths[0]] == "changed"
    return patching({**snapshots, DICT: real.flat}, paths)


def check_answers(snapshot: Any, flat: Tree) -> None:
    """Raises unless a snapshot has these leaves, in this order, by these paths."""
    found = snapshot.flatten()
    if list(found) != list(flat) or found != flat:
        wrong = [path for path in flat if path not in found or found[path] != flat[path]]
        raise AssertionError(f"{len(wrong)} leaves differ, such as {wrong[:3]}")
    check_reads(snapshot, {path: value for path, value in flat.items() if not isinstance(value, dict)})


if __name__ == "__main__":
    print(json.dumps(memory(Real(sys.argv[1]), sys.argv[2])))
