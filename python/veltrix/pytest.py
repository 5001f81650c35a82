"""A fixture for tests of programs that read a `Config`; pytest finds it by itself."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Protocol

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from veltrix import Config
    from veltrix.publishing.passes import OnTop


class Override(Protocol):
    """What the fixture gives, for the annotation of a test.

    Example:
        >>> def test_of_a_busy_port(veltrix_override: veltrix.pytest.Override) -> None: ...
    """

    def __call__(self, config: Config[Any], values: Mapping[Any, Any]) -> None:
        """Puts the values on top of the configuration: see the fixture."""


@pytest.fixture
def veltrix_override() -> Iterator[Override]:
    """Puts values on top of a `Config`, for all threads and keys, until the test ends.

    It gives a callable that takes the `Config` and values by path, as `config.pin(override=…)` does. They
    have to fit the schema and are published as any change is; meanwhile nothing that the sources say is
    published. It may be called again, for the same `Config` too. It raises `ConfigError` where the values
    do not fit or are refused.

    Example:
        >>> def test_of_a_busy_port(veltrix_override: veltrix.pytest.Override) -> None:
        ...     veltrix_override(config, {"server.port": 1})
        ...     assert config["server.port"] == 1
    """
    with ExitStack() as undo:

        def override(config: Config[Any], values: Mapping[Any, Any]) -> None:
            before: list[OnTop] = []
            # First of all, and twice: an interrupt may come at any place, in what undoes it too.
            for _ in range(2):
                undo.callback(config._publisher.take_off, before)
            config._publisher.put_on_top(values, before)

        yield override
