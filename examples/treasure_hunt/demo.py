"""What `make demo` runs: resolve the treasure hunt, explain it, change it for one request, and time it."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections import Counter
from textwrap import fill
from typing import Any

import veltrix
from stack import CONFIG, FILES, REQUEST, SECRETS, VARIABLES
from veltrix.bench.errors import MissingImplementationError
from veltrix.cli.comparison import comparison
from veltrix.cli.progress import Progress
from veltrix.cli.style import Style

WIDTH = 79
VALUE = 18
COLUMN = 30
EXPLAINED = ("clues.hint.cost_growth", "engine.workers.simulation_threads")
COLOURS = {"bold": "1", "dim": "2", "green": "32", "cyan": "36"}


def main() -> None:
    """Print the whole demo."""
    with contextlib.chdir(CONFIG):
        config = load()
    snapshot = config.snapshot
    print_stack(snapshot)
    print_tree(snapshot)
    print_explanations(snapshot)
    print_request(snapshot)
    print_comparison(config)


def load() -> veltrix.Config:
    """Resolve all sources through the public interface."""
    files = [veltrix.File(file, name=name) for name, file in FILES]
    deployment = veltrix.DotEnv(VARIABLES, prefix="HUNT", name="deployment", secret=SECRETS)
    return veltrix.Config(*files, deployment)


def print_stack(snapshot: veltrix.Snapshot) -> None:
    leaves = snapshot.flatten()
    kernel = veltrix.implementation
    heading(
        f"{len(leaves):,} values from {len(snapshot.layer_names)} layers, resolved by the {kernel} kernel"
    )
    won = Counter(winner(snapshot.explain(path)) for path in leaves)
    files = {**dict(FILES), "deployment": VARIABLES}
    for name in snapshot.layer_names:
        print(f"  {name:<24} {paint(f'{files[name]:<32}', 'dim')} {won[name]:>5} values won")


def print_tree(snapshot: veltrix.Snapshot) -> None:
    """Each branch of the top with its size, and the value in it that comes from the highest layer."""
    heading("each branch, and a value in it from the highest layer that had a say")
    branches = list(snapshot)
    for branch in branches:
        view = snapshot[branch]
        leaves = [f"{branch}.{path}" for path in view.flatten()]
        found = max(
            map(snapshot.explain, leaves), key=lambda found: snapshot.layer_names.index(winner(found))
        )
        mark = "└─" if branch == branches[-1] else "├─"
        label = found.path.removeprefix(f"{branch}.")
        print(
            f"  {mark} {paint(f'{branch:<13}', 'cyan')} {len(leaves):>4}  "
            f"{short(label, shown(found.value)):<{COLUMN}}  {paint(winner(found), 'dim')}"
        )


def print_explanations(snapshot: veltrix.Snapshot) -> None:
    heading("where two values come from")
    for path in EXPLAINED:
        found = snapshot.explain(path)
        print(f"  {paint(path, 'cyan')} = {paint(shown(found.value), 'bold')}")
        for definition in found.definitions:
            colour = "green" if definition.role == "wins" else "dim"
            value, origin = shown(definition.value), definition.origin
            print(paint(f"    {definition.role:<10} {value:<6} {origin!s:<34} {origin.layer}", colour))


def print_request(snapshot: veltrix.Snapshot) -> None:
    heading("one request brings its own settings, and the snapshot stays as it was")
    request = snapshot.overlay(REQUEST, name="player 4711")
    for path in veltrix.diff(snapshot, request).changed:
        before, after = (
            paint(f"{shown(snapshot[path]):>6}", "dim"),
            paint(f"{shown(request[path]):<6}", "green"),
        )
        print(f"  {paint(f'{path:<24}', 'cyan')} {before} → {after} {request.explain(path).origin}")
    print(
        f"  everything else is shared: {len(request.flatten()):,} values, {len(REQUEST)} of them the player's"
    )


def print_comparison(config: veltrix.Config) -> None:
    heading("pure against native, as `veltrix bench` compares them")
    try:
        for line in comparison(config.snapshot, config.sources, Style.of(sys.stdout), Progress(sys.stderr)):
            print(line)
    except MissingImplementationError as error:
        print(fill(str(error), 79, initial_indent="  ", subsequent_indent="  "))


def winner(found: veltrix.Explanation) -> str:
    """The layer that a value comes from."""
    assert found.origin is not None
    return found.origin.layer


def shown(value: Any) -> str:
    """A value in one line."""
    return f"{{{len(value)} keys}}" if isinstance(value, veltrix.View) else repr(value)


def short(label: str, value: str) -> str:
    """A name and its value; of long ones the last words of the name and the beginning of the value."""
    value = value if len(value) <= VALUE else f"{value[: VALUE - 1]}…"
    room = COLUMN - len(f" = {value}")
    if len(label) > room:
        label = f"…{re.split('[._]', label[1 - room :], maxsplit=1)[-1]}"
    return f"{label} = {value}"


def heading(text: str) -> None:
    print(f"\n{paint(text, 'bold')}\n{paint('─' * WIDTH, 'dim')}")


def paint(text: str, colour: str) -> str:
    """Colour on a terminal, plain in a pipe or with NO_COLOR."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m"


if __name__ == "__main__":
    main()
