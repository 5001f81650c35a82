"""Arguments in, lines and an exit code out: 0, or 2 with one message on what was wrong."""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Mapping

from veltrix._exit_codes import BAD_INPUT, BROKEN_PIPE, DISAGREEMENT, INTERRUPTED, complain, discard
from veltrix.bench.errors import DisagreementError, MissingImplementationError
from veltrix.cli.advice import worded
from veltrix.cli.arguments import UsageError, parse
from veltrix.cli.documents import UnwritableError, document
from veltrix.cli.leaves import data, leaf
from veltrix.cli.style import Style
from veltrix.cli.text import escaped, literal, plain
from veltrix.errors import ConfigError, ConfigWarning
from veltrix.loading.given import SameNameError, as_source
from veltrix.loading.once import load
from veltrix.sources._kernel import parse_path
from veltrix.sources.marks import UnmatchedMark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from veltrix.sources._kernel import Snapshot
    from veltrix.sources.source import Source


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the answer is the exit code."""
    _make_streams_safe()
    try:
        with warnings.catch_warnings():
            _print_warnings()
            return _run(sys.argv[1:] if arguments is None else arguments)
    except BrokenPipeError:
        discard(sys.stdout)
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED


def _make_streams_safe() -> None:
    """A closed stream takes everything and keeps nothing; a character that one cannot carry is escaped."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _run(arguments: Sequence[str]) -> int:
    try:
        parsed = parse(arguments)
    except UsageError as error:
        return _refuse(f"{error} (try {error.program} --help)")
    except SystemExit as end:
        return int(end.code or 0)
    try:
        sources = _sources(parsed)
        snapshot = load(*sources, conflicts=parsed.conflicts, secret=parsed.secret)
        for text in _answer(parsed, sources, snapshot):
            sys.stdout.write(text)
            if parsed.command == "bench":
                sys.stdout.flush()  # each row is seen when it is there, in a pipe too
        sys.stdout.flush()
    except (ConfigError, SameNameError, UnmatchedMark) as error:
        return _refuse(worded(error))
    except (UnwritableError, MissingImplementationError) as error:
        return _refuse(str(error))
    except DisagreementError as error:
        return _refuse(str(error), DISAGREEMENT)
    except BrokenPipeError:
        raise
    except OSError as error:
        discard(sys.stdout)
        return _refuse(f"cannot write: {error.strerror}")
    return 0


def _sources(parsed: Namespace) -> list[Source]:
    sources: list[Source] = []
    for file in dict.fromkeys(parsed.files):
        try:
            source = as_source(file)
        except ValueError as error:
            raise UnwritableError(str(error)) from error
        if getattr(source, "format", None) == "env":
            from veltrix.sources.dotenv import DotEnv

            source = DotEnv(file, prefix=parsed.env)
        sources.append(source)
    # Each kind is imported where it is asked for: most commands have files alone.
    if parsed.secrets:
        from veltrix.sources.secrets import Secrets

        sources.append(Secrets(parsed.secrets))
    if parsed.env:
        from veltrix.sources.environment import Env

        sources.append(Env(parsed.env))
    if parsed.set:
        from veltrix.sources.arguments import Arguments

        sources.append(Arguments(parsed.set))
    return sources


def _answer(parsed: Namespace, sources: Sequence[Source], snapshot: Snapshot) -> Iterator[str]:
    style = Style.of(sys.stdout)
    if parsed.command == "bench":
        from veltrix.cli.comparison import comparison
        from veltrix.cli.progress import Progress

        yield from _lines(comparison(snapshot, sources, style, Progress()))
        return
    if parsed.command == "explain":
        from veltrix.cli.definitions import definitions

        yield from _lines(definitions(snapshot, parsed.path, style))
        return
    path = parse_path(parsed.path) if parsed.command == "get" else ()
    if parsed.format != "tree":
        yield from document(data(snapshot, path), parsed.format, path).splitlines(keepends=True)
        return
    value = snapshot[path] if path else snapshot
    if isinstance(value, Mapping):
        from veltrix.cli.tree import tree

        yield from _lines(tree(snapshot, style, path, getattr(parsed, "depth", None)))
    else:
        shown = leaf(snapshot, path, value).value
        yield f"{literal(shown) if isinstance(shown, tuple) else plain(shown)}\n"


def _lines(lines: Iterator[str]) -> Iterator[str]:
    return (f"{line}\n" for line in lines)


def _refuse(message: str, code: int = BAD_INPUT) -> int:
    sys.stdout.flush()
    complain(f"error: {escaped(message)}")
    return code


def _print_warnings() -> None:
    warnings.simplefilter("always", ConfigWarning)
    warnings.simplefilter("error", UnmatchedMark)
    warnings.showwarning = _print_warning


def _print_warning(message: Warning | str, *_: object, **__: object) -> None:
    complain(f"warning: {escaped(str(message))}")
