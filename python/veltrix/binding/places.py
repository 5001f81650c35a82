"""Lines and columns for problems of a snapshot whose kernel knows none: its files are read again.

    origin without a line ──► its file, whose data is that of the layer ──► position of the path

Where the file has changed since, or is read otherwise than by its extension, a problem stays without a
number: never a wrong one.
"""

from __future__ import annotations

import stat
from pathlib import Path

from veltrix._formats import FORMATS
from veltrix._limits import DOCUMENT_LIMIT
from veltrix.binding.named import names
from veltrix.errors import ConfigError
from veltrix.types import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from veltrix import Snapshot

    Segments = tuple[str | int, ...]
    Found = dict[Segments, tuple[int, int]]


_ITEMS = 100
"""So many problems in one list have places of their own: each costs as much as the list is long."""


class Places:
    """The places in the files of a snapshot, each read when the first problem is in it."""

    __slots__ = ("_asked", "_files", "_snapshot")

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._files: dict[tuple[str, str], Found] = {}
        self._asked: dict[Segments, int] = {}

    def asked(self, path: Segments) -> Segments:
        """The path whose place counts for a problem: itself, or the list around it and many others."""
        named = names(path)
        if len(named) == len(path):
            return path
        count = self._asked[named] = self._asked.get(named, 0) + 1
        return path if count <= _ITEMS else named

    def placed(self, path: Segments, origin: Origin) -> Origin:
        """The origin of what stands at a path, with its line and column if they are sure."""
        file = origin.file
        if file is None or origin.line is not None or origin.source != "file":
            return origin
        known = self._files.get((origin.layer, file))
        if known is None:
            known = self._files[origin.layer, file] = self._read(origin.layer, file)
        if path not in known:
            return origin
        line, column = known[path]
        return Origin(origin.layer, origin.source, file, line, column, origin.variable)

    def _read(self, layer: str, file: str) -> Found:
        """The places of a file that still has what the layer has; of any other none."""
        from importlib import import_module

        extension = file.rpartition(".")[2].lower()
        form = "yaml" if extension == "yml" else extension
        content = _content(file) if form in FORMATS else None
        if content is None:
            return {}
        try:
            # The reader of the reference, whichever kernel is chosen: the native one says its lines itself.
            data, found = import_module("veltrix._pure.formats.places").places(form, content)
        except ConfigError:
            return {}
        alike = any(
            one.name == layer and _data(type(one)(layer, data)) == _data(one) for one in self._snapshot.layers
        )
        return found if alike else {}


def _content(file: str) -> bytes | None:
    """The bytes of a file that is a plain one, and not too large."""
    try:
        if not stat.S_ISREG(Path(file).stat().st_mode):
            return None
        with Path(file).open("rb") as opened:
            content = opened.read(DOCUMENT_LIMIT + 1)
    except (OSError, ValueError):
        return None
    return content if len(content) <= DOCUMENT_LIMIT else None


def _data(layer: Any) -> Any:
    return layer.__reduce__()[1][2]
