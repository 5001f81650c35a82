"""What a pickle names: it loads into the selected implementation, whichever wrote it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

kernel: Any = None
"""The selected implementation; `_select` puts it here."""


def restore_difference(*state: Any) -> Any:
    """A difference from its pickled state."""
    return kernel.restore_difference(*state)


def restore_layer(*state: Any) -> Any:
    """A layer from its pickled state."""
    return kernel.restore_layer(*state)


def restore_snapshot(*state: Any) -> Any:
    """A snapshot from its pickled state."""
    return kernel.restore_snapshot(*state)


def restore_view(*state: Any) -> Any:
    """A view from its pickled state."""
    return kernel.restore_view(*state)
