"""A directory of secrets, one file each, as Kubernetes and Docker mount them."""

from __future__ import annotations

import os

from veltrix._text import printable
from veltrix.errors import SourceError
from veltrix.sources._kernel import Layer
from veltrix.sources.assignments import Assembly, Assignment
from veltrix.sources.file import file_path, shown_path
from veltrix.sources.matching import Matcher, UnmatchedError
from veltrix.sources.read_set import read_directory
from veltrix.sources.reading import UnreadableError
from veltrix.sources.source import Fetched, Local, source_name
from veltrix.types import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from veltrix.sources._kernel import Snapshot
    from veltrix.sources.mounted_secrets import Generation

_NAMED = 5


class Secrets(Local):
    """A directory whose files are secrets: `Secrets("/run/secrets")`, where `db.password` sets `db.password`.

    The name of a file means a path as the name of a variable does, with `.` beside `__` between the segments;
    its text, without a byte order mark and without one line end at the end, takes the type of the value that
    it overrides. Hidden files and the back-ups of editors are skipped, directories with a warning. At most 8
    MiB a file and 16 MiB in all are read. Everything in the layer is secret.

    Args:
        directory: The path of the directory.
        name: The name of the layer, if not the path.
        optional: Whether the directory may be absent.
        allow_empty: Whether a file, or the directory, may be empty.
        binary: The names of files that are kept as bytes, or True for all.

    Raises:
        TypeError: The directory is no path.

    Example:
        >>> veltrix.load({"db": {"password": ""}}, veltrix.Secrets("secrets", optional=True))["db.password"]
        ''
    """

    __slots__ = ("_binary", "absolute_path", "allow_empty", "optional", "path")

    reads_lower = True
    is_directory = True
    _binary: bool | frozenset[str]

    def __init__(
        self,
        directory: str | os.PathLike[str],
        *,
        name: str | None = None,
        optional: bool = False,
        allow_empty: bool = False,
        binary: bool | Iterable[str] = False,
    ) -> None:
        given = file_path(directory)
        shown = shown_path(given)
        self._keep(
            name=source_name(name, shown),
            path=shown,
            absolute_path=os.path.abspath(given),
            optional=optional,
            allow_empty=allow_empty,
            _binary=binary if isinstance(binary, bool) else frozenset(binary),
        )

    def _fetch(self, previous: Fetched | None, left_out: list[str]) -> Fetched:
        try:
            fetched = read_directory(self.absolute_path, previous)
        except UnreadableError as error:
            if error.missing and self.optional:
                return Fetched(None, None)
            where = f" (looked for {printable(shown_path(self.absolute_path))})" if error.missing else ""
            raise SourceError(f"{error.reason}{where}", file=self.path) from error
        generation = fetched.payload
        if not generation.contents and not generation.problems and not self.allow_empty:
            if self.optional:
                return Fetched(None, None)
            raise SourceError("no secrets in it", file=self.path, advice="allow-empty")
        if previous is None or generation is not previous.payload:
            left_out += self._warnings(generation)
        return fetched

    def _parse(self, payload: Generation | None, lower: Snapshot | None, left_out: list[str]) -> Layer | None:
        if payload is None:
            return None
        assembly = Assembly(self.name, "secrets", lower)
        for name, reason in payload.problems.items():
            assembly.refuse(self._label(name), self._origin(name), reason)
        matcher = Matcher(lower, dots=True)
        assignments = []
        for name, content in payload.contents.items():
            assignment = self._assigned(name, content, matcher, assembly)
            if assignment is not None:
                assignments.append(assignment)
        return assembly.layer(assignments, True)

    def _assigned(self, name: str, content: bytes, matcher: Matcher, assembly: Assembly) -> Assignment | None:
        label, origin = self._label(name), self._origin(name)
        if shown_path(name) != name:
            assembly.refuse(label, origin, "its name is not UTF-8")
            return None
        value = self._value(name, content)
        if value is None or not (value or self.allow_empty):
            reason, advice = ("not UTF-8", "binary") if value is None else ("empty", None)
            assembly.refuse(label, origin, reason, advice)
            return None
        try:
            path = matcher.match(name)
        except UnmatchedError as problem:
            assembly.problems.append(problem.about(label, origin))
            return None
        return Assignment(label, path, origin, value)

    def _value(self, name: str, content: bytes) -> str | bytes | None:
        """The secret; None for bytes that are no text and not said to be none."""
        if self._binary is True or (isinstance(self._binary, frozenset) and name in self._binary):
            return content
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None
        return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text

    def _label(self, name: str) -> str:
        return f"secret {self.path}/{shown_path(name)}"

    def _origin(self, name: str) -> Origin:
        return Origin(self.name, "secrets", file=f"{self.path}/{shown_path(name)}")

    def _warnings(self, generation: Generation) -> Iterator[str]:
        for name in generation.directories:
            yield f"{self._label(name)} is skipped: it is a directory"
        if generation.exposed:
            names = ", ".join(repr(shown_path(name)) for name in generation.exposed[:_NAMED])
            more = ", …" if len(generation.exposed) > _NAMED else ""
            yield f"secrets in {self.path} that every user may read: {names}{more}"
