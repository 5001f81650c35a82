"""Configurations that packages ship: read, resolved, and read from; the loading is that of `tests/real`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from random import Random
from types import MappingProxyType, ModuleType
from typing import Any

from benches.data import Tree, merge
from benches.memory import FLAT, Footprint, copies_of, of_flat_dicts, of_snapshots
from benches.result import Line, line_of_ratios
from benches.scaling.operations import DICT, PATCHED, PROXY, PURE_DERIVES, ROW, patching
from benches.scaling.points import PATCH, READ, RESOLVE, Shape
from benches.stdlib_parsers import PARSERS
from benches.subjects import check_reads, kernels, walking
from tests.real import plain, shipped
from veltrix.bench.ratio import Workload, measure

PARSE = "parse"
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

    def shape(self) -> Shape:
        sizes = [len(document.text.encode()) for document in self.documents]
        return Shape(
            self.name,
            ABOUT[self.name],
            self.format,
            len(self.documents),
            sum(sizes),
            len(self.flat),
            *extent(self.merged),
        )


def extent(tree: Tree) -> tuple[int, int]:
    """How many names the longest path has, and how many names the widest mapping."""
    below = [extent(value) for value in tree.values() if isinstance(value, dict)]
    deepest, widest = map(max, zip(*below, strict=True)) if below else (0, 0)
    return deepest + bool(tree), max(widest, len(tree))


def lines(real: Real, seconds: float) -> Iterator[Line]:
    """Documents to layers, layers to a snapshot, every leaf read, one overridden; answers checked first."""
    chosen = {
        name: kernel
        for name, kernel in kernels().items()
        if name == "native" or len(real.flat) <= PURE_DERIVES
    }
    layers = {name: real.layers(kernel) for name, kernel in chosen.items()}
    snapshots = {name: chosen[name].resolve(of_it, conflicts="replace") for name, of_it in layers.items()}
    for snapshot in snapshots.values():
        check_answers(snapshot, real.flat)
    yield _parsing(real, chosen, seconds)
    yield _resolving(real, chosen, layers, seconds)
    mappings = {**snapshots, DICT: real.flat, PROXY: MappingProxyType(real.flat)}
    timings = measure(walking(mappings, list(real.flat)), seconds=seconds)
    yield line_of_ratios(ROW, READ, timings, anchor=PROXY)
    scalars = [path for path, value in real.flat.items() if isinstance(value, (str, bool, int))]
    paths = Random(8).sample(scalars, min(PATCHED, len(scalars)))
    for snapshot in snapshots.values():
        assert snapshot.set(paths[0], "changed")[paths[0]] == "changed"
    timings = measure(patching({**snapshots, DICT: real.flat}, paths), seconds=seconds)
    yield line_of_ratios(ROW, PATCH, timings, anchor=DICT)


def memory(real: Real, subject: str) -> Footprint:
    """Bytes that one of enough copies takes, in a process of its own; a flat dict beside its trees."""
    copies = copies_of(len(real.flat))
    if subject == FLAT:
        return of_flat_dicts(real.trees, copies)
    kernel = kernels()[subject]
    return of_snapshots(kernel, real.layers(kernel), list(real.flat), copies)


def check_answers(snapshot: Any, flat: Tree) -> None:
    """Raises unless a snapshot has these leaves, in this order, by these paths."""
    found = snapshot.flatten()
    if list(found) != list(flat) or found != flat:
        wrong = [path for path in flat if path not in found or found[path] != flat[path]]
        raise AssertionError(f"{len(wrong)} leaves differ, such as {wrong[:3]}")
    check_reads(snapshot, {path: value for path, value in flat.items() if not isinstance(value, dict)})


def _parsing(real: Real, chosen: dict[str, ModuleType], seconds: float) -> Line:
    anchor, load = PARSERS[real.format]
    texts = [document.text for document in real.documents]
    contents = [(one.name, one.text.encode(), one.format) for one in real.documents]
    workloads = {
        name: Workload(
            "[parse(*content) for content in contents]", {"parse": kernel.Layer.parse, "contents": contents}
        )
        for name, kernel in chosen.items()
    }
    workloads[anchor] = Workload("[load(text) for text in texts]", {"load": load, "texts": texts})
    return line_of_ratios(ROW, PARSE, measure(workloads, seconds=seconds), anchor=anchor)


def _resolving(
    real: Real, chosen: dict[str, ModuleType], layers: dict[str, list[Any]], seconds: float
) -> Line:
    workloads = {
        name: Workload(
            "resolve(layers, conflicts='replace')", {"resolve": kernel.resolve, "layers": layers[name]}
        )
        for name, kernel in chosen.items()
    }
    workloads[DICT] = Workload("merge(trees)", {"merge": merge, "trees": real.trees})
    return line_of_ratios(ROW, RESOLVE, measure(workloads, seconds=seconds), anchor=DICT)
