"""`python -m veltrix`: the command line."""

import sys

from veltrix import _backend
from veltrix._exit_codes import BAD_INPUT, INTERRUPTED, complain


def main() -> int:
    """Run the command line; the answer is the exit code."""
    if _backend.refusal is not None:
        complain(f"error: {_backend.refusal}")
        return BAD_INPUT
    try:
        from veltrix.cli import main as run
    except KeyboardInterrupt:
        return INTERRUPTED
    return run()


if __name__ == "__main__":
    sys.exit(main())
