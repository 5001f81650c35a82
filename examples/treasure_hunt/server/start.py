"""From the names of a resolver and of a shell to the application."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module

import veltrix
from resolvers.documents import Documents
from resolvers.names import RESOLVERS
from resolvers.resolver import Resolver
from server.game import Game
from server.shells.names import DEFAULT, SHELLS
from server.shells.shell import Shell
from veltrix.web import ASGIMiddleware, make_asgi_app


def started(
    resolver: str, secret: bytes, clock: Callable[[], float] = time.time, shell: str = DEFAULT
) -> Shell:
    """The game, its tunables read from the files by a resolver of `RESOLVERS`, in a shell of `SHELLS`."""
    return _game(resolver, Documents.read(), secret, clock, shell)


def served(resolver: str, secret: bytes, shell: str = DEFAULT) -> tuple[ASGIMiddleware, veltrix.Config]:
    """The game as its server runs it, and the configuration to watch.

    Each request pins the files as they are published when it comes, and `/-` is where health, status and
    metrics are. Only the resolvers of Veltrix follow a change; the others have read the files once.
    """
    documents = Documents.read()
    game = _game(resolver, documents, secret, time.time, shell)
    game.mount("/-", make_asgi_app(documents.config))
    return ASGIMiddleware(game, documents.config), documents.config


def _game(
    resolver: str, documents: Documents, secret: bytes, clock: Callable[[], float], shell: str
) -> Shell:
    seed = documents.snapshot["engine.world_seed"]
    return shell_of(shell, Game(resolver_of(resolver, documents), seed, secret, clock))


def shell_of(name: str, game: Game) -> Shell:
    """A game in the shell of a name in `SHELLS`; imports no framework but its own."""
    made: Shell = import_module(f"server.shells.{SHELLS[name]}").application(game)
    return made


def resolver_of(name: str, documents: Documents) -> Resolver:
    """The resolver of a name in `RESOLVERS`; imports no library but its own."""
    made: Resolver = import_module(f"resolvers.{RESOLVERS[name]}").Resolver(documents)
    made.name = name
    return made
