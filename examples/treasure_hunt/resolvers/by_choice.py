"""A flat dict for each choice, made when it is first asked for: what the hand-tuned ways keep."""

from __future__ import annotations

from resolvers.documents import Documents, Tree, flattened
from server.choice import Choice


class ByChoice(dict[Choice, Tree]):
    """Every leaf by path, by choice. Nothing is ever dropped, and nothing sees a change of a file."""

    def __init__(self, documents: Documents) -> None:
        super().__init__()
        self._shared = documents.flat
        self._choices = [
            {name: flattened(tree) for name, tree in table.items()} for table in documents.choices.values()
        ]

    def __missing__(self, choice: Choice) -> Tree:
        flat = dict(self._shared)
        for table, name in zip(self._choices, choice, strict=True):
            flat.update(table[name])
        self[choice] = flat
        return flat
