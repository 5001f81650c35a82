"""The last-known-good file: what sources gave when all was well, for a start at which one of them fails.

    {"veltrix": "last good", "format": 1}
    {"source": "app.toml", "paths": ["/etc/app/app.toml"], "at": 1767225600.0, "layers": [...]}
    {"blake2b": "..."}                          over all lines before it

It is written as a new file that takes the place of the old one, readable by its owner alone, and is used only
where nobody else can have written it.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import stat

from veltrix.errors import SourceError
from veltrix.loading.given import Given
from veltrix.loading.read_sets import watched_paths
from veltrix.loading.saved_layer import restored, saved, secret_places
from veltrix.sources.arguments import Arguments
from veltrix.sources.environment import Env
from veltrix.sources.file import file_path, shown_path
from veltrix.sources.reading import UnreadableError, read_stable
from veltrix.sources.values import Values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from veltrix.loading.steps import Seen
    from veltrix.sources._kernel import Layer
    from veltrix.sources.source import Source

FORMAT = 1
LIMIT = 256 * 1024 * 1024
# What a process is given and reads nowhere: a mistake in it is not to be hidden.
_OWN = (Arguments, Env, Given, Values)
_HEAD = {"veltrix": "last good", "format": FORMAT}


class Saved:
    """What one source gave: its layers, when, and the paths that were left out of each."""

    def __init__(self, at: float, layers: tuple[Layer, ...], left_out: tuple[tuple[str, ...], ...]) -> None:
        self.at = at
        self.layers = layers
        self.left_out = left_out


class LastGood:
    """The file at a path. `with_secrets` writes secrets into it as well."""

    def __init__(self, path: str | os.PathLike[str], with_secrets: bool) -> None:
        given = file_path(path)
        self._shown = shown_path(given)
        self._path = os.path.abspath(given)
        self._with_secrets = with_secrets

    def write(self, given: Sequence[tuple[Source, Seen]], bottom: Iterable[Layer]) -> None:
        """Write what sources gave; `bottom` are further layers, which may mark paths as secret too.

        What is this process's own is left out: variables, arguments, values of the program. Raises
        `SourceError`.
        """
        layers = [seen.outcome if isinstance(seen.outcome, tuple) else () for _, seen in given]
        places: set[tuple[str, ...]] = set()
        if not self._with_secrets:
            places = secret_places([*bottom, *(one for of in layers for one in of)])
        lines: list[dict[str, Any]] = [_HEAD]
        for (source, seen), of in zip(given, layers, strict=True):
            if not isinstance(source, _OWN):
                of_source = [saved(layer, places) for layer in of] if seen.is_present else []
                paths, at = watched_paths(source), seen.fetched.at
                lines.append({"source": source.name, "paths": paths, "at": at, "layers": of_source})
        text = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
        end = json.dumps({"blake2b": hashlib.blake2b(text).hexdigest()})
        try:
            self._check_directory()
            self._replace(text + f"{end}\n".encode())
        except OSError as error:
            raise self.problem(f"cannot be written: {(error.strerror or 'unknown reason').lower()}") from None

    def read(self, sources: Sequence[Source]) -> dict[int, Saved] | None:
        """What is known of these sources, by position; raises `SourceError` for what cannot be used.

        None where there is no file yet.
        """
        try:
            self._check_directory()
            content = self._content()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self.problem((error.strerror or "cannot be read").lower()) from None
        paths = [watched_paths(source) for source in sources]
        text, _, end = content.removesuffix(b"\n").rpartition(b"\n")
        try:
            whole = json.loads(end)["blake2b"] == hashlib.blake2b(text + b"\n").hexdigest()
            head, *lines = [json.loads(line) for line in text.splitlines()] if whole else [_HEAD]
            if not whole or head != _HEAD:
                raise self.problem("of another format" if whole else "not whole")
            known = {line["source"]: line for line in lines}
            found = {}
            for at, source in enumerate(sources):
                line = known.get(source.name)
                if line is not None and line["paths"] == paths[at]:
                    found[at] = _saved(line)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
            raise self.problem("not as it was written") from None
        return found

    def _content(self) -> bytes:
        status = os.stat(self._path, follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode) or _is_others(status):
            raise self.problem("not a regular file of this user that nobody else can write")
        try:
            content = read_stable(self._path, limit=LIMIT).payload
        except UnreadableError as error:
            raise self.problem(error.reason) from None
        assert isinstance(content, bytes)
        return content

    def _check_directory(self) -> None:
        if _is_others(os.stat(os.path.dirname(self._path))):
            raise self.problem("its directory is not one of this user that nobody else can write to")

    def _replace(self, content: bytes) -> None:
        """Put a new file into the place of the old one, whole or not at all, whatever is there."""
        new = f"{self._path}.{secrets.token_hex(8)}"
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            os.replace(new, self._path)
        except BaseException:
            os.unlink(new)
            raise
        _sync_directory(os.path.dirname(self._path))

    def problem(self, reason: str) -> SourceError:
        """What is wrong with the file."""
        return SourceError(reason, "last good", file=self._shown)


def _saved(line: dict[str, Any]) -> Saved:
    pairs = [restored(layer) for layer in line["layers"]]
    left_out = tuple(path for _, paths in pairs for path in paths)
    return Saved(float(line["at"]), tuple(layer for layer, _ in pairs), left_out)


def _is_others(status: os.stat_result) -> bool:
    """Whether another user owns it, or can write to it, as far as its mode says."""
    if not hasattr(os, "getuid"):
        return False
    return status.st_uid not in (0, os.getuid()) or bool(status.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def _sync_directory(path: str) -> None:
    """Make the new name last, where a directory can be opened for that."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
