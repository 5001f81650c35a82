"""The configuration layer for Python servers that read configuration on every request."""

from veltrix import _backend, errors
from veltrix._backend import implementations
from veltrix.errors import ConfigError
from veltrix.operators import DELETE, append, prepend, replace
from veltrix.types import Definition, Dimension, Explanation, FrozenMapping, Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from veltrix._pure.diff import Difference
    from veltrix._pure.functions import diff, resolve
    from veltrix._pure.key import Key
    from veltrix._pure.layer import Layer
    from veltrix._pure.snapshot import Snapshot
    from veltrix._pure.view import View
    from veltrix.allowed import Allowed
    from veltrix.annotated import SECRET
    from veltrix.config import Config
    from veltrix.errors import ConfigWarning
    from veltrix.loading.candidate import SourceStatus
    from veltrix.loading.once import load
    from veltrix.publishing.change import Change
    from veltrix.publishing.status import Status
    from veltrix.publishing.subscription import Subscriber, Subscription
    from veltrix.sources.arguments import Arguments
    from veltrix.sources.dotenv import DotEnv
    from veltrix.sources.environment import Env
    from veltrix.sources.file import File
    from veltrix.sources.secrets import Secrets
    from veltrix.sources.source import Fetched, Source
    from veltrix.sources.values import Values
    from veltrix.watching.watch import Watch

    implementation: str
else:
    from veltrix._lazy import __dir__, __getattr__  # noqa: F401

    if _backend.refusal is None:
        implementation = _backend.implementation
        Difference = _backend.kernel.Difference
        Key = _backend.kernel.Key
        Layer = _backend.kernel.Layer
        Snapshot = _backend.kernel.Snapshot
        View = _backend.kernel.View
        diff = _backend.kernel.diff
        resolve = _backend.kernel.resolve
del TYPE_CHECKING

__version__ = "0.1.0"

__all__ = [
    "DELETE",
    "SECRET",
    "Allowed",
    "Arguments",
    "Change",
    "Config",
    "ConfigError",
    "ConfigWarning",
    "Definition",
    "Difference",
    "Dimension",
    "DotEnv",
    "Env",
    "Explanation",
    "Fetched",
    "File",
    "FrozenMapping",
    "Key",
    "Layer",
    "Origin",
    "Secrets",
    "Snapshot",
    "Source",
    "SourceStatus",
    "Status",
    "Subscriber",
    "Subscription",
    "Values",
    "View",
    "Watch",
    "append",
    "diff",
    "errors",
    "implementation",
    "implementations",
    "load",
    "prepend",
    "replace",
    "resolve",
]
