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
    """A mapping, copied when the source is made.

    `Values({"server": {"port": 8080}})`; its layer is called "values" unless `name` says otherwise.
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
