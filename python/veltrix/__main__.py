"""`python -m veltrix`: the command line."""

import sys

from veltrix._exit import INTERRUPTED


def main() -> int:
    """Run the command line; the answer is the exit code."""
    try:
        from veltrix.cli import main as run
    except KeyboardInterrupt:
        return INTERRUPTED
    return run()


if __name__ == "__main__":
    sys.exit(main())
