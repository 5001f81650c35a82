"""Where layers come from: one file a source, and `Source`, what all of them are."""

from veltrix.errors import ConfigWarning
from veltrix.sources.arguments import Arguments
from veltrix.sources.dotenv import DotEnv
from veltrix.sources.environment import Env
from veltrix.sources.file import File
from veltrix.sources.secrets import Secrets
from veltrix.sources.source import Fetched, Source
from veltrix.sources.values import Values

__all__ = ["Arguments", "ConfigWarning", "DotEnv", "Env", "Fetched", "File", "Secrets", "Source", "Values"]
