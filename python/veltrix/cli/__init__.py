"""The command line `veltrix`: show, get and explain a resolved configuration."""

from veltrix.cli.command import main

__all__ = ["main"]
