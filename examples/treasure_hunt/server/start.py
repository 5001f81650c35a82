"""From the name of a resolver to the application."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module

from starlette.applications import Starlette

from resolvers.documents import Documents
from resolvers.names import RESOLVERS
from resolvers.resolver import Resolver
from server.application import application


def started(name: str, secret: bytes, clock: Callable[[], float] = time.time) -> Starlette:
    """The game, its tunables read from the files by the resolver of this name in `RESOLVERS`."""
    documents = Documents.read()
    return application(resolver_of(name, documents), documents.snapshot["engine.world_seed"], secret, clock)


def resolver_of(name: str, documents: Documents) -> Resolver:
    """The resolver of a name in `RESOLVERS`; imports no library but its own."""
    made: Resolver = import_module(f"resolvers.{RESOLVERS[name]}").Resolver(documents)
    made.name = name
    return made
