"""dynaconf: settings for each choice, kept; a clone of them for the request, updated; dotted keys."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from dynaconf import Dynaconf

from resolvers.documents import Documents, merged, nested
from resolvers.resolver import Readers
from server.choice import Choice, Overrides


class Resolver:
    name = ""
    readers = Readers()

    def __init__(self, documents: Documents) -> None:
        self._shared = documents.shared
        self._choices = list(documents.choices.values())
        self._settings: dict[Choice, Any] = {}

    def settings_of(self, choice: Choice, overrides: Overrides) -> Any:
        settings = self._settings.get(choice)
        if settings is None:
            settings = self._settings[choice] = self._of_choice(choice)
        if not overrides:
            return settings
        request = settings.dynaconf_clone()
        request.update(nested(overrides), merge=True)
        return request

    def _of_choice(self, choice: Choice) -> Any:
        tree = self._shared
        for table, name in zip(self._choices, choice, strict=True):
            tree = merged(tree, table[name])
        settings = Dynaconf(core_loaders=[], loaders=[])
        settings.update(deepcopy(tree), merge=True)  # `update` changes what it is given
        return settings
