"""The arguments of the commands: files last, lowest precedence first, the options in any place."""

from __future__ import annotations

import argparse
import os
import sys

import veltrix
from veltrix import _backend
from veltrix.cli.documents import FORMATS
from veltrix.cli.style import columns
from veltrix.cli.text import escaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

COMMANDS = {
    "show": "print the configuration, each value with its layer",
    "get": "print the value at a path",
    "explain": "print every definition of a path, the winner first",
    "check": "list every problem, each with its place",
    "types": "write a first model of what is there, as Python source",
    "schema": "print the JSON Schema of a declared type, for editors",
    "diff": "print what changed from some files to others",
    "watch": "print each change, and each that is refused",
    "status": "print how a server's configuration is",
    "bench": "time the pure and the native implementation",
}

_WITH_PATH = ("get", "explain")
_WITH_FORMAT = ("show", "get")
_WITH_SCHEMA = ("show", "get", "explain", "check", "diff", "watch")
_CHOICES = "|".join(COMMANDS)
_FORMS = {
    "get": "PATH FILE...",
    "explain": "PATH FILE...",
    "diff": "OLD... -- NEW...",
    "status": "URL",
}
"""What follows a command that takes more, or other, than FILE..."""

_EPILOG = """\
commands:
  show FILE...          {show}
  get PATH FILE...      {get}
  explain PATH FILE...  {explain}
  check FILE...         {check}
  types FILE...         {types}
  schema MODULE:NAME    {schema}
  diff OLD... -- NEW... {diff}
  watch FILE...         {watch}
  status URL            {status}
  bench FILE...         {bench}

The arguments are the same for all but schema and status: after the PATH, where
there is one, come the files, each overriding those before it; over them the
secrets directory, then the environment, then --set. `veltrix COMMAND --help`
lists the options.
""".format(**COMMANDS)

_FILES = """\
Files are TOML, JSON, YAML or .env, known by their extension; each overrides
those before it. A .env file sets paths as the environment does:
SERVER__PORT=80, or APP_SERVER__PORT=80 with --env APP. Over the files come the
secrets directory, then the environment, then --set.

Secrets (--secrets, --secret) are printed as <secret> in every format; nothing
reveals them. Characters that a terminal would obey are printed as escapes.
"""


class UsageError(Exception):
    """Arguments that make no sense, and for which command."""

    def __init__(self, message: str, program: str) -> None:
        super().__init__(message)
        self.program = program


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """As wide as the terminal is; argparse asks `shutil` for that, which costs as much as reading a file."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    said = os.environ.get("COLUMNS", "")
    return (int(said) if said.isdecimal() else 0) or columns(sys.__stdout__)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(escaped(message), self.prog)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments by name; raises `UsageError`, or `SystemExit` for --help and --version."""
    command: str = _first_parser().parse_args(arguments).command
    rest = arguments[arguments.index(command) + 1 :]
    if command == "schema":
        parsed = _schema_parser().parse_args(rest)
    elif command == "status":
        parsed = _one_address(rest)
    elif command == "diff":
        parsed = _two_stacks(rest)
    else:
        parsed = _one_stack(command, rest)
    parsed.command = command
    return parsed


def _one_stack(command: str, arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments of all other commands: what follows `--` is no option, however it begins."""
    parser = _command_parser(command)
    at = arguments.index("--") if "--" in arguments else len(arguments)
    parsed = parser.parse_intermixed_args(arguments[:at])
    parsed.files += arguments[at + 1 :]
    if command in _WITH_PATH and parsed.path is None:
        if not parsed.files:
            parser.error("the following arguments are required: PATH")
        parsed.path = parsed.files.pop(0)
    if not _has_sources(parsed):
        form = f"veltrix {command} {_FORMS.get(command, 'FILE...')}"
        raise UsageError(f"no files given; the form is {form}", parser.prog)
    return parsed


def _two_stacks(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments of `diff`: what stands before `--` and after it, the options of either for both."""
    parser = _command_parser("diff")
    at = arguments.index("--") if "--" in arguments else len(arguments)
    old, new = (parser.parse_intermixed_args(part) for part in (arguments[:at], arguments[at + 1 :]))
    if at == len(arguments) and len(old.files) == 2:
        old.files, new.files = old.files[:1], old.files[1:]
    parsed = argparse.Namespace()
    for name, value in vars(new).items():
        before = getattr(old, name)
        both = before + value if isinstance(value, list) else before
        setattr(parsed, name, both if isinstance(value, list) or value == parser.get_default(name) else value)
    parsed.old_files, parsed.files = old.files, new.files
    if not (parsed.old_files and parsed.files):
        raise UsageError(
            "two files, or some on each side of `--`; the form is veltrix diff OLD... -- NEW...",
            "veltrix diff",
        )
    return parsed


def _has_sources(parsed: argparse.Namespace) -> bool:
    return bool(parsed.files or parsed.secrets or parsed.env or parsed.set)


def _one_address(arguments: Sequence[str]) -> argparse.Namespace:
    """The argument of `status`; any other may be an address as well, with a password, and is not repeated."""
    parser = _status_parser()
    parsed, others = parser.parse_known_args(arguments)
    if others:
        parser.error("one URL and nothing else; the form is veltrix status URL")
    return parsed


def _status_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="veltrix status",
        description=f"{COMMANDS['status'].capitalize()}.",
        epilog="The server mounts veltrix.web; without a path the URL is asked for /status.",
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("url", metavar="URL", type=_url, help="such as http://127.0.0.1:8000/")
    return parser


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError("an address that begins with http:// or https://")
    if "@" in text:
        raise argparse.ArgumentTypeError(
            "an address without a name and a password (write %40 for @ in a path)"
        )
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        is_whole = parts.hostname and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or not text.isprintable() or " " in text:
        raise argparse.ArgumentTypeError("an address such as http://127.0.0.1:8000/")
    return text


def _first_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="veltrix",
        usage="veltrix COMMAND [PATH] FILE... [options]",
        description="Resolve layered configuration and say where each value comes from.",
        epilog=_EPILOG,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=_version())
    parser.add_argument("command", choices=COMMANDS, metavar=_CHOICES, help=argparse.SUPPRESS)
    rest = parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    rest.required = False  # so that a missing command is not called two missing arguments
    return parser


def _version() -> str:
    """What the report of a defect names: the implementation, why it is not the native one, the system."""
    kernel = veltrix.implementation
    if _backend.why_pure is not None:
        kernel = f"{kernel}: {_backend.why_pure}"
    python = f"{sys.implementation.name} {sys.version.split()[0]}"
    return f"veltrix {veltrix.__version__} ({kernel}), {python} on {sys.platform}"


def _schema_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="veltrix schema",
        description=f"{COMMANDS['schema'].capitalize()}.",
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("schema", metavar="MODULE:NAME", type=_schema, help="such as app.settings:Settings")
    return parser


def _command_parser(command: str) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=f"veltrix {command}",
        usage=f"veltrix {command} {_FORMS[command]} [options]" if command in _FORMS else None,
        description=f"{COMMANDS[command].capitalize()}.",
        epilog=_FILES,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    if command in _WITH_PATH:
        parser.add_argument(
            "path", metavar="PATH", nargs="?", help='such as server.port, servers[0].host, log."my.module"'
        )
    parser.add_argument("files", metavar="FILE", nargs="*", help="lowest precedence first")
    add = parser.add_argument
    add("--env", metavar="PREFIX", type=_prefix, help="read the environment: APP reads APP_SERVER__PORT")
    add(
        "--set",
        metavar="PATH=VALUE",
        action="append",
        default=[],
        help="override a value; PATH:=JSON for any type",
    )
    add("--secrets", metavar="DIR", help="a directory of secrets, one a file")
    add("--secret", metavar="PATH", action="append", default=[], help="treat what is at the path as secret")
    add(
        "--conflicts",
        choices=("error", "replace"),
        default="error",
        help="a mapping over another value, or the other way round: an error, or the higher one whole",
    )
    if command in _WITH_FORMAT:
        add("--format", choices=("tree", *FORMATS), default="tree", help="tree is for people and the default")
    if command == "check":
        from veltrix.cli.check import REPORTS

        add("--format", choices=REPORTS, default="text", help="text is for people and the default")
    if command == "types":
        from veltrix.cli.first_model import MODELS

        add("--format", choices=MODELS, default="dataclass", help="dataclass is the default")
    if command in _WITH_SCHEMA:
        add(
            "--schema",
            metavar="MODULE:NAME",
            type=_schema,
            help="the type that the whole has to fit; the module is imported, from the working directory too",
        )
    if command == "diff":
        add("--exit-code", action="store_true", help="end with 1 where anything changed")
    if command == "show":
        add("--depth", metavar="LEVELS", type=_depth, help="fold what is deeper in the tree")
    return parser


def _depth(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 9 and int(text)):
        raise argparse.ArgumentTypeError("a number of levels, from 1")
    return int(text)


def _schema(text: str) -> str:
    module, colon, name = text.partition(":")
    if not (colon and all(part.isidentifier() for part in (*module.split("."), *name.split(".")))):
        raise argparse.ArgumentTypeError("MODULE:NAME, such as app.settings:Settings")
    return text


def _prefix(text: str) -> str:
    from veltrix.sources.environment import checked_prefix

    try:
        checked_prefix(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text
