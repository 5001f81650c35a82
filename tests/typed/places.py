"""Short ways to a snapshot of a document, and to what a binding of it says."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from veltrix import Origin
from veltrix.errors import ConfigError


def documented(kernel: Any, text: str, **more: Any) -> Any:
    """The snapshot of a TOML document, app.toml, with another one on top where `more` has data of a layer."""
    layers = [kernel.Layer.parse("app", text.encode(), "toml", file="app.toml")]
    return kernel.resolve([*layers, *(kernel.Layer(name, data) for name, data in more.items())])


def flat(kernel: Any, **texts: str) -> Any:
    """The snapshot of variables: each name is a path whose segments stand between `__`, in lower case."""
    data: dict[str, Any] = {}
    origins: dict[tuple[str, ...], Origin] = {}
    for name, text in texts.items():
        node, path = data, tuple(name.split("__"))
        for segment in path[:-1]:
            node = node.setdefault(segment, {})
        node[path[-1]] = text
        for length in range(1, len(path) + 1):
            variable = f"APP_{name.upper()}"
            origins[path[:length]] = Origin("env:APP", "environment", variable=variable)
    return kernel.resolve([kernel.Layer("env:APP", data, source="environment", origins=origins)])


def problems(reader: Any, form: Any, path: Any = None) -> list[tuple[str | None, str, str]]:
    """Path, reason and code of each problem that a binding has; the error leads to no other one."""
    with pytest.raises(ConfigError) as caught:
        reader.bind(form, path)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return [(one.path, one.reason, one.code) for one in caught.value.problems]


def said(reader: Any, form: Any, path: Any = None) -> list[str]:
    """The text of each problem."""
    with pytest.raises(ConfigError) as caught:
        reader.bind(form, path)
    return [str(one) for one in caught.value.problems]


def outcome(reader: Any, form: Any, path: Any = None) -> Any:
    """What a binding gives, or its problems without the columns that only the native kernel knows."""
    result: Any = None
    with contextlib.suppress(ConfigError):
        result = reader.bind(form, path)
        return "bound", type(result).__name__, repr(result)
    with pytest.raises(ConfigError) as caught:
        reader.bind(form, path)
    return [
        (type(one).__name__, one.code, getattr(one, "reason", str(one)), one.path, _file(one))
        for one in caught.value.problems
    ]


def _file(problem: Any) -> Any:
    origin = getattr(problem, "origin", None)
    return None if origin is None else (origin.layer, origin.file and Path(origin.file).name, origin.variable)
