"""Why two implementations cannot be compared."""

from __future__ import annotations


class MissingImplementationError(Exception):
    """Only one implementation is here, or a library that one needs is not."""


class DisagreementError(Exception):
    """The implementations give different answers, which they never should; says where, and no value."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the implementations disagree: {what}\nthis is a bug in Veltrix, please report it")
