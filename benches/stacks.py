"""Sampled stacks: how they are read, shortened and added up.

start;eval;pyo3::trampoline;pyo3::call;veltrix_core::read_cache::find;core::slice::get 17  as inferno says
      eval;pyo3                       ;veltrix_core::read_cache::find                  17  as one reads
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import groupby

Stacks = Mapping[tuple[str, ...], int]
"""Samples by stack, the outermost function first."""

INTERPRETER = "_PyEval_EvalFrameDefault"
# Generic code, nearly all of it inlined: it belongs to what called it. What drops a value is named after it.
_LANGUAGE = re.compile(
    r"<?(?:core|alloc|std|pyo3_ffi|(?:[A-Z]|\[[A-Z]\]) as|str|[iu](?:\d+|size))\b(?!.*drop_in_place)"
)
_PYO3 = re.compile(r"<?pyo3::")


def from_folded(text: str) -> Stacks:
    """Stacks from lines such as `outer;inner;innermost 17`."""
    stacks: Counter[tuple[str, ...]] = Counter()
    for line in text.splitlines():
        stack, _, count = line.rpartition(" ")
        stacks[tuple(stack.split(";"))] += int(count)
    return stacks


def as_folded(stacks: Stacks) -> str:
    """Stacks as lines, which `from_folded` and inferno read."""
    return "".join(f"{';'.join(stack)} {count}\n" for stack, count in stacks.items())


def readable(stacks: Stacks) -> Stacks:
    """Stacks from the interpreter's last frame on, with our functions and CPython's; PyO3 is one frame."""
    shortened: Counter[tuple[str, ...]] = Counter()
    for stack, count in stacks.items():
        shortened[_readable(stack)] += count
    return shortened


def _readable(stack: tuple[str, ...]) -> tuple[str, ...]:
    if INTERPRETER in stack:
        stack = stack[len(stack) - 1 - stack[::-1].index(INTERPRETER) :]
    named = ("pyo3" if _PYO3.match(frame) else frame for frame in stack if not _LANGUAGE.match(frame))
    return tuple(frame for frame, _ in groupby(named))


def table(stacks: Stacks, least: float) -> str:
    """The share of the samples that each function has, with what it calls and alone, as aligned text."""
    within: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for stack, count in stacks.items():
        alone[stack[-1]] += count
        for frame in set(stack):
            within[frame] += count
    samples = sum(stacks.values())
    lines = [f"{samples:,} samples", "   with   alone  function"]
    lines += [
        f"{count / samples:7.1%} {alone[frame] / samples:7.1%}  {frame}"
        for frame, count in sorted(within.items(), key=lambda item: (-item[1], item[0]))
        if count >= least * samples
    ]
    return "\n".join(lines)
