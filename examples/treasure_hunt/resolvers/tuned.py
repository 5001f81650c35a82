"""Hand-tuned, and written inline: `o[path] if path in o else f[path]` for each read."""

from __future__ import annotations

from resolvers.by_choice import ByChoice
from resolvers.documents import Documents, Tree
from resolvers.inline import inlined
from server.choice import Choice, Overrides


class Resolver:
    """`f` is the dict of the choice and `o` are the request's overrides."""

    name = ""
    readers = inlined("o[PATH] if PATH in o else f[PATH]", settings="f, o = s")

    def __init__(self, documents: Documents) -> None:
        self._by_choice = ByChoice(documents)

    def settings_of(self, choice: Choice, overrides: Overrides) -> tuple[Tree, Tree]:
        return self._by_choice[choice], dict(overrides)
