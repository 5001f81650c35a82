"""The command line `veltrix`: show, get, explain and time a resolved configuration."""

from veltrix.cli.command import main

__all__ = ["main"]
