"""Warnings that name the line of the program which asked, however far inside of this package it is."""

from __future__ import annotations

import sys
import warnings

from veltrix.errors import ConfigWarning


def warn(text: str) -> None:
    """Give a `ConfigWarning`."""
    warnings.warn(ConfigWarning(text), stacklevel=_level())


def _level() -> int:
    """How many frames above `warn` the program is; no frame is kept, which would lead to values."""
    level = 2
    try:
        while _is_ours(sys._getframe(level).f_globals.get("__name__")):
            level += 1
    except ValueError:  # a thread of ours, in which nobody asked
        return 1
    return level


def _is_ours(module: object) -> bool:
    return isinstance(module, str) and module.partition(".")[0] == "veltrix"
