"""Values from Python: defaults in code, a test's settings, the answer of another library."""

from __future__ import annotations

from veltrix.errors import ConfigError
from veltrix.sources._kernel import Layer
from veltrix.sources.source import Fetched, Recipe, secret_paths, source_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from veltrix.sources._kernel import Snapshot
    from veltrix.sources.source import SecretPaths, SecretTuple


class Values(Recipe):
    """A mapping, copied when the source is made: defaults in code, or what another library gives.

    Args:
        data: The mapping.
        name: The name of the layer, if not "values".
        secret: True for everything in it, or a path or paths that are secret.

    Raises:
        TypeError: The data is no mapping, or a key in it is no `str`.

    Example:
        >>> veltrix.load(veltrix.Values({"port": 80}, name="defaults")).layer_names
        ('defaults',)
    """

    __slots__ = ("_outcome", "_secret")

    _outcome: Layer | ConfigError
    _secret: bool | SecretTuple

    def __init__(
        self, data: Mapping[str, Any], *, name: str | None = None, secret: SecretPaths = False
    ) -> None:
        name, paths = source_name(name, "values"), secret_paths(secret)
        outcome: Layer | ConfigError
        try:
            outcome = Layer(name, data, secret=paths)
        except ConfigError as error:
            outcome = _copied(error)
        self._keep(name=name, _outcome=outcome, _secret=paths)

    def _fetch(self, previous: Fetched | None, left_out: list[str]) -> Fetched:
        return previous or Fetched(None, self._outcome)

    def _parse(self, payload: Layer | ConfigError, lower: Snapshot | None, left_out: list[str]) -> Layer:
        if isinstance(payload, ConfigError):
            raise _copied(payload)  # one that is raised keeps frames, and what was being handled
        return payload


def _copied(error: ConfigError) -> ConfigError:
    from copy import copy  # most values are right

    return copy(error)
