"""What a source raised: a problem beside those of other sources, or a mistake in a program."""

from __future__ import annotations

import os

from veltrix.errors import ConfigError, LimitError, ParseError, SourceError
from veltrix.sources.source import unframed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard


def problem(error: Exception, source: str, before: BaseException | None) -> ConfigError | None:
    """What a source raised as a problem beside others; None for a mistake in a program, which stops the load.

    An `OSError` of a source of your own is one: the system, or a server, did not give what was asked for.
    Its text may hold anything, even a password in an address, so only the system's own words are shown.
    A `ConfigError` without a problem in it is one too, as it says nothing either. What is wrong in a document
    that has no name is so in the source. `before` is what was being handled when the source was asked.
    """
    if isinstance(error, ConfigError) and error.problems:
        return _named(unframed(error, before), source)
    if not isinstance(error, (OSError, ConfigError)):
        return None
    words = _words_of_system(error) if isinstance(error, OSError) else None
    reason = type(error).__name__ if words is None else f"{type(error).__name__}: {words}"
    found = SourceError(f"cannot be loaded ({reason})", source)
    found.__cause__ = unframed(error, before)
    return found


def _named(error: ConfigError, source: str) -> ConfigError:
    """The error, in which a place in a document without a name has that of the source."""
    problems = [one.in_file(source) if _is_nameless(one) else one for one in error.problems]
    if problems == [*error.problems]:
        return error
    return problems[0] if len(problems) == 1 else ConfigError(problems)


def _is_nameless(error: ConfigError) -> TypeGuard[ParseError | LimitError]:
    """Whether it is at a place in a document, or in Python data, that has no name."""
    if not isinstance(error, (ParseError, LimitError)):
        return False
    return error.file is None and (error.line is not None or error.path is not None)


def mistake(error: Exception, source: str, before: BaseException | None) -> SourceError:
    """A mistake in a program as a problem of the source; `before` as for `problem`."""
    found = SourceError(f"a mistake in the source ({type(error).__name__}), which reload() raises", source)
    found.__cause__ = unframed(error, before)
    return found


def _words_of_system(error: OSError) -> str | None:
    """The system's words for the number of an error, if these are the ones that it has."""
    try:
        number, words = error.errno, error.strerror
        return words.lower() if number is not None and words == os.strerror(number) else None
    except Exception:  # noqa: BLE001  (whoever raises an `OSError` gives it any `errno`, or a property that fails)
        return None
