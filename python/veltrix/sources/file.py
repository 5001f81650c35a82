"""A file in TOML, JSON or YAML."""

from __future__ import annotations

import os

from veltrix._formats import FORMATS, unknown_format
from veltrix._text import printable
from veltrix.errors import LimitError, ParseError, SourceError
from veltrix.sources._kernel import Layer
from veltrix.sources.read_set import read_file
from veltrix.sources.reading import TooLargeError, UnreadableError
from veltrix.sources.source import Fetched, Local, secret_paths, source_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from veltrix.sources._kernel import Snapshot
    from veltrix.sources.source import SecretPaths, SecretTuple

EXTENSIONS = {".toml": "toml", ".json": "json", ".yaml": "yaml", ".yml": "yaml", ".env": "env"}


class File(Local):
    """A document on disk: one layer, read again at each load. At most 16 MiB are read.

    A relative path is made absolute when the source is made. A file of 0 bytes is refused unless
    `allow_empty`, because it is more often a lost file than a meant one.

    Args:
        path: The path of the file.
        format: "toml", "json", "yaml" or "env"; without it the extension says it.
        name: The name of the layer, if not the path.
        optional: Whether the file may be absent.
        allow_empty: Whether it may have 0 bytes.
        secret: True for everything in it, or a path or paths that are secret.

    Raises:
        ValueError: The format is none of these.
        TypeError: The path is no path.

    Example:
        >>> veltrix.load(veltrix.File("local.toml", optional=True)).to_dict()
        {}
    """

    __slots__ = ("_secret", "absolute_path", "allow_empty", "format", "optional", "path")

    format: str | None
    _secret: bool | SecretTuple

    def __init__(
        self,
        path: str | os.PathLike[str],
        format: Literal["toml", "json", "yaml", "env"] | None = None,
        *,
        name: str | None = None,
        optional: bool = False,
        allow_empty: bool = False,
        secret: SecretPaths = False,
    ) -> None:
        if format is not None and format not in FORMATS:
            raise unknown_format(format)
        given = file_path(path)
        shown = shown_path(given)
        self._keep(
            name=source_name(name, shown),
            path=shown,
            absolute_path=os.path.abspath(given),
            format=format or EXTENSIONS.get(extension(given)),
            optional=optional,
            allow_empty=allow_empty,
            _secret=secret_paths(secret),
        )

    def _fetch(self, previous: Fetched | None, left_out: list[str]) -> Fetched:
        if self.format is None:
            raise SourceError(_unknown_extension(self.path), file=self.path, advice="format")
        try:
            fetched = read_file(self.absolute_path, previous)
        except TooLargeError as error:
            raise LimitError(error.reason, file=self.path) from error
        except UnreadableError as error:
            if error.missing and self.optional:
                return Fetched(None, None)
            raise SourceError(_said_where(error, self), file=self.path) from error
        if not fetched.payload and not self.allow_empty:
            raise SourceError("empty (0 bytes)", file=self.path, advice="allow-empty")
        return fetched

    def _parse(self, payload: bytes | None, lower: Snapshot | None, left_out: list[str]) -> Layer | None:
        assert self.format is not None
        return None if payload is None else parse_document(self, payload, self.format)


def parse_document(source: File, content: bytes, form: str) -> Layer:
    """The layer that the content makes; an error of syntax says why it was read in this format."""
    if not content:
        return Layer(source.name, {}, source="file", secret=source._secret)
    try:
        return Layer.parse(source.name, content, form, file=source.path, secret=source._secret)
    except ParseError as error:
        if error.path is not None:
            raise
        why = "by its extension" if form == EXTENSIONS.get(extension(source.path)) else "as format= says"
        reason = f"{error.reason} (read as {form}, {why})"
        raise ParseError(reason, error.file, error.line, error.column, error.path) from None


def file_path(path: str | os.PathLike[str]) -> str:
    """The path of a `File` argument; TypeError for what is none."""
    text = os.fspath(path)
    if not isinstance(text, str):
        raise TypeError(f"a file's path is a str, not {type(text).__name__}")
    if not text:
        raise ValueError("a file's path is empty")
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise ValueError("a file's path holds a lone surrogate that stands for no byte") from None
    return text


def shown_path(path: str) -> str:
    r"""The path as text that UTF-8 can carry: bytes that are none stand as `\xff`."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def extension(path: str) -> str:
    """The lower-case extension; a file called just `.env` has that one."""
    base = os.path.basename(path).lower()
    return base if base in EXTENSIONS else os.path.splitext(base)[1]


def _said_where(error: UnreadableError, source: File) -> str:
    if not error.missing:
        return error.reason
    return f"{error.reason} (looked for {printable(shown_path(source.absolute_path))})"


def _unknown_extension(path: str) -> str:
    found = extension(path)
    return f"unknown extension {found!r}" if found else "no extension to tell the format by"
