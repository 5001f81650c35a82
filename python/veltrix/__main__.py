"""`python -m veltrix`: the command line."""

import sys

from veltrix.cli import main

if __name__ == "__main__":
    sys.exit(main())
