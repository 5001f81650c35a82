"""Arguments in, lines and an exit code out: 0; 1 where the answer is no; 2 with what was wrong."""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Mapping

from veltrix._exit_codes import BAD_INPUT, BROKEN_PIPE, DISAGREEMENT, FOUND, INTERRUPTED, complain, discard
from veltrix.bench.errors import DisagreementError, MissingImplementationError
from veltrix.cli.advice import UnknownSchemaError, UnreachableError, worded
from veltrix.cli.arguments import UsageError, parse
from veltrix.cli.documents import UnwritableError, document
from veltrix.cli.leaves import data, leaf
from veltrix.cli.style import Style
from veltrix.cli.text import escaped, literal, one_line, plain
from veltrix.errors import ConfigError, ConfigWarning, ConflictError, ValidationError
from veltrix.loading.given import SameNameError, as_source
from veltrix.loading.once import load
from veltrix.sources._kernel import parse_path
from veltrix.sources.marks import UnmatchedMark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence
    from typing import Any, Literal

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


def _encoding() -> str:
    """The characters that the output can carry."""
    return sys.stdout.encoding or "utf-8"


def _run(arguments: Sequence[str]) -> int:
    try:
        parsed = parse(arguments)
    except UsageError as error:
        return _refuse(f"{error} (try {error.program} --help)")
    except SystemExit as end:
        return int(end.code or 0)
    if parsed.command != "watch":  # which says it whenever it comes again
        _print_each_warning_once()
    try:
        if parsed.command in _ANSWERS:
            return _ANSWERS[parsed.command](parsed)
        sources = _sources(parsed)
        snapshot = _loaded(parsed, sources, _schema(parsed))
        for text in _answer(parsed, sources, snapshot):
            sys.stdout.write(text)
            if parsed.command == "bench":
                sys.stdout.flush()  # each row is seen when it is there, in a pipe too
        sys.stdout.flush()
    except (ConfigError, SameNameError, UnmatchedMark) as error:
        return _refuse(worded(error))
    except (UnknownSchemaError, UnreachableError, UnwritableError, MissingImplementationError) as error:
        return _refuse(str(error))
    except DisagreementError as error:
        return _refuse(str(error), DISAGREEMENT)
    except BrokenPipeError:
        raise
    except OSError as error:
        discard(sys.stdout)
        return _refuse(f"cannot write: {error.strerror}")
    return 0


def _check(parsed: Namespace) -> int:
    """Print what is wrong, and say whether anything is."""
    from veltrix.cli.check import report
    from veltrix.cli.findings import findings

    _refuse_malformed(parsed)
    schema = _schema(parsed)
    problems = _problems(parsed, "error", schema)
    if problems:
        # Where a variable matches nothing, nothing is bound: what the schema says of the rest comes then.
        others = _problems(parsed, "ignore", schema)
        if schema is not None:
            problems += others
            if others:
                problems += _problems_of_the_rest(parsed, schema, others)
        elif not all(isinstance(one, (ConflictError, ValidationError)) for one in others):
            problems = others  # a file that cannot be read may have what a variable seems to miss
        problems = list(dict.fromkeys(problems))
    for line in report(findings(problems), parsed.format, Style.of(sys.stdout), _encoding()):
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    return FOUND if problems else 0


def _diff(parsed: Namespace) -> int:
    """Print what changed from the files on the left to those on the right."""
    from veltrix.cli.differences import differences

    schema = _schema(parsed)
    old, new = (
        _loaded(parsed, _sources(parsed, files=files), schema) for files in (parsed.old_files, parsed.files)
    )
    found = [*differences(old, new, Style.of(sys.stdout))]
    sys.stdout.writelines(_lines(iter(found)))
    sys.stdout.flush()
    return FOUND if found and parsed.exit_code else 0


def _watch(parsed: Namespace) -> int:
    """Print what is published and refused, until an interrupt."""
    from veltrix.cli.watched import watched

    options = {"conflicts": parsed.conflicts, "secret": parsed.secret, "schema": _schema(parsed)}
    watched(_sources(parsed), Style.of(sys.stdout), **options)
    return 0


def _status(parsed: Namespace) -> int:
    """Print what a server says of its configuration."""
    from veltrix.cli.served import served, status_of

    sys.stdout.writelines(_lines(served(status_of(parsed.url), Style.of(sys.stdout))))
    sys.stdout.flush()
    return 0


def _print_schema(parsed: Namespace) -> int:
    """Print the JSON Schema of a declared type."""
    import json

    from veltrix.binding.json_schema import json_schema

    form, reason = _schema(parsed), ""
    try:
        text = f"{json.dumps(json_schema(form), indent=2, allow_nan=False)}\n"
    except Exception as error:  # noqa: BLE001  (a library says in its own way that JSON has no words)
        reason = one_line(str(error).partition("\n")[0])
    if reason:
        raise UnwritableError(f"there is no JSON Schema of {parsed.schema}: {reason}")
    sys.stdout.write(text)
    sys.stdout.flush()
    return 0


def _refuse_malformed(parsed: Namespace) -> None:
    """Raise `ConfigError` for arguments that make no sense, whatever the files say."""
    for path in parsed.secret:
        parse_path(path)
    problems = []
    if parsed.set:
        from veltrix.sources.arguments import parse_assignment

        for number, assignment in enumerate(parsed.set, 1):
            try:
                parse_assignment(assignment, number)
            except ConfigError as error:
                problems.append(error)
    if problems:
        raise ConfigError(problems)


def _problems(parsed: Namespace, unmatched: Literal["ignore", "error"], schema: Any) -> list[ConfigError]:
    try:
        _loaded(parsed, _sources(parsed, unmatched), schema)
    except ConfigError as error:
        return list(error.problems)
    return []


def _problems_of_the_rest(parsed: Namespace, schema: Any, found: list[ConfigError]) -> list[ConfigError]:
    """What the schema says beside what was found; nothing where its code ends for lack of that."""
    from contextlib import redirect_stdout

    from veltrix.cli.all_problems import of_the_rest

    try:
        with redirect_stdout(sys.stderr):
            return of_the_rest(found, _sources(parsed, "ignore"), parsed.secret, schema)
    except (Exception, SystemExit):  # noqa: BLE001  (it is user code that raises)
        return []


def _loaded(parsed: Namespace, sources: Sequence[Source], schema: Any) -> Snapshot:
    """The snapshot; what code of the schema prints goes to the error stream."""
    if schema is None:
        return load(*sources, conflicts=parsed.conflicts, secret=parsed.secret)
    from contextlib import redirect_stdout

    from veltrix.cli.schema_name import failure_of_binding

    try:
        with redirect_stdout(sys.stderr):
            return load(*sources, conflicts=parsed.conflicts, secret=parsed.secret, schema=schema)
    except (ConfigError, SameNameError, UnmatchedMark):
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  (it is user code that raises)
        failed = failure_of_binding(parsed.schema, error)
    raise failed


def _schema(parsed: Namespace) -> Any:
    name = getattr(parsed, "schema", None)
    if name is None:
        return None
    from veltrix.cli.schema_name import schema_named

    return schema_named(name)


def _sources(
    parsed: Namespace,
    unmatched: Literal["add", "ignore", "error"] = "add",
    files: Sequence[str] | None = None,
) -> list[Source]:
    """The sources of a command; `files` in the place of its files."""
    sources: list[Source] = []
    for file in dict.fromkeys(parsed.files if files is None else files):
        try:
            source = as_source(file)
        except ValueError as error:
            raise UnwritableError(str(error)) from error
        if getattr(source, "format", None) == "env":
            from veltrix.sources.dotenv import DotEnv

            source = DotEnv(file, prefix=parsed.env, unmatched=unmatched)
        sources.append(source)
    # Each kind is imported where it is asked for: most commands have files alone.
    if parsed.secrets:
        from veltrix.sources.secrets import Secrets

        sources.append(Secrets(parsed.secrets))
    if parsed.env:
        from veltrix.sources.environment import Env

        sources.append(Env(parsed.env, unmatched=unmatched))
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
    if parsed.command == "types":
        from veltrix.cli.first_model import model

        yield model(snapshot, parsed.format)
        return
    path = parse_path(parsed.path) if parsed.command == "get" else ()
    if parsed.format != "tree":
        text = document(data(snapshot, path), parsed.format, path, _encoding())
        yield from text.splitlines(keepends=True)
        return
    value = snapshot[path] if path else snapshot
    if isinstance(value, Mapping):
        from veltrix.cli.tree import tree

        yield from _lines(tree(snapshot, style, path, getattr(parsed, "depth", None)))
    else:
        shown = leaf(snapshot, path, value).value
        yield f"{literal(shown) if isinstance(shown, tuple) else plain(shown)}\n"


_ANSWERS = {"check": _check, "diff": _diff, "schema": _print_schema, "status": _status, "watch": _watch}
"""The commands that print by themselves and know how they end."""


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


def _print_each_warning_once() -> None:
    """Commands load several times, to find more or to compare."""
    printed: set[str] = set()

    def print_new(message: Warning | str, *_: object, **__: object) -> None:
        text = str(message)
        if text not in printed:
            printed.add(text)
            _print_warning(text)

    warnings.showwarning = print_new


def _print_warning(message: Warning | str, *_: object, **__: object) -> None:
    complain(f"warning: {escaped(str(message))}")
