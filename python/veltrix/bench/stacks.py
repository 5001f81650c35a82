"""One configuration, loaded with each implementation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import veltrix
from veltrix.bench.agreement import agreed, of_each
from veltrix.bench.errors import MissingImplementationError
from veltrix.loading.given import SECRET_PATHS
from veltrix.sources._kernel import Snapshot
from veltrix.sources.file import File
from veltrix.sources.source import Source


@dataclass(frozen=True)
class Document:
    """The content of a file, read once for all implementations."""

    name: str
    file: str
    format: str
    content: bytes

    def parsed(self, kernel: ModuleType) -> Any:
        """The layer that one implementation makes of it."""
        return kernel.Layer.parse(self.name, self.content, self.format, file=self.file)


@dataclass(frozen=True)
class Stack:
    """A configuration as one implementation holds it."""

    kernel: ModuleType
    documents: tuple[Document, ...]
    layers: tuple[Any, ...]
    conflicts: str

    @property
    def names(self) -> tuple[str, ...]:
        """The layers that come from a source."""
        return tuple(layer.name for layer in self.layers if layer.name != SECRET_PATHS)

    def parsed(self) -> list[Any]:
        """The layers of all documents, parsed again."""
        return [document.parsed(self.kernel) for document in self.documents]

    def resolved(self) -> Any:
        """The snapshot of all layers, resolved again."""
        return self.kernel.resolve(self.layers, conflicts=self.conflicts)


def load(snapshot: Snapshot, sources: Iterable[Source]) -> dict[str, Stack]:
    """A configuration, and the sources that it is of, as each implementation loads them, by its name.

    Files are parsed by each; layers of other sources, which are made in Python, are handed over. Raises
    `MissingImplementationError`, `DisagreementError`, and `ConfigError` where a file is no longer as it was.
    """
    kernels = veltrix.implementations()
    if len(kernels) < 2:
        raise MissingImplementationError(
            f"only the {' '.join(kernels)} implementation is here, and nothing to compare it with: "
            "install a wheel that has the extension, or build it with `make develop`"
        )
    documents = _documents(sources)
    _, given, conflicts, *_ = snapshot.__reduce__()[1]
    layers: dict[str, list[Any]] = {name: [] for name in kernels}
    for layer in given:
        for name, made in _with_each(kernels, layer, documents.get(layer.name)).items():
            layers[name].append(made)
    contents = tuple(documents.values())
    return {name: Stack(kernels[name], contents, tuple(stack), conflicts) for name, stack in layers.items()}


def _documents(sources: Iterable[Source]) -> dict[str, Document]:
    documents = {}
    for source in sources:
        if isinstance(source, File) and source.format is not None:
            content = source.fetch(None, math.inf).payload
            if content:
                documents[source.name] = Document(source.name, source.path, source.format, content)
    return documents


def _with_each(kernels: Mapping[str, ModuleType], layer: Any, document: Document | None) -> dict[str, Any]:
    """A layer with each implementation. That of a `.env` file is made in Python of what was parsed."""
    if document is not None:
        parsed = of_each(document.file, kernels, document.parsed)
        leaves = {name: kernels[name].resolve([made]).flatten() for name, made in parsed.items()}
        agreed(document.file, leaves)
        if document.format != "env":
            return parsed
    _, *state = layer.__reduce__()[1]
    return {name: kernel.restore_layer(*state) for name, kernel in kernels.items()}
