"""A fixture for tests of programs that read a `Config`; pytest finds it by itself."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from veltrix import Config

    Override = Callable[[Config[Any], Mapping[Any, Any]], None]


@pytest.fixture
def veltrix_override() -> Iterator[Override]:
    """Puts values on top of a `Config`, for all threads and keys, until the test ends.

    It gives a callable that takes the `Config` and values by path, as `config.pin(override=…)` does. They
    have to fit the schema and are published as any change is; meanwhile nothing that the sources say is
    published. It may be called again, for the same `Config` too. It raises `ConfigError` where the values
    do not fit or are refused.

    Example:
        >>> def test_of_a_busy_port(veltrix_override):
        ...     veltrix_override(config, {"server.port": 1})
        ...     assert config["server.port"] == 1
    """
    with ExitStack() as undo:

        def override(config: Config[Any], values: Mapping[Any, Any]) -> None:
            undo.callback(config._publisher.put_on_top(values))

        yield override
