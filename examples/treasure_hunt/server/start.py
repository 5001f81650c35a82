"""From the name of a resolver to the application."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module

from starlette.applications import Starlette

import veltrix
from resolvers.documents import Documents
from resolvers.names import RESOLVERS
from resolvers.resolver import Resolver
from server.application import application
from veltrix.web import ASGIMiddleware, make_asgi_app


def started(name: str, secret: bytes, clock: Callable[[], float] = time.time) -> Starlette:
    """The game, its tunables read from the files by the resolver of this name in `RESOLVERS`."""
    return _game(name, Documents.read(), secret, clock)


def served(name: str, secret: bytes) -> tuple[ASGIMiddleware, veltrix.Config]:
    """The game as its server runs it, and the configuration to watch.

    Each request pins the files as they are published when it comes, and `/-` is where health, status and
    metrics are. Only the resolvers of Veltrix follow a change; the others have read the files once.
    """
    documents = Documents.read()
    game = _game(name, documents, secret, time.time)
    game.mount("/-", make_asgi_app(documents.config))
    return ASGIMiddleware(game, documents.config), documents.config


def _game(name: str, documents: Documents, secret: bytes, clock: Callable[[], float]) -> Starlette:
    return application(resolver_of(name, documents), documents.snapshot["engine.world_seed"], secret, clock)


def resolver_of(name: str, documents: Documents) -> Resolver:
    """The resolver of a name in `RESOLVERS`; imports no library but its own."""
    made: Resolver = import_module(f"resolvers.{RESOLVERS[name]}").Resolver(documents)
    made.name = name
    return made
