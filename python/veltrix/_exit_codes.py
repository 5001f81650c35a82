"""How the command line ends: its exit codes, and a message on the error stream.

0 is for success. FOUND is the answer of `check` where there are problems, and of `diff --exit-code` where
anything changed; DISAGREEMENT stands for what is wrong with Veltrix itself.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

DISAGREEMENT = 1
FOUND = 1
BAD_INPUT = 2
INTERRUPTED = 130
BROKEN_PIPE = 141


def complain(message: str) -> None:
    """Print a message; where the stream is closed, full or without a reader, the exit code says it alone."""
    if sys.stderr is None:
        return
    try:
        print(f"veltrix: {message}", file=sys.stderr, flush=True)
    except OSError:
        discard(sys.stderr)


def discard(stream: TextIO) -> None:
    """Throw away what a stream still holds: it would fail again when the interpreter flushes it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
