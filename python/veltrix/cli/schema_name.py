"""A schema by its name, MODULE:NAME: user code, imported with the working directory on the path."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout
from importlib import import_module

import veltrix
from veltrix._nearest import nearest
from veltrix.binding.schema import Schema
from veltrix.cli.advice import UnknownSchemaError
from veltrix.cli.text import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


_PACKAGE = os.path.join(os.path.dirname(veltrix.__file__), "")  # noqa: PTH118, PTH120


def schema_named(name: str) -> Any:
    """The type that MODULE:NAME names; what its module prints goes to the error stream.

    Raises `UnknownSchemaError`, whose text has three lines.
    """
    module_name, _, path = name.partition(":")
    module = _module(name, module_name)
    found = module
    for part in path.split("."):
        found = _part(name, module, found, part)
    reason = ""
    try:
        Schema(found, "forbid", False)
    except TypeError as error:
        reason = str(error)
    if reason:
        raise UnknownSchemaError(name, reason, _in_module(module))
    return found


def _module(name: str, module_name: str) -> Any:
    folder = os.getcwd()  # noqa: PTH109  (what `sys.path` holds is text)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        with redirect_stdout(sys.stderr):
            return import_module(module_name)
    except (Exception, SystemExit) as error:  # noqa: BLE001  (it is user code that raises)
        failed = _failure(name, error, _text_of(error), f"looked for in {folder} and on the path")
    raise failed


def failure_of_binding(name: str, error: BaseException) -> UnknownSchemaError:
    """What to say of an error that the code of a schema raised where it binds: its text may hold a value."""
    return _failure(name, error, "", "while the configuration was bound to it")


def _failure(name: str, error: BaseException, text: str, elsewhere: str) -> UnknownSchemaError:
    place = _place(error, os.getcwd()) or elsewhere  # noqa: PTH109
    return UnknownSchemaError(name, f"{type(error).__name__}: {text}".removesuffix(": "), place)


def _part(name: str, module: Any, found: Any, part: str) -> Any:
    try:
        return getattr(found, part)
    except AttributeError:
        meant = nearest(part, dir(found))
    except (Exception, SystemExit) as error:  # noqa: BLE001  (it is user code that raises)
        failed = _failure(name, error, _text_of(error), _in_module(module))
        raise failed from None
    hint = "" if meant is None else f" (did you mean {meant!r}?)"
    raise UnknownSchemaError(name, f"it has no {part!r}{hint}", _in_module(module))


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001  (it is user code that raises)
        return ""


def _place(error: BaseException, folder: str) -> str:
    """The last line of code in the working directory, or else the last that is no part of importing."""
    last: tuple[str, int | None] | None = None
    for file, line in _lines_of(error):
        is_inside = file.startswith(folder + os.sep)
        if is_inside or last is None or not last[0].startswith(folder + os.sep):
            last = file, line
    if last is None:
        return ""
    file, line = last
    return (
        f"at {one_line(f'.{file.removeprefix(folder)}' if file.startswith(folder + os.sep) else file)}:{line}"
    )


def _lines_of(error: BaseException) -> Iterator[tuple[str, int | None]]:
    """The lines of code that were run, and the one that could not be understood."""
    traceback = error.__traceback__
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if not file.startswith(("<", _PACKAGE)) and not _is_importing(file):
            yield file, traceback.tb_lineno
        traceback = traceback.tb_next
    if isinstance(error, SyntaxError) and error.filename is not None:
        yield error.filename, error.lineno


def _is_importing(file: str) -> bool:
    return file.endswith(os.path.join("importlib", "__init__.py"))  # noqa: PTH118


def _in_module(module: Any) -> str:
    file = getattr(module, "__file__", None)
    return f"in {one_line(file)}" if isinstance(file, str) else f"in the module {one_line(module.__name__)}"
