"""What is said of a pass: the text of an error, and lines on the logger of the package.

It is imported when there is something to say: a program that only makes a configuration has nothing.
"""

from __future__ import annotations

from veltrix._text import printable
from veltrix.errors import ConfigError, RefusedError, ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from veltrix.publishing.change import Change

INFO, WARNING, ERROR = 20, 30, 40
"""The levels of `logging`, which is imported when there is something to say."""


def say(level: int, text: str, *arguments: Any, error: BaseException | None = None) -> None:
    """One line on the logger; a handler or a filter that raises keeps nothing else from being done."""
    import logging

    log = logging.getLogger("veltrix")
    try:
        log.log(level, text, *arguments, exc_info=error, stacklevel=2)
    except Exception:  # noqa: BLE001  (whom could it be said to)
        return


def is_said(level: int) -> bool:
    """Whether anybody listens to lines of that level."""
    import logging

    return logging.getLogger("veltrix").isEnabledFor(level)


def text_of(error: BaseException) -> str:
    """The text of an error, or its class where it has none, or fails to give it."""
    try:
        return str(error) or type(error).__name__
    except Exception:  # noqa: BLE001  (an error of the program's own may raise anything)
        return type(error).__name__


def safe_text(error: BaseException) -> str:
    """What logs and `status()` say of an error: the words of a program's own may hold a value."""
    if isinstance(error, RefusedError) and error.__cause__ is not None:
        return f"refused by {error.by} ({type(error.__cause__).__name__})"
    if isinstance(error, ValidationError) and error.reason.startswith("refused by "):
        reason = error.reason.partition(": ")[0]  # by whom; after it stands what the code of a model says
        return str(ValidationError(reason, error.path, error.origin, error.code))
    if isinstance(error, ConfigError) and error.problems != (error,):
        return "; ".join(safe_text(problem) for problem in error.problems[:20])
    return text_of(error) if isinstance(error, ConfigError) else type(error).__name__


def line_of(change: Change) -> str:
    """What is said of a change in one line, without a value."""
    parts = change.difference
    counts = f"{len(parts.added)} added, {len(parts.removed)} removed, {len(parts.changed)} changed"
    return f"generation {change.generation} after {change.previous}: {printable(change.reason)} ({counts})"
