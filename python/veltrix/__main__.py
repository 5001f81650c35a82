"""`python -m veltrix`: the command line."""

import sys

from veltrix import _select
from veltrix._exit import BAD_INPUT, INTERRUPTED, complain


def main() -> int:
    """Run the command line; the answer is the exit code."""
    if _select.refusal is not None:
        complain(f"error: {_select.refusal}")
        return BAD_INPUT
    try:
        from veltrix.cli import main as run
    except KeyboardInterrupt:
        return INTERRUPTED
    return run()


if __name__ == "__main__":
    sys.exit(main())
