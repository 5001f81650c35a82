"""Both implementations on one configuration, as a table."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from functools import partial

from veltrix.bench.comparison import Row, compare
from veltrix.bench.operations import Comparable, Operation, comparable
from veltrix.bench.stacks import load
from veltrix.cli.progress import Progress
from veltrix.cli.style import Style

TYPE_CHECKING = False
if TYPE_CHECKING:
    from veltrix.sources._kernel import Snapshot
    from veltrix.sources.source import Source

_UNITS = (("s", 1e9), ("ms", 1e6), ("µs", 1e3), ("ns", 1.0))
# Columns of the table: with the longest operation, a row fits a terminal of 80.
_TIME = 9
_GAIN = 16


def comparison(
    snapshot: Snapshot, sources: Sequence[Source], style: Style, progress: Progress
) -> Iterator[str]:
    """The lines of the page: what is compared, the table, what its figures are."""
    try:
        progress.show("loading with both implementations and comparing their answers")
        found = comparable(load(snapshot, sources))
        progress.clear()
        yield style.strong(_heading(found))
        yield ""
        yield from table(found.operations, style, progress)
        yield ""
        yield from (style.quiet(line) for line in _notes(found))
    finally:
        progress.clear()


def table(operations: Sequence[Operation], style: Style, progress: Progress) -> Iterator[str]:
    """A line for each operation, as soon as it is timed, below one that says what the columns are."""
    width = max(len(operation.name) for operation in operations)
    yield style.quiet(f"{'':{width}}  {'pure':>{_TIME}}  {'native':>{_TIME}}  {'native is':>{_GAIN}}")
    for number, operation in enumerate(operations):
        show = partial(progress.show, f"{operation.name} ({number + 1} of {len(operations)})")
        show(0)
        row = compare(operation, show)
        progress.clear()
        yield _line(row, width, style)


def _heading(found: Comparable) -> str:
    leaves = f"{found.leaves:,} {'leaf' if found.leaves == 1 else 'leaves'}"
    layers = f"{found.layers:,} {'layer' if found.layers == 1 else 'layers'}"
    return f"{leaves} in {layers}: both implementations give the same answers"


def _notes(found: Comparable) -> Iterator[str]:
    if not found.leaves:
        yield "There is no leaf to be looked up or changed."
    yield f"Times are of this machine ({_machine()}): median processor times."
    yield "The last column is the median ratio of samples that were taken side by side."


def _machine() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}"


def _line(row: Row, width: int, style: Style) -> str:
    times = f"{row.operation:{width}}  {duration(row.pure):>{_TIME}}  {duration(row.native):>{_TIME}}"
    return f"{times}  {_gain(row.gain, style)}".rstrip()


def _gain(gain: float | None, style: Style) -> str:
    if not gain:  # too short to be measured beside the loop around it
        return ""
    if gain >= 1:
        return style.better(f"{_digits(gain)} × faster".rjust(_GAIN))
    return style.worse(f"{_digits(1 / gain)} × slower".rjust(_GAIN))


def duration(nanoseconds: float) -> str:
    """`81.3 ns`, `2.41 µs`, `1.12 ms`."""
    unit, size = next((unit for unit in _UNITS if nanoseconds >= 0.9995 * unit[1]), _UNITS[-1])
    return f"{_digits(nanoseconds / size)} {unit}"


def _digits(number: float) -> str:
    """Three digits that count."""
    if number >= 99.95:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 9.995 else f"{number:.2f}"
