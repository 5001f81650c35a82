"""Whether a resolver gives the rules that the baseline gives: `python -m benches.hunt.answers RESOLVER`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence

from benches.hunt.game import SETTINGS, every_choice

from resolvers.documents import Documents  # isort: skip  (found by tests.examples.hunt)
from resolvers.resolver import Resolver  # isort: skip
from server import paths  # isort: skip
from server.choice import Choice  # isort: skip

BASELINE = "walk"
CHOICES = 4
"""How many are compared, every second one with overrides; some libraries take a second for each."""


def rules_of(resolver: Resolver, chosen: Sequence[Choice]) -> Iterator[str]:
    """The rules of every kind of request, as text, for each choice; every second time with overrides."""
    for number, choice in enumerate(chosen):
        settings = resolver.settings_of(choice, SETTINGS if number % 2 else {})
        read = resolver.readers
        yield json.dumps(
            [
                read.status(settings),
                read.join(settings, paths.HUNT[choice.hunt]),
                [read.guess(settings, clue) for clue in paths.CLUES[choice.hunt]],
                read.spawns(settings, paths.ZONES_OF[choice.hunt]),
            ]
        )


def check(resolver: str) -> None:
    """Raises `AssertionError` where this resolver, or its process, gives other rules than the baseline."""
    from server.start import resolver_of

    documents = Documents.read()
    chosen = [Choice(**choice) for choice in every_choice(CHOICES)]
    if list(rules_of(resolver_of(resolver, documents), chosen)) != list(
        rules_of(resolver_of(BASELINE, documents), chosen)
    ):
        raise AssertionError(f"{resolver} gives other rules than {BASELINE}")


def check_in_process(resolver: str) -> None:
    """The same in a process of its own; `subprocess.CalledProcessError` where it fails."""
    subprocess.run([sys.executable, "-m", "benches.hunt.answers", resolver], check=True)


if __name__ == "__main__":
    check(sys.argv[1])
