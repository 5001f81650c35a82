"""Public names whose modules are imported when they are first asked for: reading needs none of them."""

from __future__ import annotations

import sys

from veltrix import _backend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HOMES = {
    "Allowed": "veltrix.allowed",
    "SECRET": "veltrix.annotated",
    "Config": "veltrix.config",
    "Change": "veltrix.publishing.change",
    "SourceStatus": "veltrix.loading.candidate",
    "Status": "veltrix.publishing.status",
    "Subscriber": "veltrix.publishing.subscription",
    "Subscription": "veltrix.publishing.subscription",
    "Watch": "veltrix.watching.watch",
    "load": "veltrix.loading.once",
    "Arguments": "veltrix.sources.arguments",
    "ConfigWarning": "veltrix.errors",
    "DotEnv": "veltrix.sources.dotenv",
    "Env": "veltrix.sources.environment",
    "Fetched": "veltrix.sources.source",
    "File": "veltrix.sources.file",
    "Secrets": "veltrix.sources.secrets",
    "Source": "veltrix.sources.source",
    "Values": "veltrix.sources.values",
}


def __getattr__(name: str) -> Any:
    """The value of a public name of the package, which is kept there from now on."""
    if name not in HOMES:
        if _backend.refusal is not None and not name.startswith("__"):
            raise ImportError(_backend.refusal)
        raise AttributeError(f"module 'veltrix' has no attribute {name!r}")
    __import__(HOMES[name])  # as `importlib` would, which costs more than some of these modules
    value = getattr(sys.modules[HOMES[name]], name)
    setattr(sys.modules["veltrix"], name, value)
    return value


def __dir__() -> list[str]:
    """All names of the package."""
    return sorted({*vars(sys.modules["veltrix"]), *HOMES})
